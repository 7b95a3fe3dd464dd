import { signal, useSignal } from "@preact/signals";
import { Select } from "../../components/fields";
import { Form, Submit } from "../../components/Form";
import { InputPicker, type Chosen } from "../../components/InputPicker";
import { voiceGroups } from "../../components/voices";
import { t } from "../../i18n";
import { start } from "../../state/jobs";
import { options } from "../../state/options";
import { persisted } from "../../state/persisted";
import { toast } from "../../state/toasts";

const book = signal<Chosen | null>(null);
const voice = persisted("audiobook.voice", "");

export function Audiobook() {
  const w = t().sound.audiobook;
  const busy = useSignal(false);
  const send = async () => {
    if (busy.value) return;
    if (!book.value) return toast(t().common.missingFile, "error");
    busy.value = true;
    await start("audiobook", { file: book.value.input, voice: voice.value });
    busy.value = false;
  };
  return (
    <Form onSubmit={send} label={t().sound.tabs.audiobook}>
      <InputPicker
        label={w.ask}
        hint={w.hint}
        accept=".txt,.md,.html,.htm,.epub,text/plain,text/markdown,text/html,application/epub+zip"
        modality="text"
        value={book}
      />
      <p class="field-hint">{w.note}</p>
      <div class="form-grid">
        <Select
          label={t().sound.speech.voice}
          value={voice}
          choices={[{ value: "", label: t().film.voiceAuto }]}
          groups={voiceGroups(options.value?.speech.voices ?? [])}
        />
      </div>
      <Submit label={w.action} icon="book" busy={busy.value} />
    </Form>
  );
}
