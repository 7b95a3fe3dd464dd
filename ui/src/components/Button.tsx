import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./Icon";

type Props = JSX.IntrinsicElements["button"] & {
  kind?: "primary" | "secondary" | "plain" | "danger";
  icon?: IconName;
  busy?: boolean;
  small?: boolean;
  children?: ComponentChildren;
};

export function Button({ kind = "secondary", icon, busy, small, children, class: extra, ...rest }: Props) {
  const classes = ["button", `button-${kind}`, small ? "button-small" : "", (extra as string) ?? ""].join(" ");
  return (
    <button type="button" {...rest} class={classes} aria-busy={busy ? true : undefined}>
      {busy ? <span class="spinner" aria-hidden="true" /> : icon ? <Icon name={icon} size={small ? 16 : 18} /> : null}
      {children}
    </button>
  );
}

export function IconButton({
  icon,
  label,
  pressed,
  fill,
  class: extra,
  ...rest
}: Omit<JSX.IntrinsicElements["button"], "icon" | "label"> & {
  icon: IconName;
  label: string;
  pressed?: boolean;
  fill?: boolean;
}) {
  return (
    <button
      type="button"
      {...rest}
      class={`icon-button ${(extra as string) ?? ""}`}
      aria-label={label}
      title={label}
      aria-pressed={pressed}
    >
      <Icon name={icon} fill={fill ?? false} />
    </button>
  );
}

export function LinkButton({
  kind = "secondary",
  icon,
  small,
  children,
  ...rest
}: JSX.IntrinsicElements["a"] & { kind?: Props["kind"]; icon?: IconName; small?: boolean }) {
  return (
    <a {...rest} class={`button button-${kind} ${small ? "button-small" : ""}`}>
      {icon ? <Icon name={icon} size={small ? 16 : 18} /> : null}
      {children}
    </a>
  );
}
