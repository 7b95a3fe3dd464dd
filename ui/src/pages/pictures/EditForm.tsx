import { signal } from "@preact/signals";
import { Form, More, Submit } from "../../components/Form";
import { Icon } from "../../components/Icon";
import { InputPicker, useWorkFromAddress, type Chosen } from "../../components/InputPicker";
import { useOrder } from "../../components/useOrder";
import { t } from "../../i18n";
import { replaceQuery, route } from "../../router";
import { operations, tools, type Operation } from "./tools";

const source = signal<Chosen | null>(null);

export function EditForm() {
  const w = t().pictures;
  const asked = route.value.query.get("op") as Operation | null;
  const operation: Operation = asked && operations.includes(asked) ? asked : "style";
  useWorkFromAddress(route.value.query.get("work"), source);
  const tool = tools[operation];
  const order = useOrder("picture.edit", source, async () => {
    const request = await tool.request();
    return typeof request === "string" ? request : { file: source.value?.input, operation, ...request };
  });
  return (
    <Form onSubmit={order.send} class="form edit-form" label={w.tabs.edit}>
      <div class="edit-source">
        <InputPicker
          label={w.source}
          hint={w.sourceHint}
          accept="image/*"
          modality="image"
          value={source}
          error={order.error}
        />
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
        <More>{tool.Details ? <tool.Details /> : null}</More>
        <Submit label={w.actions[operation]} icon={tool.icon} busy={order.busy} />
      </div>
    </Form>
  );
}
