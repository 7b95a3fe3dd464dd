/** The language of the studio. Each dictionary is loaded when it is needed. */

import { signal } from "@preact/signals";
import type { Dictionary } from "./en";
import { translated } from "./sentences";

export type { Dictionary };
export const LANGUAGES = { en: "English", zh: "简体中文" } as const;
export type Language = keyof typeof LANGUAGES;

const loaders: Record<Language, () => Promise<Dictionary>> = {
  en: async () => (await import("./en")).en,
  zh: async () => (await import("./zh")).zh,
};
const TAGS: Record<Language, string> = { en: "en", zh: "zh-CN" };

export const language = signal<Language>("en");
const dictionary = signal<Dictionary | null>(null);

/** The words of the present language; only after [loadLanguage]. */
export function t(): Dictionary {
  return dictionary.value!;
}

/** The language that was chosen before, else the browser's. */
export function preferred(): Language {
  const kept = localStorage.getItem("language");
  if (kept === "en" || kept === "zh") return kept;
  for (const tag of navigator.languages) {
    if (/^zh\b/i.test(tag)) return "zh";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}

export async function loadLanguage(to: Language): Promise<void> {
  dictionary.value = await loaders[to]();
  language.value = to;
  document.documentElement.lang = TAGS[to];
}

export async function chooseLanguage(to: Language): Promise<void> {
  await loadLanguage(to);
  localStorage.setItem("language", to);
}

/** A sentence of the server in the present language, else as it came. */
export function said(sentence: string): string {
  return translated(sentence, t().sentences) ?? sentence;
}

/** The name that the dictionary has for an identifier of the server, else the identifier made readable. */
export function named(names: Record<string, string>, id: string): string {
  return names[id] ?? id.replace(/[-_.]/g, " ").replace(/^./, (c) => c.toUpperCase());
}
