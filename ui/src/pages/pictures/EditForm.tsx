import { signal, useSignal } from "@preact/signals";
import { Form, Submit } from "../../components/Form";
import { Icon } from "../../components/Icon";
import { InputPicker, useWorkFromAddress, type Chosen } from "../../components/InputPicker";
import { t } from "../../i18n";
import { replaceQuery, route } from "../../router";
import { start } from "../../state/jobs";
import { toast } from "../../state/toasts";
import { operations, tools, type Operation } from "./tools";

const source = signal<Chosen | null>(null);

export function EditForm() {
  const w = t().pictures;
  const busy = useSignal(false);
  const asked = route.value.query.get("op") as Operation | null;
  const operation: Operation = asked && operations.includes(asked) ? asked : "style";
  useWorkFromAddress(route.value.query.get("work"), source);
  const tool = tools[operation];
  const send = async () => {
    if (busy.value) return;
    if (!source.value) return toast(t().common.missingFile, "error");
    busy.value = true;
    try {
      const request = await tool.request();
      if (typeof request === "string") toast(request, "error");
      else await start("picture.edit", { file: source.value.input, operation, ...request });
    } finally {
      busy.value = false;
    }
  };
  return (
    <Form onSubmit={send} class="form edit-form" label={w.tabs.edit}>
      <div class="edit-source">
        <InputPicker label={w.source} hint={w.sourceHint} accept="image/*" modality="image" value={source} />
      </div>
      <div class="edit-tools">
        <fieldset class="field">
          <legend class="field-label">{w.operation}</legend>
          <div class="tool-grid">
            {operations.map((op) => (
              <label key={op} class="tool">
                <input
                  type="radio"
                  name="operation"
                  value={op}
                  checked={op === operation}
                  onChange={() => replaceQuery({ op })}
                />
                <span class="tool-face">
                  <Icon name={tools[op].icon} />
                  <span>{w.operations[op]}</span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <p class="field-hint">{w.operationHints[operation]}</p>
        <tool.Fields source={source.value} />
        <Submit label={w.actions[operation]} icon={tool.icon} busy={busy.value} />
      </div>
    </Form>
  );
}
