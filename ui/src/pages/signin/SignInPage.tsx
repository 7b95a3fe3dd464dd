import { signal, useSignal } from "@preact/signals";
import { api } from "../../api";
import { Button, LinkButton } from "../../components/Button";
import { TextInput } from "../../components/fields";
import { Form } from "../../components/Form";
import { Mark } from "../../components/Icon";
import { PageHead } from "../../components/parts";
import { t } from "../../i18n";
import { href } from "../../router";
import { enter, session } from "../../state/session";
import { sentence } from "../../state/toasts";

const name = signal("");
const password = signal("");

export default function SignInPage() {
  const w = t().signIn;
  const busy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const send = async () => {
    if (busy.value) return;
    if (name.value.trim() === "" || password.value === "") {
      problem.value = t().common.missingText;
      return;
    }
    busy.value = true;
    try {
      enter(await api.signIn(name.value.trim(), password.value));
      problem.value = null;
    } catch (error) {
      problem.value = sentence(error);
    } finally {
      password.value = "";
      busy.value = false;
    }
  };
  return (
    <div class="sign-in">
      <Mark size={56} />
      <PageHead title={w.title} lead={w.lead} />
      <Form onSubmit={send} label={w.title}>
        <TextInput label={w.name} value={name} autocomplete="username" required />
        <TextInput label={w.password} value={password} type="password" autocomplete="current-password" required />
        {problem.value ? (
          <p class="field-error" role="alert">
            {problem.value}
          </p>
        ) : null}
        <Button type="submit" kind="primary" icon="lock" busy={busy.value}>
          {w.action}
        </Button>
      </Form>
      {session.value?.oidc ? (
        <LinkButton href="/v1/session/oidc" icon="lock">
          {w.through(session.value.oidc)}
        </LinkButton>
      ) : null}
      <p>
        <a class="text-link" href={href("verify")}>
          {w.verifyOnly}
        </a>
      </p>
    </div>
  );
}
