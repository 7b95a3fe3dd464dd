import { useSignal } from "@preact/signals";
import type { TargetedDragEvent } from "preact";
import { useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Icon } from "./Icon";

/** A place to drop a file; a click, a tap or the keyboard opens the file dialog. */
export function FileDrop(p: {
  label: string;
  hint?: string;
  accept?: string;
  multiple?: boolean;
  big?: boolean;
  busy?: boolean;
  error?: string | null;
  onFiles: (files: File[]) => void;
}) {
  const over = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const take = (list: FileList | null | undefined) => {
    const files = [...(list ?? [])];
    if (files.length > 0) p.onFiles(p.multiple ? files : files.slice(0, 1));
    if (input.current) input.current.value = "";
  };
  const drag = (e: TargetedDragEvent<HTMLElement>) => {
    e.preventDefault();
    over.value = e.type === "dragover";
  };
  return (
    <div
      class={`drop ${over.value ? "drop-over" : ""} ${p.big ? "drop-big" : ""} ${p.error ? "drop-missing" : ""}`}
      onDragOver={drag}
      onDragLeave={drag}
      onDrop={(e) => {
        drag(e);
        take(e.dataTransfer?.files);
      }}
    >
      <input
        ref={input}
        id={id}
        class="drop-input"
        type="file"
        accept={p.accept}
        multiple={p.multiple}
        disabled={p.busy}
        aria-invalid={p.error ? true : undefined}
        aria-describedby={p.error ? `${id}-error` : undefined}
        onChange={(e) => take(e.currentTarget.files)}
      />
      <label for={id}>
        {p.busy ? <span class="spinner" aria-hidden="true" /> : <Icon name="upload" size={p.big ? 28 : 20} />}
        <span class="drop-label">{p.label}</span>
        <span class="drop-text">
          {p.busy ? t().common.uploading : over.value ? t().common.dropNow : t().common.dropHere}
        </span>
        {p.hint ? <span class="drop-hint">{p.hint}</span> : null}
      </label>
      {p.error ? (
        <p class="field-error drop-error" id={`${id}-error`} role="alert">
          {p.error}
        </p>
      ) : null}
    </div>
  );
}
