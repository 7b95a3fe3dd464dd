import { BigText, Range, Segmented, Select } from "../../components/fields";
import { Form, Ideas, More, Submit } from "../../components/Form";
import { useOrder } from "../../components/useOrder";
import { voiceGroups } from "../../components/voices";
import { named, t } from "../../i18n";
import { number } from "../../i18n/format";
import { options } from "../../state/options";
import { persisted } from "../../state/persisted";

const text = persisted("speech.text", "");
const voice = persisted("speech.voice", "");
const speed = persisted("speech.speed", 1);
const lang = persisted("speech.lang", "auto");
const format = persisted("speech.format", "");

export function Speech() {
  const w = t().sound.speech;
  const o = options.value?.speech;
  const [slow, fast] = o?.speed ?? [0.5, 2];
  const order = useOrder("speech", text, () => ({
    text: text.value.trim(),
    voice: voice.value,
    speed: speed.value,
    lang: lang.value === "auto" ? undefined : lang.value,
    format: format.value,
  }));
  return (
    <Form onSubmit={order.send} label={t().sound.tabs.speech}>
      <BigText
        label={w.ask}
        placeholder={w.placeholder}
        value={text}
        rows={3}
        error={order.error}
      />
      <Ideas ideas={w.ideas} into={text} />
      <div class="form-grid">
        <Select
          label={w.voice}
          value={voice}
          choices={[{ value: "", label: t().film.voiceAuto }]}
          groups={voiceGroups(o?.voices ?? [])}
        />
        <Range label={w.speed} value={speed} min={slow} max={fast} step={0.05} show={(n) => `${number(n, 2)} ×`} />
      </div>
      <More>
        <FormatChoice value={format} />
        <Segmented
          label={t().common.language}
          value={lang.value}
          onChange={(v) => (lang.value = v)}
          choices={(options.value?.languages ?? ["auto", "en", "zh"]).map((l) => ({
            value: l,
            label: named(t().names.languages, l),
          }))}
        />
      </More>
      <Submit label={w.action} icon="sound" busy={order.busy} />
    </Form>
  );
}

export function FormatChoice({ value }: { value: typeof format }) {
  return (
    <Select
      label={t().common.format}
      value={value}
      choices={[
        { value: "", label: t().common.auto },
        ...(options.value?.speech.formats ?? []).map((f) => ({ value: f, label: f.toUpperCase() })),
      ]}
    />
  );
}
