import type { Signal } from "@preact/signals";
import { Select } from "../../components/fields";
import { t } from "../../i18n";

export function RoleChoice({ label, value }: { label: string; value: Signal<string> }) {
  return (
    <Select
      label={label}
      value={value}
      choices={Object.entries(t().settings.roles).map(([id, name]) => ({ value: id, label: name }))}
    />
  );
}
