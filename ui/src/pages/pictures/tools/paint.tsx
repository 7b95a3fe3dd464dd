/** Painting: by a painter's style, or like paintings that are brought. */

import { signal, useSignal } from "@preact/signals";
import { Check, Range, Segmented, Select } from "../../../components/fields";
import { ChosenView, InputPicker, type Chosen } from "../../../components/InputPicker";
import { t } from "../../../i18n";
import { painterName } from "../painters";
import { options } from "../../../state/options";
import type { Tool } from "./tool";

const chosenStyle = signal("");
const strength = signal(85);
const keepColour = signal(false);
const paintings = signal<Chosen[]>([]);
const way = signal("like");
const steps = signal(120);
const weight = signal(30);

const percent = (n: number) => `${n} %`;

export const style: Tool = {
  icon: "palette",
  Fields: () => {
    const o = options.value?.picture;
    const first = o?.painters[0]?.id ?? o?.styles[0] ?? "";
    if (chosenStyle.value === "" && first !== "") chosenStyle.value = first;
    return (
      <div class="form-grid">
        <Select
          label={t().common.style}
          value={chosenStyle}
          choices={[]}
          groups={[
            {
              label: t().pictures.painters,
              choices: (o?.painters ?? []).map((p) => ({ value: p.id, label: painterName(p) })),
            },
          ]}
        />
        <Range label={t().common.strength} value={strength} min={10} max={100} step={5} show={percent} />
        <Check label={t().pictures.keepColour} value={keepColour} />
      </div>
    );
  },
  request: async () => ({ style: chosenStyle.value, strength: strength.value / 100, keep_colour: keepColour.value }),
};

export const like: Tool = {
  icon: "frame",
  Fields: () => {
    const w = t().pictures;
    const next = useSignal<Chosen | null>(null);
    if (next.value) {
      paintings.value = [...paintings.value, next.value];
      next.value = null;
    }
    return (
      <>
        <fieldset class="field">
          <legend class="field-label">{w.paintings}</legend>
          <p class="field-hint">{w.paintingsHint}</p>
          <div class="paintings">
            {paintings.value.map((p, i) => (
              <ChosenView
                key={p.url}
                chosen={p}
                label={`${i + 1}`}
                clear={t().common.remove}
                onClear={() => (paintings.value = paintings.value.filter((one) => one !== p))}
              />
            ))}
            <InputPicker label={w.addPainting} accept="image/*" modality="image" value={next} small />
          </div>
        </fieldset>
        <div class="form-grid">
          <Segmented
            label={w.way}
            value={way.value}
            onChange={(v) => (way.value = v)}
            choices={[
              { value: "like", label: w.ways.like },
              { value: "paint", label: w.ways.paint },
            ]}
          />
          {way.value === "like" ? (
            <>
              <Range label={t().common.strength} value={strength} min={10} max={100} step={5} show={percent} />
              <Check label={w.keepColour} value={keepColour} />
            </>
          ) : (
            <>
              <Range label={w.steps} value={steps} min={20} max={300} step={10} />
              <Range label={w.weight} value={weight} min={5} max={100} step={5} />
            </>
          )}
        </div>
      </>
    );
  },
  request: async () => {
    if (paintings.value.length === 0) return t().common.missingFile;
    const inputs = paintings.value.map((p) => p.input);
    return way.value === "like"
      ? { paintings: inputs, strength: strength.value / 100, keep_colour: keepColour.value }
      : { operation: "paint", paintings: inputs, steps: steps.value, weight: weight.value };
  },
};
