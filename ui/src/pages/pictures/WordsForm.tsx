import { signal } from "@preact/signals";
import { BigText, seedOf, Segmented, Select, TextInput } from "../../components/fields";
import { Form, Ideas, More, Submit } from "../../components/Form";
import { useOrder } from "../../components/useOrder";
import { named, t } from "../../i18n";
import { href } from "../../router";
import { painterName } from "./painters";
import { options } from "../../state/options";
import { persisted } from "../../state/persisted";

export const prompt = persisted("picture.prompt", "");
const size = persisted("picture.size", "");
const style = persisted("picture.style", "");
const count = persisted("picture.count", "1");
const model = persisted("picture.model", "composer");
const format = persisted("picture.format", "png");
const lang = persisted("picture.lang", "auto");
const negative = persisted("picture.negative", "");
const steps = signal("");
const guidance = signal("");
const seed = signal("");

/** A number that was typed, or nothing. */
export function numberOf(text: string): number | undefined {
  const n = Number.parseFloat(text);
  return Number.isFinite(n) ? n : undefined;
}

export function WordsForm() {
  const w = t().pictures;
  const o = options.value?.picture;
  const diffusion = model.value !== "composer";
  const painters = new Set((o?.painters ?? []).map((p) => p.id));
  const styles = (painted: boolean) =>
    (o?.styles ?? [])
      .filter((s) => painters.has(s) === painted)
      .map((s) => ({ value: s, label: painterName({ id: s, name: s }) }));
  const absent = diffusion && o?.diffusion.some((d) => d.id === model.value && !d.installed);
  const order = useOrder("picture", prompt, () => ({
    prompt: prompt.value.trim(),
    size: size.value,
    style: diffusion ? undefined : style.value,
    count: Number(count.value),
    model: diffusion ? model.value : undefined,
    lang: lang.value === "auto" ? undefined : lang.value,
    format: format.value,
    seed: seedOf(seed.value),
    ...(diffusion
      ? { negative: negative.value.trim(), steps: numberOf(steps.value), guidance: numberOf(guidance.value) }
      : {}),
  }));
  return (
    <Form onSubmit={order.send} label={w.title}>
      <BigText
        label={w.prompt}
        placeholder={w.placeholder}
        value={prompt}
        error={order.error}
      />
      <Ideas ideas={w.ideas} into={prompt} />
      <div class="form-grid">
        <Select
          label={w.size}
          value={size}
          choices={[
            { value: "", label: t().common.auto },
            ...(o?.sizes ?? []).map((s) => ({ value: s, label: s.replace("x", " × ") })),
          ]}
        />
        {diffusion ? null : (
          <Select
            label={t().common.style}
            value={style}
            choices={[{ value: "", label: w.styleAuto }]}
            groups={[
              { label: w.treatments, choices: styles(false) },
              { label: w.painters, choices: styles(true) },
            ]}
          />
        )}
        <Segmented
          label={w.count}
          value={count.value}
          onChange={(v) => (count.value = v)}
          choices={["1", "2", "4", "8"].map((n) => ({ value: n, label: n }))}
        />
      </div>
      <More>
        <Select
          label={w.model}
          value={model}
          choices={[
            { value: "composer", label: w.composer },
            ...(o?.diffusion ?? []).map((d) => ({
              value: d.id,
              label: d.installed ? d.id : `${d.id} (${w.notInstalled})`,
            })),
          ]}
        />
        <Select
          label={t().common.format}
          value={format}
          choices={["png", "jpeg", "webp"].map((f) => ({ value: f, label: f.toUpperCase() }))}
        />
        <TextInput label={t().common.seed} hint={t().common.seedHint} value={seed} inputMode="numeric" />
        <Segmented
          label={t().common.language}
          value={lang.value}
          onChange={(v) => (lang.value = v)}
          choices={(options.value?.languages ?? ["auto", "en", "zh"]).map((l) => ({
            value: l,
            label: named(t().names.languages, l),
          }))}
        />
        {diffusion ? (
          <>
            <TextInput label={w.negative} value={negative} />
            <TextInput label={w.steps} value={steps} inputMode="numeric" />
            <TextInput label={w.guidance} value={guidance} inputMode="numeric" />
          </>
        ) : null}
      </More>
      {absent ? (
        <p class="field-hint">
          {w.modelMissing}{" "}
          <a class="text-link" href={href("models")}>
            {w.toModels}
          </a>
        </p>
      ) : null}
      <Submit label={w.action} icon="pictures" busy={order.busy} />
    </Form>
  );
}

