import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Settings } from "../../api";
import { Button } from "../../components/Button";
import { Segmented, Select, TextInput } from "../../components/fields";
import { Form } from "../../components/Form";
import { Skeleton } from "../../components/parts";
import { named, t } from "../../i18n";
import { options } from "../../state/options";
import { mayAdminister } from "../../state/session";
import { report, toast } from "../../state/toasts";

const words: Record<string, string> = { all: "AI生成 · AI-generated", cn: "AI生成", eu: "AI", us: "AI-generated" };

export function Marks() {
  const w = t().settings.marks;
  const loaded = useSignal(false);
  const busy = useSignal(false);
  const producer = useSignal("");
  const profile = useSignal("all");
  const corner = useSignal("");
  const stamps = useSignal("");
  const guard = useSignal("refuse");
  const fixed = useSignal<string[]>([]);
  const moderation = useSignal("off");
  const kept = useSignal<Settings["retention"] | undefined>(undefined);
  const take = (s: Settings) => {
    producer.value = s.producer ?? "";
    profile.value = s.label?.profile ?? "all";
    corner.value = s.label?.corner ?? "";
    stamps.value = s.time_stamps ?? "none";
    guard.value = s.protected ?? "refuse";
    fixed.value = s.fixed ?? [];
    moderation.value = s.policy?.moderation ?? "off";
    kept.value = s.retention;
    loaded.value = true;
  };
  useEffect(() => {
    api.settings().then(take, report);
  }, []);
  if (!loaded.value) return <Skeleton count={5} />;
  const may = mayAdminister.value;
  const save = async () => {
    if (!may || busy.value) return;
    busy.value = true;
    try {
      take(
        await api.saveSettings({
          producer: producer.value.trim(),
          label: { profile: profile.value, corner: corner.value },
          time_stamps: stamps.value.trim() || "none",
          protected: guard.value,
          policy: { moderation: moderation.value },
        }),
      );
      toast(t().common.saved, "good");
    } catch (error) {
      report(error);
    } finally {
      busy.value = false;
    }
  };
  const o = options.value?.label;
  const held = (name: string) => fixed.value.includes(name);
  const why = (name: string, hint?: string) => (held(name) ? w.fixed : hint);
  return (
    <Form onSubmit={save} class="form settings-panel" label={t().settings.tabs.marks}>
      <p class="lead">{w.lead}</p>
      {may ? null : <p class="note">{w.readOnly}</p>}
      <fieldset class="form-columns" disabled={!may}>
        <div class="stack">
          <Select
            label={w.profile}
            hint={why("label.profile")}
            disabled={held("label.profile")}
            value={profile}
            choices={(o?.profiles ?? [profile.value]).map((p) => ({ value: p, label: named(t().names.profiles, p) }))}
          />
          <Select
            label={w.corner}
            hint={why("label.corner")}
            disabled={held("label.corner")}
            value={corner}
            choices={(o?.corners ?? [corner.value]).map((c) => ({ value: c, label: named(t().names.corners, c) }))}
          />
        </div>
        <figure class="label-example">
          <div class={`label-sheet label-${corner.value}`}>
            <span>{words[profile.value] ?? words["all"]}</span>
          </div>
          <figcaption class="field-hint">{w.example}</figcaption>
        </figure>
      </fieldset>
      <fieldset class="stack" disabled={!may}>
        <TextInput
          label={w.producer}
          hint={why("producer", w.producerHint)}
          disabled={held("producer")}
          value={producer}
        />
        <TextInput
          label={w.timeStamps}
          hint={why("time_stamps", w.timeStampsHint)}
          disabled={held("time_stamps")}
          value={stamps}
        />
        <Segmented
          label={w.protected}
          value={guard.value}
          onChange={(v) => (guard.value = v)}
          choices={Object.entries(w.protectedChoices).map(([value, label]) => ({
            value,
            label,
            disabled: held("protected"),
          }))}
        />
        <Segmented
          label={w.moderation}
          value={moderation.value}
          onChange={(v) => (moderation.value = v)}
          choices={Object.entries(w.moderationChoices).map(([value, label]) => ({ value, label }))}
        />
        {kept.value ? <p class="note">{w.kept(kept.value.jobs_days, kept.value.works_days)}</p> : null}
      </fieldset>
      {may ? (
        <div>
          <Button type="submit" kind="primary" icon="check" busy={busy.value}>
            {t().common.save}
          </Button>
        </div>
      ) : null}
    </Form>
  );
}
