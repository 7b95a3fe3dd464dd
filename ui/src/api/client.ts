/** The one place through which requests leave: CSRF, JSON and errors. */

/** What went wrong, in the server's own sentence. */
export class ApiError extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly param: string | null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

let csrf: string | null = null;
let signInNeeded: () => void = () => {};

/** Remembers the token that requests which change something must carry. */
export function useCsrf(token: string | null): void {
  csrf = token;
}

/** Says what to do when the server asks for a sign-in. */
export function onSignInNeeded(then: () => void): void {
  signInNeeded = then;
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  json?: unknown;
  form?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** Sends a request and gives the reply, or throws an [ApiError]. */
export async function send(path: string, call: Call = {}): Promise<Response> {
  const method = call.method ?? "GET";
  const headers = new Headers(call.headers);
  if (csrf && method !== "GET") headers.set("X-CSRF-Token", csrf);
  let body: BodyInit | null = null;
  if (call.json !== undefined) {
    headers.set("Content-Type", "application/json");
    body = JSON.stringify(call.json);
  } else if (call.form) {
    body = call.form;
  }
  let reply: Response;
  try {
    reply = await fetch(path, { method, headers, body, signal: call.signal ?? null, credentials: "same-origin" });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError("", 0, "offline", null);
  }
  if (!reply.ok) throw await problem(reply);
  return reply;
}

/** Sends a request and reads the JSON of the reply. */
export async function request<T>(path: string, call: Call = {}): Promise<T> {
  const reply = await send(path, call);
  const text = await reply.text();
  // Seeds have 64 bits, more than a number of JavaScript holds.
  const exact = text.replace(/("seed"\s*:\s*)(\d{16,})/g, '$1"$2"');
  return (exact === "" ? {} : JSON.parse(exact)) as T;
}

async function problem(reply: Response): Promise<ApiError> {
  let found: { message?: string; code?: string | null; param?: string | null } = {};
  try {
    found = ((await reply.json()) as { error?: typeof found }).error ?? {};
  } catch {
    // A proxy may answer with something else than JSON; the status has to do then.
  }
  const error = new ApiError(found.message ?? "", reply.status, found.code ?? String(reply.status), found.param ?? null);
  if (reply.status === 401 && error.code === "sign_in") signInNeeded();
  return error;
}

/** A query string of what is set. */
export function query(values: Record<string, string | number | boolean | undefined | null>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "" && value !== false) search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
