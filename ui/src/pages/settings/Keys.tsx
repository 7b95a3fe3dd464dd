import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type ApiKey, type Role } from "../../api";
import { Button, LinkButton } from "../../components/Button";
import { confirm, Dialog } from "../../components/Dialog";
import { Select, TextInput } from "../../components/fields";
import { Form } from "../../components/Form";
import { Empty, Skeleton } from "../../components/parts";
import { t } from "../../i18n";
import { ago } from "../../i18n/format";
import { href } from "../../router";
import { session } from "../../state/session";
import { report, toast } from "../../state/toasts";
import { RoleChoice } from "./RoleChoice";

export function Keys() {
  const w = t().settings.keys;
  const keys = useSignal<ApiKey[] | null>(null);
  const fresh = useSignal<string | null>(null);
  const name = useSignal("");
  const role = useSignal<string>("creator");
  const days = useSignal("");
  const busy = useSignal(false);
  const load = () => api.keys().then((page) => (keys.value = page.data), report);
  useEffect(() => void load(), []);
  const make = async () => {
    if (busy.value) return;
    if (name.value.trim() === "") return toast(t().common.missingText, "error");
    busy.value = true;
    try {
      const made = await api.makeKey(name.value.trim(), role.value as Role, days.value ? Number(days.value) : null);
      fresh.value = made.key ?? null;
      name.value = "";
      await load();
    } catch (error) {
      report(error);
    } finally {
      busy.value = false;
    }
  };
  const revoke = async (key: ApiKey) => {
    if (!(await confirm(w.revokeAsk(key.name), w.revoke))) return;
    await api.revokeKey(key.name).then(() => toast(w.revoked, "good"), report);
    await load();
  };
  if (session.value?.open) {
    // Without an account the first key would shut everyone out of this page.
    return (
      <Empty icon="key" title={w.empty} text={w.openWarning}>
        <LinkButton kind="primary" icon="person" href={href("settings/accounts")}>
          {t().settings.accounts.setupTitle}
        </LinkButton>
      </Empty>
    );
  }
  return (
    <div class="stack settings-panel">
      <Form onSubmit={make} label={w.make}>
        <p class="lead">{w.lead}</p>
        <div class="form-grid">
          <TextInput label={w.name} value={name} required />
          <RoleChoice label={w.role} value={role} />
          <Select
            label={w.expires}
            value={days}
            choices={[
              { value: "", label: w.never },
              ...[30, 90, 365].map((n) => ({ value: String(n), label: w.days(n) })),
            ]}
          />
        </div>
        <div>
          <Button type="submit" kind="primary" icon="key" busy={busy.value}>
            {w.make}
          </Button>
        </div>
      </Form>
      {keys.value === null ? (
        <Skeleton count={3} />
      ) : keys.value.length === 0 ? (
        <Empty icon="key" title={w.empty} />
      ) : (
        <ul class="entries">
          {keys.value.map((key) => (
            <li key={key.name} class="entry">
              <div>
                <p class="entry-name">{key.name}</p>
                <p class="field-hint">
                  {t().settings.roles[key.role] ?? key.role} · {w.created} {ago(key.created_at)} · {w.lastUsed}:{" "}
                  {key.last_used_at ? ago(key.last_used_at) : w.neverUsed}
                  {key.expires_at ? ` · ${w.expires} ${ago(key.expires_at)}` : ""}
                </p>
              </div>
              <Button small kind="danger" aria-label={w.revokeAria(key.name)} onClick={() => revoke(key)}>
                {w.revoke}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {fresh.value ? (
        <Dialog
          title={w.onceTitle}
          onClose={() => (fresh.value = null)}
        >
          <div class="stack">
            <p>{w.once}</p>
            <output class="key-once mono">{fresh.value}</output>
            <div>
              <Button
                kind="primary"
                icon="copy"
                onClick={() =>
                  navigator.clipboard.writeText(fresh.value ?? "").then(() => toast(t().common.copied, "good"), report)
                }
              >
                {t().common.copy}
              </Button>
            </div>
          </div>
        </Dialog>
      ) : null}
    </div>
  );
}
