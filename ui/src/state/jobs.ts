/**
 * The jobs that this tab knows. One stream tells of all of them; the ones that are shown and run are
 * followed closely, two at a time, because browsers allow few connections to one server. A hidden tab
 * holds none.
 */

import { computed, signal } from "@preact/signals";
import { api, type Job, type JobProgress, type Terms } from "../api";
import { follow, type ServerEvent, type Subscription } from "../api/sse";
import { report } from "./toasts";

const CLOSE = 2;

export const jobs = signal<ReadonlyMap<string, Job>>(new Map());
/** Words of texts as they are being written, by job. */
export const streamed = signal<ReadonlyMap<string, string>>(new Map());
export const jobsLoaded = signal(false);

// Times are whole seconds; within one, the ids of jobs follow their order.
export const newestFirst = computed(() =>
  [...jobs.value.values()].sort((a, b) => b.created_at - a.created_at || (a.id < b.id ? 1 : -1)),
);
export const isActive = (job: Job) => job.status === "queued" || job.status === "running";
export const activeCount = computed(() => newestFirst.value.filter(isActive).length);

/** Called once for every job that ends while the studio watches. */
const endings = new Set<(job: Job) => void>();
export function onJobEnd(then: (job: Job) => void): () => void {
  endings.add(then);
  return () => endings.delete(then);
}

export function put(...changed: Job[]): void {
  const all = new Map(jobs.value);
  const ended: Job[] = [];
  for (const job of changed) {
    const before = all.get(job.id);
    // An older report must not undo an end that is known.
    if (before && !isActive(before) && isActive(job) && before.attempt >= job.attempt) continue;
    const request = job.request ?? before?.request;
    all.set(job.id, { ...job, works: job.works ?? [], tags: job.tags ?? [], ...(request ? { request } : {}) });
    if (before && isActive(before) && !isActive(job)) ended.push(job);
  }
  jobs.value = all;
  for (const job of ended) for (const then of endings) then(job);
}

/** A job as the stream of all jobs tells it: without its request, its result and its works. */
type Brief = Omit<Job, "request" | "result" | "works"> & Partial<Pick<Job, "works" | "result">>;

function putBrief(job: Brief): void {
  const before = jobs.value.get(job.id);
  const over = job.status !== "queued" && job.status !== "running";
  // What came out, and what was asked for, has to be fetched.
  if (!before || (over && isActive(before))) void api.job(job.id).then(put, () => {});
  else put({ ...before, ...job, works: job.works ?? before.works, result: job.result ?? before.result });
}

function patch(id: string, what: Partial<Job>): void {
  const job = jobs.value.get(id);
  if (job && isActive(job)) put({ ...job, ...what });
}

export async function loadJobs(kind?: string): Promise<void> {
  const page = await api.jobs({ limit: 100, ...(kind ? { kind } : {}) });
  put(...page.data);
  jobsLoaded.value = true;
}

/** Begins a job and gives it, or reports what is wrong. */
export async function start(kind: Job["kind"], request: Record<string, unknown>, terms: Terms = {}): Promise<Job | null> {
  try {
    const job = await api.start(kind, clean(request), terms);
    put(job);
    return job;
  } catch (error) {
    report(error);
    return null;
  }
}

/** Leaves out what was not said, so that the server's defaults hold. */
function clean(request: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(request).filter(([, v]) => v !== undefined && v !== null && v !== ""));
}

export async function cancel(id: string): Promise<void> {
  await api.cancel(id).then(put, report);
}

export async function retry(id: string): Promise<void> {
  await api.retry(id).then(put, report);
}

export async function forget(id: string): Promise<void> {
  try {
    await api.forget(id);
    const all = new Map(jobs.value);
    all.delete(id);
    jobs.value = all;
  } catch (error) {
    report(error);
  }
}

// Streams.

let everything: Subscription | null = null;
let polling: ReturnType<typeof setInterval> | null = null;
const wanted = new Map<string, number>();
const close = new Map<string, Subscription>();

/** Watches all jobs until [unwatch]; repeats the list where the stream cannot be had. */
export function watch(): void {
  if (everything) return;
  let first = true;
  const refresh = () => loadJobs().catch(() => {});
  everything = follow(
    "/v1/events",
    (event) => {
      if (event.name === "job") putBrief(parse<Brief>(event));
    },
    {
      open: () => {
        if (!first) void refresh();
        first = false;
      },
      failed: () => {
        polling ??= setInterval(refresh, 3000);
      },
    },
  );
  tend();
}

export function unwatch(): void {
  everything?.close();
  everything = null;
  if (polling) clearInterval(polling);
  polling = null;
  for (const stream of close.values()) stream.close();
  close.clear();
}

document.addEventListener("visibilitychange", () => {
  if (!jobsLoaded.value) return;
  if (document.hidden) {
    unwatch();
  } else {
    loadJobs().catch(() => {});
    watch();
  }
});

/** Asks for progress, previews and words of a job while it is shown. */
export function followJob(id: string): () => void {
  wanted.set(id, (wanted.get(id) ?? 0) + 1);
  tend();
  return () => {
    const left = (wanted.get(id) ?? 1) - 1;
    if (left > 0) wanted.set(id, left);
    else wanted.delete(id);
    if (left <= 0) {
      close.get(id)?.close();
      close.delete(id);
      tend();
    }
  };
}

function tend(): void {
  if (document.hidden) return;
  const running = (id: string) => Number(jobs.value.get(id)?.status === "running");
  const queue = [...wanted.keys()].filter((id) => {
    const job = jobs.value.get(id);
    return job && isActive(job) && !close.has(id);
  });
  queue.sort((a, b) => running(b) - running(a));
  for (const id of queue) {
    if (close.size >= CLOSE) return;
    // A new stream tells everything from the beginning.
    const words = new Map(streamed.value);
    if (words.delete(id)) streamed.value = words;
    close.set(id, follow(api.jobEvents(id), (event) => takeOne(id, event), { failed: () => end(id) }));
  }
}

function end(id: string): void {
  close.get(id)?.close();
  close.delete(id);
  queueMicrotask(tend);
}

function takeOne(id: string, event: ServerEvent): boolean {
  if (event.name === "progress") patch(id, { progress: parse<JobProgress>(event) });
  else if (event.name === "preview") patch(id, { preview: parse<{ url: string }>(event).url });
  else if (event.name === "text") {
    const words = parse<{ delta: string }>(event).delta;
    streamed.value = new Map(streamed.value).set(id, (streamed.value.get(id) ?? "") + words);
  } else if (event.name === "state") {
    const job = parse<Job>(event);
    put(job);
    if (!isActive(job)) {
      end(id);
      return true;
    }
  }
  return false;
}

function parse<T>(event: ServerEvent): T {
  return JSON.parse(event.data) as T;
}
