/** When and how an order is worked on, and who is told: the same for every form, until a reload. */

import { computed, signal } from "@preact/signals";
import type { Terms } from "../api";
import { persisted } from "./persisted";

/** Higher goes first, −10 to 10. */
export const priority = signal("0");
/** Seconds within which it must be done, or nothing. */
export const deadline = signal("");
/** The address that is told of the end, or nothing. */
export const webhook = persisted("order.webhook", "");

/** Whether an address can be told. */
export const webhookFits = computed(() => /^(https?:\/\/\S+)?$/.test(webhook.value.trim()));

/** What was said of them. */
export function terms(): Terms {
  return {
    ...(priority.value === "0" ? {} : { priority: Number(priority.value) }),
    ...(deadline.value === "" ? {} : { deadline_seconds: Number(deadline.value) }),
    ...(webhook.value.trim() === "" ? {} : { webhook: webhook.value.trim() }),
  };
}
