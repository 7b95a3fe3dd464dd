import { signal } from "@preact/signals";
import { BigText, Check, Range, seedOf, TextInput } from "../../components/fields";
import { Form, Ideas, More, Submit } from "../../components/Form";
import { useOrder } from "../../components/useOrder";
import { language, t } from "../../i18n";
import { clock } from "../../i18n/format";
import { options } from "../../state/options";
import { persisted } from "../../state/persisted";
import { FormatChoice } from "./Speech";

const prompt = persisted("sound.prompt", "");
const seconds = persisted("sound.seconds", 15);
const format = persisted("sound.format", "");
const round = signal(false);
const seed = signal("");

export function Effects() {
  const w = t().sound.effects;
  const o = options.value?.sound;
  const order = useOrder("sound", prompt, () => ({
    prompt: prompt.value.trim(),
    seconds: seconds.value,
    round: round.value || undefined,
    format: format.value,
    seed: seedOf(seed.value),
  }));
  const add = (word: string) => {
    const now = prompt.value.trim();
    prompt.value = now === "" ? word : language.value === "zh" ? `${now}，${word}` : `${now}, ${word}`;
  };
  return (
    <Form onSubmit={order.send} label={t().sound.tabs.effects}>
      <BigText
        label={w.ask}
        placeholder={w.placeholder}
        value={prompt}
        error={order.error}
      />
      <Ideas ideas={w.ideas} into={prompt} />
      {o && o.names.length > 0 ? (
        <details class="raw">
          <summary>{w.known}</summary>
          <ul class="chips">
            {o.names.map((n) => {
              const word = n[language.value] ?? n.id;
              return (
                <li key={n.id}>
                  <button type="button" class="chip" onClick={() => add(word)}>
                    {word}
                  </button>
                </li>
              );
            })}
          </ul>
        </details>
      ) : null}
      <div class="form-grid">
        <Range
          label={t().common.duration}
          value={seconds}
          min={o?.seconds[0] ?? 1}
          max={o?.seconds[1] ?? 120}
          show={clock}
        />
        <Check label={w.round} value={round} />
      </div>
      <More>
        <FormatChoice value={format} />
        <TextInput label={t().common.seed} hint={t().common.seedHint} value={seed} inputMode="numeric" />
      </More>
      <Submit label={w.action} icon="sound" busy={order.busy} />
    </Form>
  );
}
