import { useSignal } from "@preact/signals";
import { api } from "../../api";
import { Button } from "../../components/Button";
import { TextInput } from "../../components/fields";
import { Form } from "../../components/Form";
import { t } from "../../i18n";
import { enter } from "../../state/session";
import { report, toast } from "../../state/toasts";

/** The fewest characters of a password. */
export const LEAST = 10;

/** The first account, which administers the studio. */
export function Setup() {
  const w = t().settings.accounts;
  const name = useSignal("");
  const password = useSignal("");
  const short = useSignal(false);
  const busy = useSignal(false);
  const send = async () => {
    if (busy.value) return;
    if (name.value.trim() === "") return toast(t().common.missingText, "error");
    short.value = password.value.length < LEAST;
    if (short.value) return;
    busy.value = true;
    try {
      enter(await api.setup(name.value.trim(), password.value));
    } catch (error) {
      report(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <Form onSubmit={send} class="form settings-panel" label={w.setupTitle}>
      <h2>{w.setupTitle}</h2>
      <p class="form-lead">{w.setupLead}</p>
      <div class="form-grid">
        <TextInput label={w.name} value={name} autocomplete="username" required />
        <TextInput
          label={w.password}
          hint={w.passwordHint}
          value={password}
          type="password"
          autocomplete="new-password"
          required
          error={short.value && password.value.length < LEAST ? w.tooShort : null}
        />
      </div>
      <div>
        <Button type="submit" kind="primary" icon="person" busy={busy.value}>
          {w.setupAction}
        </Button>
      </div>
    </Form>
  );
}
