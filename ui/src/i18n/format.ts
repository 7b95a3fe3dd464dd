/** Numbers, dates and sizes as the present language writes them. */

import { language } from "./index";

const tag = () => (language.value === "zh" ? "zh-CN" : "en");

/** A time of the server: seconds since 1970. */
export function toDate(at: number): Date {
  return new Date(at > 1e11 ? at : at * 1000);
}

export function when(at: number): string {
  return new Intl.DateTimeFormat(tag(), { dateStyle: "medium", timeStyle: "short" }).format(toDate(at));
}

/** How long ago, in words. */
export function ago(at: number): string {
  const seconds = Math.round((toDate(at).getTime() - Date.now()) / 1000);
  const words = new Intl.RelativeTimeFormat(tag(), { numeric: "auto" });
  const size = Math.abs(seconds);
  if (size < 60) return words.format(0, "second");
  if (size < 3600) return words.format(Math.round(seconds / 60), "minute");
  if (size < 86_400) return words.format(Math.round(seconds / 3600), "hour");
  if (size < 7 * 86_400) return words.format(Math.round(seconds / 86_400), "day");
  return new Intl.DateTimeFormat(tag(), { dateStyle: "medium" }).format(toDate(at));
}

export function bytes(n: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let at = 0;
  while (n >= 1000 && at < units.length - 1) {
    n /= 1000;
    at += 1;
  }
  return `${number(n, n < 10 && at > 0 ? 1 : 0)} ${units[at]}`;
}

export function number(n: number, digits = 0): string {
  return new Intl.NumberFormat(tag(), { maximumFractionDigits: digits }).format(n);
}

/** `4:05`, `1:02:03`. */
export function clock(seconds: number): string {
  const s = Math.round(seconds);
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}
