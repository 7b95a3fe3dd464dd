import { signal } from "@preact/signals";
import { Range, seedOf, TextInput } from "../../components/fields";
import { Form, More, Submit } from "../../components/Form";
import { useOrder } from "../../components/useOrder";
import { t } from "../../i18n";

const count = signal(4);
const seed = signal("");

export function FacesForm() {
  const w = t().pictures;
  const order = useOrder("picture.edit", null, () => ({
    operation: "faces",
    count: count.value,
    seed: seedOf(seed.value),
  }));
  return (
    <Form onSubmit={order.send} label={w.tabs.faces}>
      <p class="form-lead">{w.facesHint}</p>
      <div class="form-grid">
        <Range label={w.faces} value={count} min={1} max={8} />
      </div>
      <More>
        <TextInput label={t().common.seed} hint={t().common.seedHint} value={seed} inputMode="numeric" />
      </More>
      <Submit label={w.facesAction} icon="person" busy={order.busy} />
    </Form>
  );
}
