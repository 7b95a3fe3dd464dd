import type { ComponentType } from "preact";
import { Empty, PageHead, Tabs } from "../../components/parts";
import { t, type Dictionary } from "../../i18n";
import { href, route } from "../../router";
import { mayAdminister, mayAudit } from "../../state/session";
import { Accounts } from "./Accounts";
import { Audit } from "./Audit";
import { General } from "./General";
import { Keys } from "./Keys";
import { Marks } from "./Marks";
import { System } from "./System";

type Part = keyof Dictionary["settings"]["tabs"];

const parts: Record<Part, { View: ComponentType; allowed: () => boolean }> = {
  general: { View: General, allowed: () => true },
  marks: { View: Marks, allowed: () => true },
  keys: { View: Keys, allowed: () => mayAdminister.value },
  accounts: { View: Accounts, allowed: () => mayAdminister.value },
  audit: { View: Audit, allowed: () => mayAudit.value },
  system: { View: System, allowed: () => true },
};

export default function SettingsPage() {
  const w = t().settings;
  const asked = route.value.rest[0] as Part | undefined;
  const part: Part = asked && Object.hasOwn(parts, asked) ? asked : "general";
  const { View, allowed } = parts[part];
  return (
    <>
      <PageHead title={w.title} />
      <Tabs
        label={w.title}
        current={part}
        tabs={(Object.keys(parts) as Part[])
          .filter((id) => parts[id].allowed())
          .map((id) => ({ id, label: w.tabs[id], href: href(`settings/${id}`) }))}
      />
      {allowed() ? <View /> : <Empty icon="lock" title={w.noAccess} />}
    </>
  );
}
