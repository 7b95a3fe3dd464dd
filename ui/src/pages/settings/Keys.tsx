import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, QUOTAS, type ApiKey } from "../../api";
import { Button, LinkButton } from "../../components/Button";
import { confirm, Dialog } from "../../components/Dialog";
import { Empty, Skeleton } from "../../components/parts";
import { t } from "../../i18n";
import { ago, number } from "../../i18n/format";
import { href } from "../../router";
import { session } from "../../state/session";
import { report, toast } from "../../state/toasts";
import { KeyForm } from "./KeyForm";

export function Keys() {
  const w = t().settings.keys;
  const keys = useSignal<ApiKey[] | null>(null);
  const fresh = useSignal<string | null>(null);
  const load = () => api.keys().then((page) => (keys.value = page.data), report);
  useEffect(() => void load(), []);
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
      <KeyForm
        onMade={(made) => {
          fresh.value = made.key ?? null;
          void load();
        }}
      />
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
                  {key.expires_at ? ` · ${w.ends} ${ago(key.expires_at)}` : ""}
                </p>
                <Limits of={key} />
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

/** What a key is for alone, and how much it may use in a day. */
function Limits({ of: key }: { of: ApiKey }) {
  const w = t().settings.keys;
  const scopes = key.scopes.map((s) => w.scopeNames[s] ?? s);
  const limits = QUOTAS.flatMap((of) => {
    const most = key.quota?.[of];
    return most === undefined ? [] : [`${w.quotaNames[of]}${t().common.colon}${number(most)}`];
  });
  if (scopes.length + limits.length === 0) return null;
  return (
    <p class="entry-limits">
      {scopes.length > 0 ? <span>{w.only(scopes.join(t().common.comma))}</span> : null}
      {limits.length > 0 ? <span>{`${w.aDay} ${limits.join(t().common.comma)}`}</span> : null}
    </p>
  );
}
