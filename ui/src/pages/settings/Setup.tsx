import { useSignal } from "@preact/signals";
import { api } from "../../api";
import { Button } from "../../components/Button";
import { TextInput } from "../../components/fields";
import { Form } from "../../components/Form";
import { t } from "../../i18n";
import { enter } from "../../state/session";
import { report } from "../../state/toasts";
import { isLongEnough, NewPassword } from "./NewPassword";

/** The first account, which administers the studio. */
export function Setup() {
  const w = t().settings.accounts;
  const name = useSignal("");
  const password = useSignal("");
  const tried = useSignal(false);
  const busy = useSignal(false);
  const send = async () => {
    if (busy.value) return;
    tried.value = true;
    if (name.value.trim() === "" || !isLongEnough(password.value)) return;
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
        <TextInput
          label={w.name}
          value={name}
          autocomplete="username"
          required
          error={tried.value && name.value.trim() === "" ? t().common.missingText : null}
        />
        <NewPassword value={password} tried={tried.value} />
      </div>
      <div>
        <Button type="submit" kind="primary" icon="person" busy={busy.value}>
          {w.setupAction}
        </Button>
      </div>
    </Form>
  );
}
