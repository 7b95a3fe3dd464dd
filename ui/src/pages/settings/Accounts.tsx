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
import { isLongEnough, NewPassword } from "./NewPassword";
import { RoleChoice } from "./RoleChoice";
import { Setup } from "./Setup";

export function Accounts() {
  return session.value?.setup_needed ? <Setup /> : <People />;
}

function People() {
  const w = t().settings.accounts;
  const people = useSignal<Account[] | null>(null);
  const name = useSignal("");
  const password = useSignal("");
  const role = useSignal<string>("creator");
  const tried = useSignal(false);
  const busy = useSignal(false);
  const load = () => api.accounts().then((page) => (people.value = page.data), report);
  useEffect(() => void load(), []);
  const add = async () => {
    if (busy.value) return;
    tried.value = true;
    if (name.value.trim() === "" || !isLongEnough(password.value)) return;
    busy.value = true;
    try {
      await api.makeAccount(name.value.trim(), password.value, role.value as Role);
      tried.value = false;
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
          <TextInput
            label={w.name}
            value={name}
            required
            error={tried.value && name.value.trim() === "" ? t().common.missingText : null}
          />
          <NewPassword value={password} tried={tried.value} />
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
