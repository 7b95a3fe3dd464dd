/** Who is here and what they may do. */

import { computed, signal } from "@preact/signals";
import { api, type Session } from "../api";
import { onSignInNeeded, useCsrf } from "../api/client";

export const session = signal<Session | null>(null);
/** The server does not answer. */
export const unreachable = signal(false);

export const inside = computed(() => session.value !== null && (session.value.open || session.value.signed_in));
const role = computed(() => (session.value?.open ? "admin" : (session.value?.role ?? null)));
export const mayMake = computed(() => role.value === "creator" || role.value === "admin");
export const mayAdminister = computed(() => role.value === "admin");
export const mayAudit = computed(() => role.value === "admin" || role.value === "compliance");

export function enter(to: Session): void {
  useCsrf(to.csrf);
  session.value = to;
}

export async function loadSession(): Promise<void> {
  try {
    enter(await api.session());
    unreachable.value = false;
  } catch {
    unreachable.value = true;
  }
}

/** Signs out and leaves nothing of this person behind in the tab. */
export async function leave(): Promise<void> {
  await api.signOut();
  sessionStorage.clear();
  location.reload();
}

onSignInNeeded(() => {
  const now = session.value;
  if (now && now.signed_in) session.value = { ...now, signed_in: false, name: null, role: null, csrf: null };
  else if (now?.open) void loadSession();
});
