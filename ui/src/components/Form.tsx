import { useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { t } from "../i18n";
import { mayMake } from "../state/session";
import { Button } from "./Button";
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

/** What most people leave alone. */
export function More({ children }: { children: ComponentChildren }) {
  const open = useSignal(false);
  const id = useId();
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
      </button>
      <div id={id} class="more-body" hidden={!open.value}>
        <div class="form-grid">{children}</div>
      </div>
    </div>
  );
}

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
