/** The whole chain of marks of a file, from a verdict. */

import type { ComponentChildren } from "preact";
import type { Receipt, Verdict } from "../api";
import { named, said, t } from "../i18n";
import { number, when } from "../i18n/format";
import { href } from "../router";
import { Icon, type IconName } from "./Icon";
import { AiLabel } from "./parts";

type Tone = "good" | "bad" | "none";

const toneIcons: Record<Tone, IconName> = { good: "check", bad: "cross", none: "minus" };

function Mark(p: { title: string; tone: Tone; says: ComponentChildren; children?: ComponentChildren }) {
  return (
    <li class={`fact fact-${p.tone}`}>
      <span class="fact-icon">
        <Icon name={toneIcons[p.tone]} size={16} />
      </span>
      <div class="fact-body">
        <p class="fact-title">{p.title}</p>
        <p class="fact-says">{p.says}</p>
        {p.children}
      </div>
    </li>
  );
}

export function Credentials({ verdict, link }: { verdict: Verdict; link?: boolean }) {
  const w = t().credentials;
  const { explicit_label: label, aigc, iptc, c2pa, watermark, log, recovered } = verdict;
  const type = iptc?.digital_source_type?.split("/").pop();
  const receipt = verdict.receipt ?? null;
  const parents = ingredients(verdict);
  return (
    <div class="credentials">
      <ol class="facts">
        <Mark
          title={w.label}
          tone={label?.present ? "good" : "none"}
          says={label?.present ? <AiLabel text={label.text} /> : w.absent}
        >
          {label?.where ? <p class="fact-more">{said(label.where)}</p> : null}
        </Mark>
        <Mark
          title={w.aigc}
          tone={!aigc?.present ? "none" : aigc.valid ? "good" : "bad"}
          says={!aigc?.present ? w.absent : aigc.valid ? w.aigcValid : w.aigcInvalid}
        >
          {aigc?.fields ? <Pairs of={aigc.fields} mono /> : null}
        </Mark>
        <Mark
          title={w.iptc}
          tone={type ? "good" : "none"}
          says={type ? named(w.iptcTypes as Record<string, string>, type) : w.absent}
        >
          {type ? <p class="fact-more mono">{type}</p> : null}
        </Mark>
        <Mark
          title={w.c2pa}
          tone={!c2pa || c2pa.state === "absent" ? "none" : c2pa.state === "invalid" ? "bad" : "good"}
          says={
            <>
              {w.c2paStates[c2pa?.state ?? "absent"]}
              {c2pa?.time_stamped ? t().common.comma + w.stamped : ""}
            </>
          }
        >
          {c2pa?.active_manifest ? <p class="fact-more mono">{c2pa.active_manifest}</p> : null}
          {c2pa?.problems && c2pa.problems.length > 0 ? (
            <p class="fact-more">
              {w.problems}: <span class="mono">{c2pa.problems.join(", ")}</span>
            </p>
          ) : null}
        </Mark>
        {parents.length > 0 ? (
          <Mark title={w.ingredients} tone="good" says={parents.map(([name]) => name).join(", ")}>
            {parents.some(([, how]) => how) ? <Pairs of={Object.fromEntries(parents)} /> : null}
          </Mark>
        ) : null}
        <Mark
          title={w.watermark}
          tone={!watermark?.found ? "none" : watermark.matches_record === false ? "bad" : "good"}
          says={
            !watermark?.found
              ? w.absent
              : [w.present, watermark.matches_record === true ? w.matches : watermark.matches_record === false ? w.differs : ""]
                  .filter(Boolean)
                  .join(t().common.comma)
          }
        >
          {watermark?.found ? (
            <p class="fact-more">
              {watermark.method}
              {watermark.turned?.mirrored ? `${t().common.comma}${w.mirrored}` : ""}
              {watermark.turned?.degrees ? `${t().common.comma}${w.turned(watermark.turned.degrees)}` : ""}
              {watermark.false_positive_rate ? `${t().common.comma}${w.chance(number(1 / watermark.false_positive_rate))}` : ""}
              {watermark.payload ? <span class="mono block">{watermark.payload}</span> : null}
            </p>
          ) : null}
        </Mark>
        <Mark
          title={w.log}
          tone={log?.included ? "good" : log?.index != null ? "bad" : "none"}
          says={
            log?.index == null
              ? w.absent
              : `${w.entry(number(log.index))}${t().common.comma}${log.included ? w.included : w.notIncluded}`
          }
        />
        {recovered ? (
          <Mark title={w.recovered} tone="good" says={named(w.recoveredBy as Record<string, string>, recovered.by)}>
            <p class="fact-more mono">
              {recovered.work_id} · {recovered.time}
            </p>
          </Mark>
        ) : null}
        <Mark title={w.receipt} tone={receipt ? "good" : "none"} says={receipt ? (receipt.title ?? w.present) : w.absent}>
          {receipt ? <ReceiptView receipt={receipt} /> : null}
        </Mark>
      </ol>
      {link && verdict.work_id ? (
        <p>
          <a class="text-link" href={href(`gallery/${verdict.work_id}`)}>
            {w.lookup}
          </a>
        </p>
      ) : null}
      <details class="raw">
        <summary>{w.raw}</summary>
        <pre tabIndex={0}>{JSON.stringify(verdict, null, 2)}</pre>
      </details>
    </div>
  );
}

function ReceiptView({ receipt }: { receipt: Receipt }) {
  const w = t().credentials;
  const created = receipt.created ? Date.parse(receipt.created) : Number.NaN;
  const lines: [string, string][] = [];
  if (receipt.generator) lines.push([w.generator, receipt.generator]);
  if (!Number.isNaN(created)) lines.push([w.created, when(created)]);
  if (receipt.seed !== undefined) lines.push([w.seed, String(receipt.seed)]);
  return (
    <>
      <Pairs of={Object.fromEntries(lines)} />
      {receipt.models && receipt.models.length > 0 ? (
        <div class="fact-more">
          <p class="fact-sub">{w.models}</p>
          <ul class="plain-list">
            {receipt.models.map((m, i) => (
              <li key={i}>
                <span class="mono">{String(m.id ?? m["name"] ?? "")}</span>
                {m.licence ? ` · ${m.licence}` : ""}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
      {receipt.steps && receipt.steps.length > 0 ? (
        <div class="fact-more">
          <p class="fact-sub">{w.steps}</p>
          <ol class="plain-list">
            {receipt.steps.map((s, i) => (
              <li key={i}>
                {[s.name ?? s["stage"] ?? s["step"], s.engine].filter(Boolean).join(" · ")}
                {typeof s.seconds === "number" ? ` · ${t().common.seconds(Math.round(s.seconds * 10) / 10)}` : ""}
              </li>
            ))}
          </ol>
        </div>
      ) : null}
      {receipt.request ? (
        <details class="raw">
          <summary>{w.request}</summary>
          <pre tabIndex={0}>{JSON.stringify(receipt.request, null, 2)}</pre>
        </details>
      ) : null}
    </>
  );
}

function Pairs({ of, mono }: { of: Record<string, string>; mono?: boolean }) {
  return (
    <dl class={mono ? "pairs mono" : "pairs"}>
      {Object.entries(of)
        .filter(([, v]) => v !== "")
        .map(([k, v]) => (
          <div key={k}>
            <dt>{k}</dt>
            <dd>{v}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What went into the work: told by the credential, else by the receipt. */
function ingredients(verdict: Verdict): [string, string][] {
  const told = verdict.c2pa?.ingredients ?? verdict.receipt?.extra?.["ingredients"];
  if (!Array.isArray(told)) return [];
  return told.map((one: unknown) => {
    if (typeof one === "string") return [one, ""];
    const { title, name, relationship } = one as Record<string, unknown>;
    return [String(title ?? name ?? "?"), String(relationship ?? "")];
  });
}

/** The conclusion in words for anyone. */
export function VerdictHead({ verdict }: { verdict: Verdict }) {
  const words = t().verify.verdicts[verdict.verdict] ?? t().verify.verdicts.unmarked;
  const icons: Record<string, IconName> = { verified: "verify", tampered: "warning", marked: "info", unmarked: "question" };
  return (
    <div class={`verdict verdict-${verdict.verdict}`} role="status">
      <span class="verdict-icon">
        <Icon name={icons[verdict.verdict] ?? "question"} size={32} />
      </span>
      <div>
        <p class="verdict-title">{words.title}</p>
        <p>{words.text}</p>
      </div>
    </div>
  );
}
