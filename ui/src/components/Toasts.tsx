import { t } from "../i18n";
import { dismiss, toasts } from "../state/toasts";
import { IconButton } from "./Button";
import { Icon } from "./Icon";

export function Toasts() {
  return (
    <div class="toasts">
      <div role="status" aria-live="polite">
        {toasts.value.filter((one) => one.tone !== "error").map(show)}
      </div>
      <div role="alert">{toasts.value.filter((one) => one.tone === "error").map(show)}</div>
    </div>
  );
}

function show({ id, tone, text }: (typeof toasts.value)[number]) {
  return (
    <div key={id} class={`toast toast-${tone}`}>
      <Icon name={tone === "error" ? "warning" : tone === "good" ? "check" : "info"} />
      <p>{text}</p>
      <IconButton icon="close" label={t().common.close} onClick={() => dismiss(id)} />
    </div>
  );
}
