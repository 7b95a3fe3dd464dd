import { useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { t } from "../i18n";
import { mayMake } from "../state/session";
import { deadline, priority, terms, webhook, webhookFits } from "../state/terms";
import { Button } from "./Button";
import { Select, TextInput, type Choice } from "./fields";
import { Icon, type IconName } from "./Icon";

/** A form that Ctrl/Cmd + Enter sends, too. */
export function Form(p: { onSubmit: () => void; children: ComponentChildren; class?: string; label?: string }) {
  return (
    <form
      class={p.class ?? "form"}
      aria-label={p.label}
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        p.onSubmit();
      }}
      onKeyDown={(e) => {
        if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) {
          e.preventDefault();
          p.onSubmit();
        }
      }}
    >
      {p.children}
    </form>
  );
}

/** The button that starts a job, or why it cannot be started. */
export function Submit(p: { label: string; icon: IconName; busy: boolean }) {
  if (!mayMake.value) return <p class="field-hint">{t().common.viewerOnly}</p>;
  return (
    <div class="submit">
      <Button type="submit" kind="primary" icon={p.icon} busy={p.busy}>
        {p.label}
      </Button>
      <span class="submit-hint" aria-hidden="true">
        {t().common.submitHint}
      </span>
    </div>
  );
}

/** What most people leave alone: details of the work, then when it is done and who is told. */
export function More({ children }: { children?: ComponentChildren }) {
  const open = useSignal(false);
  const id = useId();
  const w = t().order;
  const said = terms();
  const kept = [
    said.priority === undefined ? null : (w.priorities as Record<string, string>)[said.priority],
    said.deadline_seconds === undefined ? null : (w.deadlines as Record<string, string>)[said.deadline_seconds],
    said.webhook === undefined ? null : w.tells,
  ].filter(Boolean);
  return (
    <div class="more">
      <button
        type="button"
        class="more-button"
        aria-expanded={open.value}
        aria-controls={id}
        onClick={() => (open.value = !open.value)}
      >
        <Icon name="down" size={16} />
        {open.value ? t().common.fewerOptions : t().common.moreOptions}
        {/* What was said stays in sight when it is folded away. */}
        {!open.value && kept.length > 0 ? <span class="more-kept">{kept.join(" · ")}</span> : null}
      </button>
      <div id={id} class="more-body" hidden={!open.value}>
        {children ? <div class="form-grid">{children}</div> : null}
        <fieldset class="terms">
          <legend>{w.title}</legend>
          <div class="form-grid">
            <Select label={w.priority} value={priority} choices={choices(w.priorities)} />
            <Select label={w.deadline} hint={w.deadlineHint} value={deadline} choices={choices(w.deadlines)} />
            <TextInput
              label={w.webhook}
              hint={w.webhookHint}
              value={webhook}
              type="url"
              placeholder="https://example.com/done"
              error={webhookFits.value ? null : w.webhookWrong}
            />
          </div>
        </fieldset>
      </div>
    </div>
  );
}

const choices = (of: Record<string, string>): Choice[] =>
  Object.entries(of)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([value, label]) => ({ value, label }));

/** Briefs to begin with. */
export function Ideas(p: { ideas: string[]; into: Signal<string> }) {
  if (p.into.value.trim() !== "") return null;
  return (
    <div class="ideas">
      <span class="ideas-lead">{t().common.tryThese}</span>
      <ul>
        {p.ideas.map((idea) => (
          <li key={idea}>
            <button type="button" class="chip" onClick={() => (p.into.value = idea)}>
              {idea}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
