import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, ApiError, type Verdict, type Work } from "../../api";
import { Button, IconButton, LinkButton } from "../../components/Button";
import { Credentials, VerdictHead } from "../../components/Credentials";
import { confirm } from "../../components/Dialog";
import { Icon } from "../../components/Icon";
import { JobCard } from "../../components/JobCard";
import { Media, workTitle } from "../../components/Media";
import { AiLabel, Empty, Skeleton } from "../../components/parts";
import { named, t } from "../../i18n";
import { bytes, clock, number, when } from "../../i18n/format";
import { go, href } from "../../router";
import { jobs, start } from "../../state/jobs";
import { mayMake } from "../../state/session";
import { report, sentence, toast } from "../../state/toasts";
import { Tags } from "./Tags";
import { Title } from "./Title";

export function Detail({ id }: { id: string }) {
  const w = t().gallery;
  const work = useSignal<Work | null>(null);
  const missing = useSignal(false);
  useEffect(() => {
    api.work(id).then(
      (found) => (work.value = found),
      (error) => {
        if (error instanceof ApiError && error.status === 404) missing.value = true;
        else report(error);
      },
    );
  }, [id]);
  useEffect(() => {
    if (work.value) document.title = `${workTitle(work.value)} · ${t().app.name}`;
  }, [work.value?.title]);
  if (missing.value) {
    return (
      <Empty icon="question" title={w.missing}>
        <LinkButton href={href("gallery")}>{w.back}</LinkButton>
      </Empty>
    );
  }
  const now = work.value;
  if (!now) return <Skeleton kind="cards" count={1} />;
  const set = (changed: Work) => (work.value = { ...now, ...changed });
  return (
    <article class="detail">
      <a class="back" href={href("gallery")}>
        <Icon name="left" size={16} />
        {w.back}
      </a>
      <div class="detail-main">
        <figure class={`work work-${now.modality} detail-work`}>
          <div class="work-media">
            <Media work={now} big />
          </div>
          <figcaption>
            <AiLabel text={now.label} />
          </figcaption>
        </figure>
        <Title work={now} onChange={set} />
        <Actions work={now} onChange={set} />
        <Facts work={now} />
        <section class="panel" aria-label={w.tags}>
          <h2>{w.tags}</h2>
          <Tags work={now} onChange={set} />
        </section>
        {now.files && now.files.length > 1 ? (
          <section class="panel" aria-label={w.files}>
            <h2>{w.files}</h2>
            <ul class="file-list">
              {now.files.map((f) => (
                <li key={f.name}>
                  <a class="text-link" href={f.url} download={f.name}>
                    {f.name}
                  </a>
                  <span>{bytes(f.bytes)}</span>
                </li>
              ))}
            </ul>
          </section>
        ) : null}
      </div>
      <aside class="detail-side">
        <Papers work={now} />
      </aside>
    </article>
  );
}

function Actions({ work, onChange }: { work: Work; onChange: (work: Work) => void }) {
  const w = t().gallery;
  const replay = useSignal<string | null>(null);
  const job = replay.value ? jobs.value.get(replay.value) : null;
  const change = async (to: Promise<Work>, say?: string) => {
    try {
      onChange(await to);
      if (say) toast(say, "good");
    } catch (error) {
      report(error);
    }
  };
  const erase = async () => {
    if (!(await confirm(w.eraseAsk, w.erase))) return;
    await api.erase(work.id).then(() => go("gallery", { trash: "1" }), report);
  };
  const image = work.modality === "image";
  const made = mayMake.value;
  return (
    <>
      {work.trashed_at !== null ? (
        <p class="note">
          <Icon name="trash" />
          {w.inTrash}
        </p>
      ) : null}
      <div class="actions">
        <LinkButton kind="primary" icon="download" href={api.downloadUrl(work.id)} download={work.name}>
          {w.download}
        </LinkButton>
        <LinkButton icon="export" href={api.exportUrl(work.id)} title={w.exportHint} download>
          {w.export}
        </LinkButton>
        {made && image ? (
          <>
            <LinkButton icon="brush" href={href("pictures/edit", { work: work.id, op: "style" })}>
              {w.edit}
            </LinkButton>
            {work.kind === "picture" ? (
              <LinkButton icon="vary" href={href("pictures/edit", { work: work.id, op: "vary" })}>
                {w.vary}
              </LinkButton>
            ) : null}
          </>
        ) : null}
        {made ? (
          <Button
            icon="replay"
            title={w.replayHint}
            onClick={async () => (replay.value = (await start("replay", { work: work.id }))?.id ?? null)}
          >
            {w.replay}
          </Button>
        ) : null}
        {made && work.trashed_at === null ? (
          <>
            <Button icon="trash" onClick={() => change(api.trash(work.id), w.trashed)}>
              {w.trashIt}
            </Button>
            <IconButton
              icon="star"
              fill={work.favourite}
              pressed={work.favourite}
              label={work.favourite ? w.unfavourite : w.favourite}
              onClick={() => change(api.change(work.id, { favourite: !work.favourite }))}
            />
          </>
        ) : null}
        {made && work.trashed_at !== null ? (
          <>
            <Button icon="restore" onClick={() => change(api.restore(work.id), w.restored)}>
              {w.restore}
            </Button>
            <Button kind="danger" icon="trash" onClick={erase}>
              {w.erase}
            </Button>
          </>
        ) : null}
      </div>
      {job ? <JobCard job={job} /> : null}
    </>
  );
}

function Facts({ work }: { work: Work }) {
  const w = t().gallery;
  const rows: [string, string | null][] = [
    [w.made, `${when(work.created_at)} · ${named(t().names.kinds, work.kind)}`],
    [w.by, work.owner],
    [w.size, work.width && work.height ? `${number(work.width)} × ${number(work.height)}` : null],
    [w.length, work.seconds ? clock(work.seconds) : null],
    [w.file, `${work.name} · ${work.media_type} · ${bytes(work.bytes)}`],
    [w.number, work.id],
    [w.hash, work.sha256],
  ];
  return (
    <section class="panel" aria-label={w.details}>
      <h2>{w.details}</h2>
      {work.prompt ? (
        <div class="prompt">
          <p class="field-hint">{w.prompt}</p>
          <blockquote lang={work.lang ?? undefined}>{work.prompt}</blockquote>
        </div>
      ) : null}
      <dl class="pairs">
        {rows.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd class={name === w.hash || name === w.number ? "mono" : undefined}>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </section>
  );
}

/** The credentials panel: the file is checked anew each time. */
function Papers({ work }: { work: Work }) {
  const w = t().credentials;
  const verdict = useSignal<Verdict | null>(null);
  const problem = useSignal<string | null>(null);
  useEffect(() => {
    api.credential(work.id).then(
      (found) => (verdict.value = { ...found, receipt: found.receipt ?? work.receipt ?? null }),
      (error) => (problem.value = sentence(error)),
    );
  }, [work.id]);
  return (
    <section class="panel panel-papers" aria-labelledby="papers">
      <h2 id="papers">{w.title}</h2>
      <p class="field-hint">{w.lead}</p>
      {problem.value ? <p class="field-error">{problem.value}</p> : null}
      {verdict.value ? (
        <>
          <VerdictHead verdict={verdict.value} />
          <Credentials verdict={verdict.value} />
        </>
      ) : problem.value ? null : (
        <Skeleton count={5} />
      )}
    </section>
  );
}
