import { useSignal, type Signal } from "@preact/signals";
import type { Job, JobKind } from "../api";
import { t } from "../i18n";
import { start } from "../state/jobs";
import { terms, webhookFits } from "../state/terms";
import { toast } from "../state/toasts";
import type { Chosen } from "./InputPicker";

type Fields = Record<string, unknown>;

export interface Order {
  busy: boolean;
  /** What to say beside what the order cannot do without, once it was tried without. */
  error: string | null;
  /** It was sent and is not under way: what is missing may be said. */
  tried: boolean;
  send: () => Promise<Job | null>;
}

/**
 * The order of a form. `needs` is the text or the file that it cannot do without. `request` gives the
 * fields of the job; a sentence instead is shown, and `null` means that the form itself says what is wrong.
 */
export function useOrder(
  kind: JobKind,
  needs: Signal<string> | Signal<Chosen | null> | null,
  request: () => Fields | string | null | Promise<Fields | string | null>,
): Order {
  const busy = useSignal(false);
  const tried = useSignal(false);
  const isMissing = (value: string | Chosen | null) => value === null || (typeof value === "string" && value.trim() === "");
  const send = async () => {
    tried.value = true;
    if (busy.value || (needs && isMissing(needs.value))) return null;
    if (!webhookFits.value) {
      toast(t().order.webhookWrong, "error");
      return null;
    }
    busy.value = true;
    try {
      const fields = await request();
      if (typeof fields === "string") toast(fields, "error");
      if (fields === null || typeof fields === "string") return null;
      const job = await start(kind, fields, terms());
      if (job) tried.value = false;
      return job;
    } finally {
      busy.value = false;
    }
  };
  const missing = tried.value && needs !== null && isMissing(needs.value);
  const words = typeof needs?.value === "string" ? t().common.missingText : t().common.missingFile;
  return { busy: busy.value, error: missing ? words : null, tried: tried.value, send };
}
