import { signal } from "@preact/signals";
import { Select } from "../../components/fields";
import { Form, More, Submit } from "../../components/Form";
import { InputPicker, type Chosen } from "../../components/InputPicker";
import { useOrder } from "../../components/useOrder";
import { voiceGroups } from "../../components/voices";
import { t } from "../../i18n";
import { options } from "../../state/options";
import { persisted } from "../../state/persisted";

const book = signal<Chosen | null>(null);
const voice = persisted("audiobook.voice", "");

export function Audiobook() {
  const w = t().sound.audiobook;
  const order = useOrder("audiobook", book, () => ({ file: book.value?.input, voice: voice.value }));
  return (
    <Form onSubmit={order.send} label={t().sound.tabs.audiobook}>
      <InputPicker
        label={w.ask}
        hint={w.hint}
        accept=".txt,.md,.html,.htm,.epub,text/plain,text/markdown,text/html,application/epub+zip"
        modality="text"
        value={book}
        error={order.error}
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
      <More />
      <Submit label={w.action} icon="book" busy={order.busy} />
    </Form>
  );
}
