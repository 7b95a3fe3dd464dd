import { useSignal } from "@preact/signals";
import { api, QUOTAS, SCOPES, type ApiKey, type NewKey, type Quota, type Role, type Scope } from "../../api";
import { Button } from "../../components/Button";
import { Select, TextInput, Toggles, wholeOf } from "../../components/fields";
import { Form } from "../../components/Form";
import { t } from "../../i18n";
import { report } from "../../state/toasts";
import { RoleChoice } from "./RoleChoice";

const DAY = 86_400_000;

/** A day as a date field writes it. */
const iso = (at: number) => new Date(at).toISOString().slice(0, 10);

/** Whole days from now to the end of a day; less than one for a day that is over. */
const daysTo = (date: string) => Math.ceil((Date.parse(`${date}T23:59:59`) - Date.now()) / DAY);

export function KeyForm({ onMade }: { onMade: (key: ApiKey) => void }) {
  const w = t().settings.keys;
  const name = useSignal("");
  const role = useSignal<string>("creator");
  const days = useSignal("");
  const date = useSignal("");
  const scopes = useSignal<Scope[]>([]);
  const quota = { requests: useSignal(""), tokens: useSignal(""), pixels: useSignal(""), seconds: useSignal("") };
  const tried = useSignal(false);
  const busy = useSignal(false);

  const nameWrong = name.value.trim() === "" ? t().common.missingText : null;
  const dateWrong = days.value !== "date" || daysTo(date.value) >= 1 ? null : w.dateWrong;
  const quotaWrong = (of: keyof Quota) => (wholeOf(quota[of].value) === null ? w.quotaWrong : null);

  const make = async () => {
    tried.value = true;
    if (busy.value || nameWrong || dateWrong || QUOTAS.some(quotaWrong)) return;
    const key: NewKey = { name: name.value.trim(), role: role.value as Role };
    const limits: Quota = {};
    for (const of of QUOTAS) {
      const most = wholeOf(quota[of].value);
      if (typeof most === "number") limits[of] = most;
    }
    if (scopes.value.length > 0) key.scopes = SCOPES.filter((s) => scopes.value.includes(s));
    if (Object.keys(limits).length > 0) key.quota = limits;
    if (days.value !== "") key.expires_in_days = days.value === "date" ? daysTo(date.value) : Number(days.value);
    busy.value = true;
    try {
      onMade(await api.makeKey(key));
      tried.value = false;
      for (const field of [name, days, date, ...Object.values(quota)]) field.value = "";
      scopes.value = [];
    } catch (error) {
      report(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    <Form onSubmit={make} label={w.make}>
      <p class="lead">{w.lead}</p>
      <div class="form-grid">
        <TextInput label={w.name} value={name} required error={tried.value ? nameWrong : null} />
        <RoleChoice label={w.role} value={role} />
        <Select
          label={w.expires}
          value={days}
          choices={[
            { value: "", label: w.never },
            ...[7, 30, 90, 365].map((n) => ({ value: String(n), label: w.days(n) })),
            { value: "date", label: w.onDate },
          ]}
        />
        {days.value === "date" ? (
          <TextInput
            label={w.date}
            value={date}
            type="date"
            min={iso(Date.now())}
            required
            error={tried.value ? dateWrong : null}
          />
        ) : null}
      </div>
      <Toggles
        label={w.scopes}
        hint={w.scopesHint}
        values={scopes.value}
        onChange={(values) => (scopes.value = values as Scope[])}
        choices={SCOPES.map((s) => ({ value: s, label: w.scopeNames[s] }))}
      />
      <fieldset class="terms">
        <legend>{w.quota}</legend>
        <div class="form-grid form-grid-fine">
          {QUOTAS.map((of) => (
            <TextInput
              key={of}
              label={w.quotaNames[of]}
              value={quota[of]}
              inputMode="numeric"
              placeholder={w.noLimit}
              error={quotaWrong(of)}
            />
          ))}
        </div>
        <p class="field-hint">{w.quotaHint}</p>
      </fieldset>
      <div>
        <Button type="submit" kind="primary" icon="key" busy={busy.value}>
          {w.make}
        </Button>
      </div>
    </Form>
  );
}
