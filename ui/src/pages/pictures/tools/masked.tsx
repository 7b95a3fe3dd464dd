/** Work on a part of the picture that a mask marks. */

import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Input } from "../../../api";
import { Button } from "../../../components/Button";
import { BigText, Select } from "../../../components/fields";
import type { Chosen } from "../../../components/InputPicker";
import { MaskEditor, type Mask } from "../../../components/mask/MaskEditor";
import { t } from "../../../i18n";
import { number } from "../../../i18n/format";
import { href } from "../../../router";
import { options } from "../../../state/options";
import { sentence, toast } from "../../../state/toasts";
import type { Tool } from "./tool";

/** The mask and the picture that it was painted on. */
const mask = signal<(Mask & { url: string }) | null>(null);
const prompt = signal("");
const model = signal("");

function MaskField({ source }: { source: Chosen | null }) {
  const w = t().pictures.mask;
  const open = useSignal(false);
  const preview = useSignal<string | null>(null);
  const now = mask.value && mask.value.url === source?.url ? mask.value : null;
  useEffect(() => {
    if (!now) return;
    const url = URL.createObjectURL(now.blob);
    preview.value = url;
    return () => {
      preview.value = null;
      URL.revokeObjectURL(url);
    };
  }, [now?.blob]);
  return (
    <div class="mask-field">
      {now && preview.value ? (
        <>
          <img class="mask-preview" src={preview.value} alt="" />
          <p class="field-hint">{w.ready(`${number(now.share * 100, 1)} %`)}</p>
        </>
      ) : null}
      <Button
        icon="brush"
        onClick={() => (source ? (open.value = true) : toast(t().common.missingFile, "error"))}
      >
        {now ? w.edit : w.open}
      </Button>
      {open.value && source ? (
        <MaskEditor
          url={source.url}
          name={source.name}
          acts={now?.acts ?? []}
          onClose={() => (open.value = false)}
          onDone={(made) => {
            mask.value = { ...made, url: source.url };
            open.value = false;
          }}
        />
      ) : null}
    </div>
  );
}

async function upload(): Promise<Input | string> {
  if (!mask.value) return t().pictures.mask.missing;
  try {
    return { upload: (await api.upload(mask.value.blob, "mask.png")).id };
  } catch (error) {
    return sentence(error);
  }
}

export const remove: Tool = {
  icon: "eraser",
  Fields: MaskField,
  request: async () => {
    const input = await upload();
    return typeof input === "string" ? input : { mask: input };
  },
};

const installed = () => (options.value?.picture.diffusion ?? []).filter((d) => d.installed);

export const inpaint: Tool = {
  icon: "brush",
  Fields: ({ source }) => {
    const w = t().pictures;
    const models = installed();
    if (models.length === 0) {
      return (
        <p class="note">
          {w.inpaintNone}{" "}
          <a class="text-link" href={href("models")}>
            {w.toModels}
          </a>
        </p>
      );
    }
    if (!models.some((m) => m.id === model.value)) model.value = models[0]!.id;
    return (
      <>
        <BigText label={w.inpaintPrompt} placeholder={w.inpaintPlaceholder} value={prompt} />
        <MaskField source={source} />
        <Select label={w.model} value={model} choices={models.map((m) => ({ value: m.id, label: m.id }))} />
      </>
    );
  },
  request: async () => {
    if (installed().length === 0) return t().pictures.inpaintNone;
    if (prompt.value.trim() === "") return t().common.missingText;
    const input = await upload();
    return typeof input === "string" ? input : { prompt: prompt.value.trim(), mask: input, model: model.value };
  },
};
