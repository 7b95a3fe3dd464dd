import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { api, type Work } from "../../api";
import { Button, IconButton } from "../../components/Button";
import { workTitle } from "../../components/Media";
import { t } from "../../i18n";
import { mayMake } from "../../state/session";
import { report } from "../../state/toasts";

/** The title, and its change in place. */
export function Title({ work, onChange }: { work: Work; onChange: (work: Work) => void }) {
  const w = t().gallery;
  const editing = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (editing.value) field.current?.select();
  }, [editing.value]);
  if (!editing.value) {
    return (
      <div class="detail-title">
        <h1 lang={work.lang ?? undefined}>{workTitle(work)}</h1>
        {mayMake.value ? <IconButton icon="edit" label={w.editTitle} onClick={() => (editing.value = true)} /> : null}
      </div>
    );
  }
  return (
    <form
      class="detail-title"
      onSubmit={(e) => {
        e.preventDefault();
        const title = field.current?.value.trim() ?? "";
        editing.value = false;
        if (title !== "" && title !== work.title) api.change(work.id, { title }).then(onChange, report);
      }}
      onKeyDown={(e) => {
        if (e.key === "Escape") editing.value = false;
      }}
    >
      <input ref={field} class="input" aria-label={w.titleField} defaultValue={workTitle(work)} maxLength={200} />
      <Button type="submit" kind="primary" small>
        {t().common.save}
      </Button>
    </form>
  );
}
