import { signal } from "@preact/signals";
import { Check, Segmented, TextInput } from "../../components/fields";
import { Form, More, Submit } from "../../components/Form";
import { InputPicker, type Chosen } from "../../components/InputPicker";
import { PageHead } from "../../components/parts";
import { RecentJobs } from "../../components/RecentJobs";
import { useOrder } from "../../components/useOrder";
import { t, type Dictionary } from "../../i18n";
import { persisted } from "../../state/persisted";

type Declared = keyof Dictionary["mark"]["declared"];

const file = signal<Chosen | null>(null);
const generator = persisted("mark.generator", "");
const declared = persisted<Declared>("mark.declared", "generated");
const again = signal(false);

const ACCEPT =
  "image/png,image/jpeg,image/webp,image/gif,image/tiff,image/avif,image/svg+xml,audio/*,video/mp4,video/quicktime,video/webm,.mkv,.m4a,.md,.txt,.html,.pdf,.docx,.epub,.glb,text/plain,text/markdown";

/** Seals what something else generated. */
export default function MarkPage() {
  const w = t().mark;
  const sealing = useOrder("mark", file, () => {
    const who = generator.value.trim();
    if (who === "") return null;
    return { file: file.value?.input, generator: who, declared: declared.value, again: again.value || undefined };
  });
  const send = async () => {
    if (!(await sealing.send())) return;
    file.value = null;
    again.value = false;
  };
  return (
    <>
      <PageHead title={w.title} lead={w.lead} />
      <Form onSubmit={send} label={w.title}>
        <InputPicker label={w.file} hint={w.fileHint} accept={ACCEPT} modality={null} value={file} error={sealing.error} />
        <TextInput
          label={w.generator}
          hint={w.generatorHint}
          placeholder="Stable Diffusion 3.5"
          value={generator}
          required
          error={sealing.tried && generator.value.trim() === "" ? w.generatorMissing : null}
        />
        <div>
          <Segmented
            label={w.how}
            value={declared.value}
            onChange={(v) => (declared.value = v as Declared)}
            choices={Object.entries(w.declared).map(([value, label]) => ({ value, label }))}
          />
          <p class="field-hint segmented-hint" aria-live="polite">
            {w.declaredHints[declared.value]}
          </p>
        </div>
        <More>
          <Check label={w.again} hint={w.againHint} value={again} />
        </More>
        <Submit label={w.action} icon="mark" busy={sealing.busy} />
      </Form>
      <RecentJobs title={w.recent} kinds={["mark"]} empty={{ icon: "mark", title: w.empty, text: w.emptyHint }} />
    </>
  );
}
