/** Short messages at the edge of the screen. */

import { signal } from "@preact/signals";
import { ApiError } from "../api";
import { language, t } from "../i18n";
import { translatedError } from "../i18n/sentences";

export interface Toast {
  id: number;
  tone: "info" | "good" | "error";
  text: string;
}

export const toasts = signal<Toast[]>([]);
let next = 1;

export function toast(text: string, tone: Toast["tone"] = "info"): void {
  const id = next++;
  toasts.value = [...toasts.value.filter((other) => other.text !== text).slice(-3), { id, tone, text }];
  if (tone !== "error") setTimeout(() => dismiss(id), 5000);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** The sentence for an error: the server's, in the reader's language where that can be said. */
export function sentence(error: unknown): string {
  if (error instanceof ApiError) return explain(error.code, error.message);
  return error instanceof Error && error.message !== "" ? error.message : t().errors.unknown;
}

export function explain(code: string, message: string): string {
  const known = (t().errors.codes as Record<string, string>)[code];
  if (message === "") return known ?? t().errors.unknown;
  const own = translatedError(message, t().sentences);
  if (own !== null) return own;
  const foreign = language.value === "zh" && !/[\u4e00-\u9fff]/.test(message);
  return foreign && known ? `${known}（${message}）` : message;
}

export function report(error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  toast(sentence(error), "error");
}
