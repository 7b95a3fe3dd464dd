import { signal, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Button } from "../../components/Button";
import { BigText, seedOf, Segmented, Select, TextInput } from "../../components/fields";
import { Form, Ideas, More, Submit } from "../../components/Form";
import { useOrder } from "../../components/useOrder";
import { named, t, type Dictionary } from "../../i18n";
import { options } from "../../state/options";
import { persisted } from "../../state/persisted";
import { report } from "../../state/toasts";

export type Task = keyof Dictionary["write"]["asks"];

const inputs = persisted<Partial<Record<Task, string>>>("write.inputs", {});
const lang = persisted("write.lang", "auto");
const to = persisted("write.to", "zh");
const model = persisted("write.model", "");
const schema = persisted(
  "write.schema",
  '{"type": "object", "properties": {"who": {"type": "string"}, "where": {"type": "string"}, "when": {"type": "string"}}}',
);
const wish = signal("");
const length = signal("");
const seed = signal("");

export function TaskForm({ task }: { task: Task }) {
  const w = t().write;
  const wrongSchema = useSignal(false);
  const input = useSignal(inputs.value[task] ?? "");
  const file = useRef<HTMLInputElement>(null);
  if (input.value !== (inputs.peek()[task] ?? "")) inputs.value = { ...inputs.peek(), [task]: input.value };
  const order = useOrder("text", input, () => {
    const fields = task === "extract" ? readSchema(schema.value) : undefined;
    wrongSchema.value = fields === null;
    if (fields === null) return null;
    return {
      task,
      input: input.value.trim(),
      lang: lang.value === "auto" ? undefined : lang.value,
      to: task === "translate" ? to.value : undefined,
      schema: fields,
      model: model.value,
      wish: task === "write" ? undefined : wish.value.trim(),
      length: task === "write" || task === "summarize" ? seedOf(length.value) : undefined,
      seed: seedOf(seed.value),
    };
  });
  return (
    <Form onSubmit={order.send} label={w.tabs[task]}>
      <BigText
        label={w.asks[task]}
        placeholder={w.placeholders[task]}
        value={input}
        rows={task === "write" ? 2 : 6}
        plain={task !== "write"}
        error={order.error}
        hint={task === "news" ? w.newsHint : undefined}
      />
      {task === "write" ? (
        <Ideas ideas={w.ideas} into={input} />
      ) : (
        <div class="row">
          <input
            ref={file}
            type="file"
            hidden
            accept=".txt,.md,.csv,.html,text/*"
            aria-label={w.bringText}
            onChange={(e) => {
              const one = e.currentTarget.files?.[0];
              one?.text().then((words) => (input.value = words), report);
              e.currentTarget.value = "";
            }}
          />
          <Button small icon="upload" onClick={() => file.current?.click()}>
            {w.bringText}
          </Button>
        </div>
      )}
      {task === "translate" ? (
        <Segmented
          label={w.to}
          value={to.value}
          onChange={(v) => (to.value = v)}
          choices={["en", "zh"].map((l) => ({ value: l, label: named(t().names.languages, l) }))}
        />
      ) : null}
      {task === "extract" ? (
        <BigText
          label={w.schema}
          hint={w.schemaHint}
          value={schema}
          rows={3}
          plain
          code
          error={wrongSchema.value ? w.schemaWrong : null}
        />
      ) : null}
      {task === "write" || task === "extract" ? null : (
        <TextInput label={w.wish} placeholder={w.wishes[task]} value={wish} />
      )}
      <More>
        <ModelChoice />
        {task === "translate" ? null : (
          <Segmented
            label={t().common.language}
            value={lang.value}
            onChange={(v) => (lang.value = v)}
            choices={(options.value?.languages ?? ["auto", "en", "zh"]).map((l) => ({
              value: l,
              label: named(t().names.languages, l),
            }))}
          />
        )}
        {task === "write" || task === "summarize" ? (
          <TextInput label={w.length} hint={w.lengthHint} value={length} inputMode="numeric" />
        ) : null}
        <TextInput label={t().common.seed} hint={t().common.seedHint} value={seed} inputMode="numeric" />
      </More>
      <Submit label={w.actions[task]} icon="write" busy={order.busy} />
    </Form>
  );
}

/** A schema that was typed: `undefined` for none, `null` for what is no JSON. */
function readSchema(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function ModelChoice() {
  const w = t().write;
  return (
    <Select
      label={w.model}
      value={model}
      choices={[
        { value: "", label: w.modelAuto },
        ...(options.value?.text.models ?? []).map((m) => ({
          value: m.id,
          label: m.installed ? m.id : `${m.id} (${w.notInstalled})`,
          disabled: !m.installed,
        })),
      ]}
    />
  );
}
