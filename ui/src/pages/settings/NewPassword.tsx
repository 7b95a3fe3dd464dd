import type { Signal } from "@preact/signals";
import { TextInput } from "../../components/fields";
import { t } from "../../i18n";

/** The fewest characters of a password. */
const LEAST = 10;

export const isLongEnough = (password: string): boolean => password.length >= LEAST;

/** A password that is set; `tried` once it was sent too short. */
export function NewPassword({ value, tried }: { value: Signal<string>; tried: boolean }) {
  const w = t().settings.accounts;
  return (
    <TextInput
      label={w.password}
      hint={w.passwordHint}
      value={value}
      type="password"
      autocomplete="new-password"
      required
      error={tried && !isLongEnough(value.value) ? w.tooShort : null}
    />
  );
}
