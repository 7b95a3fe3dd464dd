/** Where the studio stands: `#/page/rest?query`. */

import { computed, signal } from "@preact/signals";

export interface Route {
  page: string;
  rest: string[];
  query: URLSearchParams;
}

function read(): Route {
  const [path = "", search = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
  const [page = "", ...rest] = path.split("/").filter(Boolean).map(decodeURIComponent);
  return { page: page === "" ? "film" : page, rest, query: new URLSearchParams(search) };
}

const current = signal<Route>(read());
export const route = computed(() => current.value);

window.addEventListener("hashchange", () => {
  current.value = read();
});

/** The address of a page. */
export function href(path: string, query: Record<string, string | null | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
  const text = search.toString();
  return `#/${path}${text === "" ? "" : `?${text}`}`;
}

export function go(path: string, query: Record<string, string | null | undefined> = {}): void {
  location.hash = href(path, query);
}

/** Changes the query of the present page without a step in the history. */
export function replaceQuery(query: Record<string, string | null | undefined>): void {
  const here = current.value;
  const merged: Record<string, string | null | undefined> = { ...Object.fromEntries(here.query), ...query };
  history.replaceState(null, "", href([here.page, ...here.rest].map(encodeURIComponent).join("/"), merged));
  current.value = read();
}
