/** Tools with a few settings each: enlarge, cut out, sketch, dream. */

import { signal } from "@preact/signals";
import { Range, Segmented, Select } from "../../../components/fields";
import { InputPicker, type Chosen } from "../../../components/InputPicker";
import { named, t } from "../../../i18n";
import { options } from "../../../state/options";
import type { Tool } from "./tool";

const factor = signal("4");
const quality = signal("");

export const upscale: Tool = {
  icon: "enlarge",
  Fields: () => (
    <div class="form-grid">
      <Segmented
        label={t().pictures.factor}
        value={factor.value}
        onChange={(v) => (factor.value = v)}
        choices={["2", "4"].map((n) => ({ value: n, label: `${n} ×` }))}
      />
      <Select
        label={t().pictures.quality}
        value={quality}
        choices={[
          { value: "", label: t().common.auto },
          ...(options.value?.picture.upscale_qualities ?? []).map((q) => ({
            value: q,
            label: named(t().names.qualities, q),
          })),
        ]}
      />
    </div>
  ),
  request: async () => ({ factor: Number(factor.value), quality: quality.value }),
};

const behind = signal("clear");
const colour = signal("#f2ede1");
const backdrop = signal<Chosen | null>(null);

export const cutout: Tool = {
  icon: "cutout",
  Fields: () => {
    const w = t().pictures;
    const offered = options.value?.picture.cutout_backgrounds ?? ["clear", "blur"];
    return (
      <>
        <div class="form-grid">
          <Select
            label={w.behind}
            value={behind}
            choices={[
              ...offered.map((b) => ({ value: b, label: named(t().names.backgrounds, b) })),
              { value: "colour", label: w.colour },
              { value: "picture", label: w.anotherPicture },
            ]}
          />
          {behind.value === "colour" ? (
            <label class="field">
              <span class="field-label">{w.colour}</span>
              <input
                class="input input-colour"
                type="color"
                value={colour.value}
                onInput={(e) => (colour.value = e.currentTarget.value)}
              />
            </label>
          ) : null}
        </div>
        {behind.value === "picture" ? (
          <InputPicker label={w.anotherPicture} accept="image/*" modality="image" value={backdrop} small />
        ) : null}
      </>
    );
  },
  request: async () => {
    if (behind.value === "colour") return { behind: colour.value };
    if (behind.value !== "picture") return { behind: behind.value };
    return backdrop.value ? { behind: backdrop.value.input } : t().common.missingFile;
  },
};

const shade = signal(60);
const lines = signal(90);
const percent = (n: number) => `${n} %`;

export const sketch: Tool = {
  icon: "pencil",
  Fields: () => (
    <div class="form-grid">
      <Range label={t().pictures.shade} value={shade} min={0} max={100} step={5} show={percent} />
      <Range label={t().pictures.lines} value={lines} min={0} max={100} step={5} show={percent} />
    </div>
  ),
  request: async () => ({ shade: shade.value / 100, lines: lines.value / 100 }),
};

const layer = signal("");
const octaves = signal(4);
const steps = signal(10);
const guide = signal<Chosen | null>(null);

export const dream: Tool = {
  icon: "dream",
  Fields: () => {
    const w = t().pictures;
    return (
      <Select
        label={w.layer}
        hint={w.layerHint}
        value={layer}
        choices={[
          { value: "", label: t().common.auto },
          ...(options.value?.picture.dream_layers ?? []).map((l) => ({ value: l, label: l })),
        ]}
      />
    );
  },
  Details: () => {
    const w = t().pictures;
    return (
      <>
        <Range label={w.octaves} value={octaves} min={1} max={8} />
        <Range label={w.steps} value={steps} min={1} max={50} />
        <InputPicker label={w.guide} accept="image/*" modality="image" value={guide} small />
      </>
    );
  },
  request: async () => ({
    layer: layer.value,
    octaves: octaves.value,
    steps: steps.value,
    ...(guide.value ? { guide: guide.value.input } : {}),
  }),
};
