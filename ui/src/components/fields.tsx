/** The fields of forms: each with its label, its hint and its error. */

import type { Signal } from "@preact/signals";
import type { ComponentChildren, TargetedInputEvent } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

interface Common {
  label: string;
  hint?: ComponentChildren;
  disabled?: boolean;
  error?: string | null;
}

function Frame({
  id,
  label,
  hint,
  error,
  children,
  class: extra = "",
}: Common & { id: string; children: ComponentChildren; class?: string }) {
  return (
    <div class={`field ${extra}`}>
      <label class="field-label" for={id}>
        {label}
      </label>
      {children}
      {error ? (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      ) : null}
      {hint ? (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
    </div>
  );
}

const described = (id: string, p: Common) =>
  [p.error ? `${id}-error` : "", p.hint ? `${id}-hint` : ""].join(" ").trim() || undefined;

export function TextInput(
  p: Common & {
    value: Signal<string>;
    type?: "text" | "password" | "url" | "date";
    placeholder?: string;
    autocomplete?: string;
    required?: boolean;
    inputMode?: "numeric" | "text" | "url";
    min?: string;
  },
) {
  const id = useId();
  const rest = {
    id,
    class: "input",
    value: p.value.value,
    placeholder: p.placeholder,
    autocomplete: p.autocomplete ?? "off",
    required: p.required,
    inputMode: p.inputMode,
    min: p.min,
    disabled: p.disabled,
    "aria-invalid": p.error ? true : undefined,
    "aria-describedby": described(id, p),
    onInput: (e: TargetedInputEvent<HTMLInputElement>) => {
      p.value.value = e.currentTarget.value;
    },
  };
  return (
    <Frame id={id} {...p}>
      {p.type === "password" ? (
        <input type="password" {...rest} />
      ) : p.type === "url" ? (
        <input type="url" {...rest} />
      ) : p.type === "date" ? (
        <input type="date" {...rest} />
      ) : (
        <input type="text" {...rest} />
      )}
    </Frame>
  );
}

/** The main field of a page: large, grows with its words. */
export function BigText(
  p: Common & {
    value: Signal<string>;
    placeholder?: string;
    rows?: number;
    plain?: boolean;
    /** What machines read, too. */
    code?: boolean;
    autofocus?: boolean;
  },
) {
  const id = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const value = p.value.value;
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    el.style.height = "auto";
    el.style.height = `${Math.min(el.scrollHeight + 2, 420)}px`;
  }, [value]);
  return (
    <Frame id={id} {...p} class="field-big">
      <textarea
        id={id}
        ref={box}
        class={`input ${p.plain ? "input-text" : "input-big"} ${p.code ? "input-code" : ""}`}
        spellcheck={p.code ? false : undefined}
        rows={p.rows ?? 2}
        placeholder={p.placeholder}
        value={value}
        aria-invalid={p.error ? true : undefined}
        aria-describedby={described(id, p)}
        onInput={(e) => (p.value.value = e.currentTarget.value)}
      />
    </Frame>
  );
}

export interface Choice {
  value: string;
  label: string;
  disabled?: boolean;
}

export function Select(
  p: Common & { value: Signal<string>; choices: Choice[]; groups?: { label: string; choices: Choice[] }[] },
) {
  const id = useId();
  const option = (c: Choice) => (
    <option key={c.value} value={c.value} disabled={c.disabled} selected={c.value === p.value.value}>
      {c.label}
    </option>
  );
  return (
    <Frame id={id} {...p}>
      <select
        id={id}
        class="input select"
        disabled={p.disabled}
        value={p.value.value}
        aria-describedby={described(id, p)}
        onChange={(e) => (p.value.value = e.currentTarget.value)}
      >
        {p.choices.map(option)}
        {p.groups?.map((g) =>
          g.choices.length > 0 ? (
            <optgroup key={g.label} label={g.label}>
              {g.choices.map(option)}
            </optgroup>
          ) : null,
        )}
      </select>
    </Frame>
  );
}

export function Range(
  p: Common & { value: Signal<number>; min: number; max: number; step?: number; show?: (n: number) => string },
) {
  const id = useId();
  const shown = p.show ? p.show(p.value.value) : String(p.value.value);
  return (
    <div class="field">
      <div class="field-row">
        <label class="field-label" for={id}>
          {p.label}
        </label>
        <output class="field-value" for={id}>
          {shown}
        </output>
      </div>
      <input
        id={id}
        class="range"
        type="range"
        min={p.min}
        max={p.max}
        step={p.step ?? 1}
        value={p.value.value}
        aria-valuetext={shown}
        aria-describedby={described(id, p)}
        onInput={(e) => (p.value.value = Number(e.currentTarget.value))}
      />
      {p.hint ? (
        <p class="field-hint" id={`${id}-hint`}>
          {p.hint}
        </p>
      ) : null}
    </div>
  );
}

export function Check(p: { label: string; value: Signal<boolean>; hint?: string }) {
  const id = useId();
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={p.value.value}
        aria-describedby={p.hint ? `${id}-hint` : undefined}
        onChange={(e) => (p.value.value = e.currentTarget.checked)}
      />
      <label for={id}>{p.label}</label>
      {p.hint ? (
        <p class="field-hint" id={`${id}-hint`}>
          {p.hint}
        </p>
      ) : null}
    </div>
  );
}

/** One of a few, all in sight. */
export function Segmented(p: { label: string; value: string; choices: Choice[]; onChange: (value: string) => void }) {
  const name = useId();
  return (
    <fieldset class="field segmented-field">
      <legend class="field-label">{p.label}</legend>
      <div class="segmented">
        {p.choices.map((c) => (
          <label key={c.value} class="segment">
            <input
              type="radio"
              name={name}
              value={c.value}
              checked={c.value === p.value}
              disabled={c.disabled}
              onChange={() => p.onChange(c.value)}
            />
            <span>{c.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Any of a few, all in sight. */
export function Toggles(p: Common & { values: readonly string[]; choices: Choice[]; onChange: (values: string[]) => void }) {
  const id = useId();
  return (
    <fieldset class="field segmented-field" aria-describedby={described(id, p)}>
      <legend class="field-label">{p.label}</legend>
      <div class="segmented">
        {p.choices.map((c) => (
          <label key={c.value} class="segment">
            <input
              type="checkbox"
              value={c.value}
              checked={p.values.includes(c.value)}
              onChange={(e) => {
                const rest = p.values.filter((v) => v !== c.value);
                p.onChange(e.currentTarget.checked ? [...rest, c.value] : rest);
              }}
            />
            <span>{c.label}</span>
          </label>
        ))}
      </div>
      {p.hint ? (
        <p class="field-hint" id={`${id}-hint`}>
          {p.hint}
        </p>
      ) : null}
    </fieldset>
  );
}

/** A whole number that was typed: `undefined` for nothing, `null` for what is none. */
export function wholeOf(text: string): number | undefined | null {
  if (text.trim() === "") return undefined;
  const n = Number(text.trim());
  return Number.isSafeInteger(n) && n >= 0 ? n : null;
}

/** The seed: a whole number, or nothing. */
export function seedOf(text: string): number | undefined {
  const n = Number.parseInt(text, 10);
  return Number.isSafeInteger(n) && n >= 0 ? n : undefined;
}
