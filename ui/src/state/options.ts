/** What forms can offer; loaded once and kept. */

import { signal } from "@preact/signals";
import { api, type Options } from "../api";
import { report } from "./toasts";

export const options = signal<Options | null>(null);

export async function loadOptions(): Promise<void> {
  try {
    options.value = await api.options();
  } catch (error) {
    report(error);
  }
}
