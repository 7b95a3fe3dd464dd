/** Server-sent events over fetch: resumes where it stopped, and works for POST, too. */

import { ApiError, send, type Call } from "./client";

export interface ServerEvent {
  id: string | null;
  name: string;
  data: string;
}

/** Reads the events of one reply until it ends. */
export async function* events(reply: Response): AsyncGenerator<ServerEvent> {
  if (!reply.body) return;
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let id: string | null = null;
  let name = "";
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += value;
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") {
          if (data.length > 0) yield { id, name: name || "message", data: data.join("\n") };
          name = "";
          data = [];
        } else if (!line.startsWith(":")) {
          const at = line.indexOf(":");
          const field = at < 0 ? line : line.slice(0, at);
          const text = at < 0 ? "" : line.slice(at + 1).replace(/^ /, "");
          if (field === "id") id = text;
          else if (field === "event") name = text;
          else if (field === "data") data.push(text);
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

export interface Subscription {
  close(): void;
}

const FIRST_WAIT = 800;
const LONGEST_WAIT = 15_000;

/**
 * Follows a stream and connects again, with `Last-Event-ID`, when it breaks off. `take` returns true
 * when the stream is at its end. `open` is called at every connection, `failed` when none is possible.
 */
export function follow(
  path: string,
  take: (event: ServerEvent) => boolean | void,
  more: { open?: () => void; failed?: (error: unknown) => void } = {},
): Subscription {
  const stop = new AbortController();
  void (async () => {
    let last: string | null = null;
    let wait = FIRST_WAIT;
    while (!stop.signal.aborted) {
      try {
        const call: Call = { headers: { Accept: "text/event-stream" }, signal: stop.signal };
        if (last !== null) call.headers = { ...call.headers, "Last-Event-ID": last };
        const reply = await send(path, call);
        more.open?.();
        for await (const event of events(reply)) {
          wait = FIRST_WAIT;
          if (event.id !== null) last = event.id;
          if (take(event) === true) return stop.abort();
        }
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429) {
          return more.failed?.(error);
        }
      }
      await new Promise((then) => setTimeout(then, wait));
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  })();
  return { close: () => stop.abort() };
}
