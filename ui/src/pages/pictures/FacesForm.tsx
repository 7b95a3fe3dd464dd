import { signal } from "@preact/signals";
import { Range, seedOf, TextInput } from "../../components/fields";
import { Form, More, Submit } from "../../components/Form";
import { useOrder } from "../../components/useOrder";
import { t } from "../../i18n";

const count = signal(4);
const seed = signal("");

/** Directions in which faces change, each with its steps; beyond these, faces fall apart. */
const names = ["light", "hair", "backdrop", "warm", "side", "turn", "mouth", "green"] as const;
const most = 3;
const directions = names.map((name) => ({ name, steps: signal(0) }));

export function FacesForm() {
  const w = t().pictures;
  const order = useOrder("picture.edit", null, () => {
    const changed = directions.filter((d) => d.steps.value !== 0);
    return {
      operation: "faces",
      count: count.value,
      seed: seedOf(seed.value),
      directions: changed.length > 0 ? Object.fromEntries(changed.map((d) => [d.name, d.steps.value])) : undefined,
    };
  });
  return (
    <Form onSubmit={order.send} label={w.tabs.faces}>
      <p class="form-lead">{w.facesHint}</p>
      <div class="form-grid">
        <Range label={w.faces} value={count} min={1} max={8} />
      </div>
      <More>
        <p class="field-hint">{w.directionsHint}</p>
        <div class="form-grid">
          {directions.map((d) => (
            <Range
              key={d.name}
              label={w.directions[d.name]}
              value={d.steps}
              min={-most}
              max={most}
              step={0.5}
              show={(n) => (n > 0 ? `+${n}` : String(n).replace("-", "−"))}
            />
          ))}
        </div>
        <TextInput label={t().common.seed} hint={t().common.seedHint} value={seed} inputMode="numeric" />
      </More>
      <Submit label={w.facesAction} icon="person" busy={order.busy} />
    </Form>
  );
}
