import { signal } from "@preact/signals";
import { BigText, Check, Range, seedOf, Select, TextInput } from "../../components/fields";
import { Form, Ideas, More, Submit } from "../../components/Form";
import { useOrder } from "../../components/useOrder";
import { named, t } from "../../i18n";
import { clock } from "../../i18n/format";
import { options } from "../../state/options";
import { persisted } from "../../state/persisted";
import { FormatChoice } from "./Speech";

const prompt = persisted("music.prompt", "");
const seconds = persisted("music.seconds", 30);
const style = persisted("music.style", "");
const format = persisted("music.format", "");
const stems = signal(false);
const seed = signal("");

export function Music() {
  const w = t().sound.music;
  const o = options.value?.music;
  const order = useOrder("music", prompt, () => ({
    prompt: prompt.value.trim(),
    seconds: seconds.value,
    style: style.value,
    stems: stems.value || undefined,
    format: format.value,
    seed: seedOf(seed.value),
  }));
  return (
    <Form onSubmit={order.send} label={t().sound.tabs.music}>
      <BigText
        label={w.ask}
        placeholder={w.placeholder}
        value={prompt}
        error={order.error}
      />
      <Ideas ideas={w.ideas} into={prompt} />
      <div class="form-grid">
        <Range
          label={t().common.duration}
          value={seconds}
          min={o?.seconds[0] ?? 5}
          max={o?.seconds[1] ?? 300}
          step={5}
          show={clock}
        />
        <Select
          label={t().common.style}
          value={style}
          choices={[
            { value: "", label: t().common.auto },
            ...(o?.styles ?? []).map((s) => ({ value: s, label: named(t().names.music, s) })),
          ]}
        />
      </div>
      <More>
        <FormatChoice value={format} />
        <TextInput label={t().common.seed} hint={t().common.seedHint} value={seed} inputMode="numeric" />
        <Check label={w.stems} value={stems} />
      </More>
      <Submit label={w.action} icon="sound" busy={order.busy} />
    </Form>
  );
}
