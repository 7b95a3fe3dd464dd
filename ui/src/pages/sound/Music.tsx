import { signal, useSignal } from "@preact/signals";
import { BigText, Check, Range, seedOf, Select, TextInput } from "../../components/fields";
import { Form, Ideas, More, Submit } from "../../components/Form";
import { named, t } from "../../i18n";
import { clock } from "../../i18n/format";
import { start } from "../../state/jobs";
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
  const busy = useSignal(false);
  const missing = useSignal(false);
  const o = options.value?.music;
  const send = async () => {
    missing.value = prompt.value.trim() === "";
    if (missing.value || busy.value) return;
    busy.value = true;
    await start("music", {
      prompt: prompt.value.trim(),
      seconds: seconds.value,
      style: style.value,
      stems: stems.value || undefined,
      format: format.value,
      seed: seedOf(seed.value),
    });
    busy.value = false;
  };
  return (
    <Form onSubmit={send} label={t().sound.tabs.music}>
      <BigText
        label={w.ask}
        placeholder={w.placeholder}
        value={prompt}
        error={missing.value && prompt.value.trim() === "" ? t().common.missingText : null}
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
      <Submit label={w.action} icon="sound" busy={busy.value} />
    </Form>
  );
}
