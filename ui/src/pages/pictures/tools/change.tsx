/** Changes to pictures that were made here: by words, or by other seeds. */

import { signal } from "@preact/signals";
import { BigText, Segmented } from "../../../components/fields";
import { t } from "../../../i18n";
import type { Tool } from "./tool";

const instruction = signal("");
const count = signal("4");

export const edit: Tool = {
  icon: "words",
  Fields: () => (
    <BigText label={t().pictures.instruction} placeholder={t().pictures.instructionPlaceholder} value={instruction} />
  ),
  request: async () =>
    instruction.value.trim() === "" ? t().common.missingText : { instruction: instruction.value.trim() },
};

export const vary: Tool = {
  icon: "vary",
  Fields: () => (
    <Segmented
      label={t().pictures.count}
      value={count.value}
      onChange={(v) => (count.value = v)}
      choices={["1", "2", "4", "8"].map((n) => ({ value: n, label: n }))}
    />
  ),
  request: async () => ({ count: Number(count.value) }),
};
