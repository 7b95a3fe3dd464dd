import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../components/Button";
import { Check, Segmented, Select } from "../../components/fields";
import { Form, More, Submit } from "../../components/Form";
import { chosenFile, InputPicker, useWorkFromAddress, type Chosen } from "../../components/InputPicker";
import { useOrder } from "../../components/useOrder";
import { named, t } from "../../i18n";
import { clock } from "../../i18n/format";
import { route } from "../../router";
import { options } from "../../state/options";
import { persisted } from "../../state/persisted";
import { report, toast } from "../../state/toasts";
import { record, type Recording } from "./recorder";

const source = signal<Chosen | null>(null);
const lang = persisted("transcribe.lang", "auto");
const model = persisted("transcribe.model", "");
const translate = signal(false);
const words = signal(false);

export function Transcribe() {
  const w = t().sound.transcribe;
  useWorkFromAddress(route.value.query.get("work"), source);
  const order = useOrder("transcription", source, () => ({
    file: source.value?.input,
    lang: lang.value === "auto" ? undefined : lang.value,
    translate: translate.value || undefined,
    words: words.value || undefined,
    model: model.value,
  }));
  const models = (options.value?.transcription.models ?? []).map((m) => (typeof m === "string" ? m : m.id));
  return (
    <Form onSubmit={order.send} label={t().sound.tabs.transcribe}>
      <InputPicker
        label={w.ask}
        hint={w.hint}
        accept="audio/*,video/*"
        modality="audio"
        value={source}
        error={order.error}
      />
      <Recorder />
      <div class="form-grid">
        <Segmented
          label={t().common.language}
          value={lang.value}
          onChange={(v) => (lang.value = v)}
          choices={(options.value?.languages ?? ["auto", "en", "zh"]).map((l) => ({
            value: l,
            label: l === "auto" ? t().common.auto : named(t().names.languages, l),
          }))}
        />
        <Check label={w.translate} value={translate} />
      </div>
      <More>
        <Select
          label={w.model}
          value={model}
          choices={[{ value: "", label: t().common.auto }, ...models.map((m) => ({ value: m, label: m }))]}
        />
        <Check label={w.words} value={words} />
      </More>
      <Submit label={w.action} icon="text" busy={order.busy} />
    </Form>
  );
}

function Recorder() {
  const w = t().sound.transcribe;
  const since = useSignal<number | null>(null);
  const passed = useSignal(0);
  const now = useRef<Recording | null>(null);
  useEffect(() => () => now.current?.abandon(), []);
  useEffect(() => {
    if (since.value === null) return;
    const begun = since.value;
    const tick = setInterval(() => (passed.value = (Date.now() - begun) / 1000), 500);
    return () => clearInterval(tick);
  }, [since.value]);
  const begin = async () => {
    try {
      now.current = await record();
      passed.value = 0;
      since.value = Date.now();
    } catch {
      toast(w.denied, "error");
    }
  };
  const finish = async () => {
    const recording = now.current;
    now.current = null;
    since.value = null;
    if (!recording) return;
    try {
      const sound = await recording.stop();
      source.value = await chosenFile(sound, sound.type === "audio/wav" ? "recording.wav" : "recording.webm");
    } catch (error) {
      report(error);
    }
  };
  return (
    <div class="row recorder">
      {since.value === null ? (
        <Button icon="mic" onClick={begin}>
          {w.record}
        </Button>
      ) : (
        <>
          <Button kind="danger" icon="stop" onClick={finish}>
            {w.stop}
          </Button>
          <span class="recorder-time" role="timer">
            {w.recording(clock(passed.value))}
          </span>
        </>
      )}
    </div>
  );
}
