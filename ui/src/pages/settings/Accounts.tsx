import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Account, type Role } from "../../api";
import { Button } from "../../components/Button";
import { confirm } from "../../components/Dialog";
import { TextInput } from "../../components/fields";
import { Form } from "../../components/Form";
import { Empty, Skeleton } from "../../components/parts";
import { t } from "../../i18n";
import { session } from "../../state/session";
import { report, toast } from "../../state/toasts";
import { RoleChoice } from "./RoleChoice";
import { LEAST, Setup } from "./Setup";

export function Accounts() {
  return session.value?.setup_needed ? <Setup /> : <People />;
}

function People() {
  const w = t().settings.accounts;
  const people = useSignal<Account[] | null>(null);
  const name = useSignal("");
  const password = useSignal("");
  const role = useSignal<string>("creator");
  const short = useSignal(false);
  const busy = useSignal(false);
  const load = () => api.accounts().then((page) => (people.value = page.data), report);
  useEffect(() => void load(), []);
  const add = async () => {
    if (busy.value) return;
    if (name.value.trim() === "") return toast(t().common.missingText, "error");
    short.value = password.value.length < LEAST;
    if (short.value) return;
    busy.value = true;
    try {
      await api.makeAccount(name.value.trim(), password.value, role.value as Role);
      name.value = "";
      password.value = "";
      await load();
    } catch (error) {
      report(error);
    } finally {
      busy.value = false;
    }
  };
  const remove = async (account: Account) => {
    if (!(await confirm(w.removeAsk(account.name), w.remove))) return;
    await api.removeAccount(account.name).then(() => toast(w.removed, "good"), report);
    await load();
  };
  return (
    <div class="stack settings-panel">
      <Form onSubmit={add} label={w.make}>
        <p class="lead">{w.lead}</p>
        <div class="form-grid">
          <TextInput label={w.name} value={name} required />
          <TextInput
            label={w.password}
            hint={w.passwordHint}
            value={password}
            type="password"
            autocomplete="new-password"
            required
            error={short.value && password.value.length < LEAST ? w.tooShort : null}
          />
          <RoleChoice label={w.role} value={role} />
        </div>
        <div>
          <Button type="submit" kind="primary" icon="person" busy={busy.value}>
            {w.make}
          </Button>
        </div>
      </Form>
      {people.value === null ? (
        <Skeleton count={3} />
      ) : people.value.length === 0 ? (
        <Empty icon="person" title={w.empty} />
      ) : (
        <ul class="entries">
          {people.value.map((one) => (
            <li key={one.name} class="entry">
              <div>
                <p class="entry-name">{one.name}</p>
                <p class="field-hint">{t().settings.roles[one.role] ?? one.role}</p>
              </div>
              {one.name === session.value?.name ? null : (
                <Button small kind="danger" aria-label={w.removeAria(one.name)} onClick={() => remove(one)}>
                  {w.remove}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
