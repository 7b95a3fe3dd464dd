import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Button, IconButton } from "./Button";

/** A window over the page; the browser keeps the focus inside and closes it with Esc. */
export function Dialog(p: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  wide?: boolean;
  foot?: ComponentChildren;
}) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const el = box.current;
    const before = document.activeElement;
    el?.showModal();
    return () => {
      el?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      class={p.wide ? "dialog dialog-wide" : "dialog"}
      aria-labelledby={id}
      onCancel={(e) => {
        e.preventDefault();
        p.onClose();
      }}
      onClick={(e) => {
        if (e.target === box.current) p.onClose();
      }}
    >
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={id}>{p.title}</h2>
          <IconButton icon="close" label={t().common.close} onClick={p.onClose} />
        </header>
        <div class="dialog-body">{p.children}</div>
        {p.foot ? <footer class="dialog-foot">{p.foot}</footer> : null}
      </div>
    </dialog>
  );
}

interface Question {
  title: string;
  text: string;
  action: string;
  answer: (yes: boolean) => void;
}
const asked = signal<Question | null>(null);

/** Asks before something that cannot be undone easily. */
export function confirm(text: string, action: string, title = t().common.sure): Promise<boolean> {
  return new Promise((then) => {
    asked.value = {
      title,
      text,
      action,
      answer: (yes) => {
        asked.value = null;
        then(yes);
      },
    };
  });
}

export function Confirmations() {
  const q = asked.value;
  if (!q) return null;
  return (
    <Dialog
      title={q.title}
      onClose={() => q.answer(false)}
      foot={
        <>
          <Button onClick={() => q.answer(false)}>{t().common.cancel}</Button>
          <Button kind="danger" onClick={() => q.answer(true)}>
            {q.action}
          </Button>
        </>
      }
    >
      <p>{q.text}</p>
    </Dialog>
  );
}
