/** Every route of the server that the studio uses, by name. */

import { query, request, send } from "./client";
import type {
  Account,
  ApiKey,
  AuditEntry,
  CatalogueEntry,
  Job,
  JobKind,
  NewKey,
  Options,
  Page,
  Role,
  Session,
  Settings,
  Status,
  Terms,
  Upload,
  Verdict,
  Work,
} from "./types";

export * from "./types";
export { ApiError } from "./client";

const seg = encodeURIComponent;

function file(of: Blob, name: string): FormData {
  const form = new FormData();
  form.append("file", of, name);
  return form;
}

export interface WorksQuery {
  q?: string;
  modality?: string;
  tag?: string;
  owner?: string;
  trash?: boolean;
  favourite?: boolean;
  limit?: number;
  after?: string;
}

export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string;
}

export const api = {
  session: () => request<Session>("/v1/session"),
  signIn: (name: string, password: string) =>
    request<Session>("/v1/session", { method: "POST", json: { name, password } }),
  signOut: () => request("/v1/session", { method: "DELETE" }),
  setup: (name: string, password: string) =>
    request<Session>("/v1/setup", { method: "POST", json: { name, password } }),

  options: () => request<Options>("/v1/options"),
  upload: (of: Blob, name: string) => request<Upload>("/v1/uploads", { method: "POST", form: file(of, name) }),

  jobs: (by: { status?: string; kind?: string; limit?: number; after?: string } = {}) =>
    request<Page<Job>>("/v1/jobs" + query(by)),
  job: (id: string) => request<Job>(`/v1/jobs/${seg(id)}`),
  start: (kind: JobKind, body: Record<string, unknown>, terms: Terms = {}) =>
    request<Job>("/v1/jobs", {
      method: "POST",
      json: { kind, request: body, ...terms },
      headers: { "Idempotency-Key": newKey() },
    }),
  cancel: (id: string) => request<Job>(`/v1/jobs/${seg(id)}/cancel`, { method: "POST" }),
  retry: (id: string) => request<Job>(`/v1/jobs/${seg(id)}/retry`, { method: "POST" }),
  forget: (id: string) => request(`/v1/jobs/${seg(id)}`, { method: "DELETE" }),
  jobEvents: (id: string) => `/v1/jobs/${seg(id)}/events`,

  works: (by: WorksQuery, signal?: AbortSignal) => request<Page<Work>>("/v1/works" + query({ ...by }), { signal }),
  tags: () => request<Page<{ tag: string; works: number }>>("/v1/tags"),
  work: (id: string) => request<Work>(`/v1/works/${seg(id)}`),
  change: (id: string, what: { title?: string; tags?: string[]; favourite?: boolean }) =>
    request<Work>(`/v1/works/${seg(id)}`, { method: "PATCH", json: what }),
  trash: (id: string) => request<Work>(`/v1/works/${seg(id)}`, { method: "DELETE" }),
  erase: (id: string) => request(`/v1/works/${seg(id)}?forever=true`, { method: "DELETE" }),
  restore: (id: string) => request<Work>(`/v1/works/${seg(id)}/restore`, { method: "POST" }),
  credential: (id: string) => request<Verdict>(`/v1/works/${seg(id)}/credential`),
  exportUrl: (id: string) => `/v1/works/${seg(id)}/export`,
  downloadUrl: (id: string) => `/v1/works/${seg(id)}/content?download=1`,
  text: async (url: string) => (await send(url)).text(),

  chat: (messages: ChatMessage[], model: string | null, signal: AbortSignal) =>
    send("/v1/chat/completions", {
      method: "POST",
      json: { ...(model ? { model } : {}), messages, stream: true },
      headers: { Accept: "text/event-stream" },
      signal,
    }),

  verifyFile: (of: Blob, name: string) => request<Verdict>("/v1/verify", { method: "POST", form: file(of, name) }),
  verifyUrl: (url: string) => request<Verdict>("/v1/verify", { method: "POST", json: { url } }),

  catalogue: () => request<Page<CatalogueEntry>>("/v1/catalogue"),
  removeModel: (id: string) => request(`/v1/catalogue/${seg(id)}`, { method: "DELETE" }),
  models: () => request<Page<{ id: string }>>("/v1/models"),

  settings: () => request<Settings>("/v1/settings"),
  saveSettings: (what: Partial<Settings>) => request<Settings>("/v1/settings", { method: "PUT", json: what }),
  keys: () => request<Page<ApiKey>>("/v1/keys"),
  makeKey: (key: NewKey) => request<ApiKey>("/v1/keys", { method: "POST", json: key }),
  revokeKey: (name: string) => request(`/v1/keys/${seg(name)}`, { method: "DELETE" }),
  accounts: () => request<Page<Account>>("/v1/accounts"),
  makeAccount: (name: string, password: string, role: Role) =>
    request<Account>("/v1/accounts", { method: "POST", json: { name, password, role } }),
  removeAccount: (name: string) => request(`/v1/accounts/${seg(name)}`, { method: "DELETE" }),
  audit: (by: { limit?: number; after?: string }) => request<Page<AuditEntry>>("/v1/audit" + query(by)),
  status: () => request<Status>("/v1/status"),
};

/** A key that makes a repeated request count once. `randomUUID` exists in secure contexts only. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}
