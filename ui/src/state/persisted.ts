/** Signals that outlive a reload. */

import { effect, signal, type Signal } from "@preact/signals";

/** A signal whose value is kept in the browser: for this tab, or for good. */
export function persisted<T>(name: string, initial: T, store: Storage = sessionStorage): Signal<T> {
  let start = initial;
  try {
    const kept = store.getItem(name);
    if (kept !== null) start = JSON.parse(kept) as T;
  } catch {
    // What cannot be read is begun anew.
  }
  const kept = signal(start);
  effect(() => {
    try {
      store.setItem(name, JSON.stringify(kept.value));
    } catch {
      // A full store loses the draft, nothing else.
    }
  });
  return kept;
}
