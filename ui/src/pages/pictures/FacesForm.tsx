import { signal, useSignal } from "@preact/signals";
import { Range, seedOf, TextInput } from "../../components/fields";
import { Form, Submit } from "../../components/Form";
import { t } from "../../i18n";
import { start } from "../../state/jobs";

const count = signal(4);
const seed = signal("");

export function FacesForm() {
  const w = t().pictures;
  const busy = useSignal(false);
  const send = async () => {
    if (busy.value) return;
    busy.value = true;
    await start("picture.edit", { operation: "faces", count: count.value, seed: seedOf(seed.value) });
    busy.value = false;
  };
  return (
    <Form onSubmit={send} label={w.tabs.faces}>
      <p class="form-lead">{w.facesHint}</p>
      <div class="form-grid">
        <Range label={w.faces} value={count} min={1} max={8} />
        <TextInput label={t().common.seed} hint={t().common.seedHint} value={seed} inputMode="numeric" />
      </div>
      <Submit label={w.facesAction} icon="person" busy={busy.value} />
    </Form>
  );
}
