/** The conversation of this tab, and its answers as they stream in. */

import { signal } from "@preact/signals";
import { api, type ChatMessage } from "../../api";
import { events } from "../../api/sse";
import { persisted } from "../../state/persisted";
import { report } from "../../state/toasts";

export interface Turn {
  role: "user" | "assistant";
  content: string;
  /** The visible label of an answer. */
  label?: string;
  work?: string;
  stopped?: boolean;
}

export const turns = persisted<Turn[]>("chat.turns", []);
export const chatModel = persisted("chat.model", "");
export const answering = signal(false);
let stop: AbortController | null = null;

interface Chunk {
  choices?: { delta?: { content?: string } }[];
  colophon?: Mark | Mark[];
  error?: { message?: string };
}

interface Mark {
  label?: string;
  work_id?: string;
}

function setLast(what: Partial<Turn>): void {
  const last = turns.value.at(-1);
  if (last?.role === "assistant") turns.value = [...turns.value.slice(0, -1), { ...last, ...what }];
}

export async function say(words: string): Promise<void> {
  turns.value = [...turns.value, { role: "user", content: words }];
  await answer();
}

/** Asks for the last answer anew. */
export async function again(): Promise<void> {
  if (turns.value.at(-1)?.role === "assistant") turns.value = turns.value.slice(0, -1);
  await answer();
}

export function halt(): void {
  stop?.abort();
}

export function forgetAll(): void {
  halt();
  turns.value = [];
}

async function answer(): Promise<void> {
  const mine = (stop = new AbortController());
  const said: ChatMessage[] = turns.value
    .filter((turn) => turn.content !== "")
    .map(({ role, content }) => ({ role, content }));
  turns.value = [...turns.value, { role: "assistant", content: "" }];
  answering.value = true;
  let text = "";
  try {
    const reply = await api.chat(said, chatModel.value || null, mine.signal);
    for await (const event of events(reply)) {
      if (event.data === "[DONE]") break;
      const chunk = JSON.parse(event.data) as Chunk;
      if (chunk.error) throw new Error(chunk.error.message);
      text += chunk.choices?.[0]?.delta?.content ?? "";
      const mark = Array.isArray(chunk.colophon) ? chunk.colophon[0] : chunk.colophon;
      if (!mine.signal.aborted) {
        setLast({
          content: text,
          ...(mark?.label ? { label: mark.label } : {}),
          ...(mark?.work_id ? { work: mark.work_id } : {}),
        });
      }
    }
  } catch (error) {
    if (mine.signal.aborted) setLast({ stopped: true });
    else report(error);
    if (text === "" && turns.value.at(-1)?.role === "assistant") turns.value = turns.value.slice(0, -1);
  } finally {
    if (stop === mine) answering.value = false;
  }
}
