/** The works that the gallery shows, by the filters in the address. */

import { computed, effect, signal } from "@preact/signals";
import { api, type Work } from "../../api";
import { route } from "../../router";
import { onJobEnd } from "../../state/jobs";
import { report } from "../../state/toasts";

export const works = signal<Work[] | null>(null);
export const hasMore = signal(false);
export const loading = signal(false);

export interface Filters {
  q: string;
  modality: string;
  tag: string;
  favourite: boolean;
  trash: boolean;
}

export const filters = computed<Filters>(() => {
  const q = route.value.query;
  return {
    q: q.get("q") ?? "",
    modality: q.get("kind") ?? "",
    tag: q.get("tag") ?? "",
    favourite: q.has("favourite"),
    trash: q.has("trash"),
  };
});

export const tags = signal<string[]>([]);

export async function loadTags(): Promise<void> {
  // Where tags cannot be listed, forms do without suggestions.
  await api.tags().then(
    (page) => (tags.value = page.data.map((one) => one.tag)),
    () => {},
  );
}

let asked: AbortController | null = null;
const PAGE = 60;

export async function load(more = false): Promise<void> {
  asked?.abort();
  const mine = (asked = new AbortController());
  loading.value = true;
  const after = more ? works.value?.at(-1)?.id : undefined;
  try {
    const page = await api.works({ ...filters.peek(), limit: PAGE, ...(after ? { after } : {}) }, mine.signal);
    works.value = more ? [...(works.value ?? []), ...page.data] : page.data;
    hasMore.value = page.has_more ?? false;
  } catch (error) {
    if (!mine.signal.aborted) {
      works.value ??= [];
      report(error);
    }
  } finally {
    if (asked === mine) loading.value = false;
  }
}

/** Puts a changed work in its place, or takes it away where it no longer fits. */
export function update(work: Work): void {
  const fits =
    (work.trashed_at !== null) === filters.peek().trash && (!filters.peek().favourite || work.favourite);
  works.value =
    works.value?.map((one) => (one.id === work.id ? { ...one, ...work } : one)).filter((one) => one.id !== work.id || fits) ??
    null;
}

export function drop(id: string): void {
  works.value = works.value?.filter((one) => one.id !== id) ?? null;
}

/** Keeps the list in step with the address and with jobs that end; gives what stops that. */
export function attend(): () => void {
  let before = "";
  void loadTags();
  const stop = effect(() => {
    const now = JSON.stringify(filters.value);
    if (now === before) return;
    if (before !== "") works.value = null;
    before = now;
    void load();
  });
  const quiet = onJobEnd((job) => {
    if (job.works.length > 0) void load();
  });
  return () => {
    stop();
    quiet();
  };
}

export async function setFavourite(work: Work, favourite: boolean): Promise<void> {
  await api.change(work.id, { favourite }).then(update, report);
}
