import type { Named } from "../../api";
import { named, t } from "../../i18n";

/** The name of a painter; some have a number alone. */
export function painterName({ id, name }: Named): string {
  const number = /^s(\d\d)$/.exec(name || id)?.[1];
  return number ? t().pictures.painter(Number(number)) : named(t().names.styles, name || id);
}
