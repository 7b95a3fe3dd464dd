import type { Voice } from "../api";
import { language, named, t } from "../i18n";
import type { Choice } from "./fields";

/** Voices by language, those of the reader's own first. */
export function voiceGroups(voices: Voice[]): { label: string; choices: Choice[] }[] {
  const groups = new Map<string, Choice[]>();
  for (const v of voices) {
    const gender = (t().sound.genders as Record<string, string>)[v.gender];
    const choice = { value: v.id, label: gender ? `${v.name} · ${gender}` : v.name };
    groups.set(v.language, [...(groups.get(v.language) ?? []), choice]);
  }
  const rank = (code: string) => (code.toLowerCase().startsWith(language.value) ? 0 : /^(en|zh)/i.test(code) ? 1 : 2);
  return [...groups]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([code, choices]) => ({ label: named(t().names.countries, code.toLowerCase()), choices }));
}
