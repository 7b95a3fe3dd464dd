/** How the studio looks to this reader. */

import { effect } from "@preact/signals";
import { persisted } from "./persisted";

export type Theme = "system" | "light" | "dark";
export const theme = persisted<Theme>("theme", "system", localStorage);

const dark = matchMedia("(prefers-color-scheme: dark)");

function apply(): void {
  const is = theme.value === "system" ? (dark.matches ? "dark" : "light") : theme.value;
  document.documentElement.dataset.theme = is;
  document.documentElement.style.colorScheme = is;
}

effect(apply);
dark.addEventListener("change", apply);

export function isDark(): boolean {
  return theme.value === "dark" || (theme.value === "system" && dark.matches);
}
