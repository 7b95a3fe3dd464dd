import { useSignal, type Signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Input, type Modality, type Work } from "../api";
import { t } from "../i18n";
import { bytes } from "../i18n/format";
import { report } from "../state/toasts";
import { Button } from "./Button";
import { FileDrop } from "./FileDrop";
import { Icon } from "./Icon";
import { modalityIcons, workTitle } from "./Media";
import { AiLabel } from "./parts";
import { WorkPicker } from "./WorkPicker";

/** A file that was chosen for a job. */
export interface Chosen {
  input: Input;
  name: string;
  /** Where it can be looked at. */
  url: string;
  modality: Modality | "file";
  bytes: number;
  /** Its label, if it is a work. */
  label?: string;
}

export function chosenWork(work: Work): Chosen {
  return {
    input: { work: work.id },
    name: workTitle(work),
    url: work.url,
    modality: work.modality,
    bytes: work.bytes,
    label: work.label,
  };
}

export async function chosenFile(file: Blob, name: string): Promise<Chosen> {
  const up = await api.upload(file, name);
  const head = (up.media_type ?? file.type).split("/")[0];
  const modality = head === "image" || head === "audio" || head === "video" ? head : "file";
  return { input: { upload: up.id }, name: up.name || name, url: `/v1/uploads/${up.id}/content`, modality, bytes: up.bytes };
}

/** Takes a file from disk or from the gallery. */
export function InputPicker(p: {
  label: string;
  hint?: string;
  accept?: string;
  modality: Modality | null;
  value: Signal<Chosen | null>;
  small?: boolean;
  error?: string | null;
}) {
  const busy = useSignal(false);
  const picking = useSignal(false);
  const take = async (files: File[]) => {
    const file = files[0];
    if (!file) return;
    busy.value = true;
    try {
      p.value.value = await chosenFile(file, file.name);
    } catch (error) {
      report(error);
    } finally {
      busy.value = false;
    }
  };
  const chosen = p.value.value;
  return (
    <div class={`picker ${p.small ? "picker-small" : ""}`}>
      {chosen ? (
        <ChosenView chosen={chosen} label={p.label} onClear={() => (p.value.value = null)} />
      ) : (
        <>
          <FileDrop
            label={p.label}
            busy={busy.value}
            onFiles={take}
            error={p.error ?? null}
            {...(p.hint ? { hint: p.hint } : {})}
            {...(p.accept ? { accept: p.accept } : {})}
          />
          {p.modality ? (
            <Button small kind="plain" icon="gallery" onClick={() => (picking.value = true)}>
              {t().common.fromGallery}
            </Button>
          ) : null}
        </>
      )}
      {picking.value && p.modality ? (
        <WorkPicker
          modality={p.modality}
          onClose={() => (picking.value = false)}
          onPick={(work) => {
            p.value.value = chosenWork(work);
            picking.value = false;
          }}
        />
      ) : null}
    </div>
  );
}

export function ChosenView({
  chosen,
  label,
  onClear,
  clear = t().common.replaceFile,
}: {
  chosen: Chosen;
  label: string;
  onClear: () => void;
  clear?: string;
}) {
  return (
    <figure class="chosen">
      {chosen.modality === "image" ? (
        <img src={chosen.url} alt={chosen.name} />
      ) : chosen.modality === "audio" ? (
        <audio controls preload="metadata" src={chosen.url} aria-label={chosen.name} />
      ) : chosen.modality === "video" ? (
        <video controls preload="metadata" src={chosen.url} aria-label={chosen.name} />
      ) : (
        <span class="chosen-icon">
          <Icon name={modalityIcons[chosen.modality] ?? "text"} size={28} />
        </span>
      )}
      <figcaption>
        <span class="chosen-names">
          <span class="field-hint">{label}</span>
          <span class="chosen-name">{chosen.name}</span>
          <span class="field-hint">{bytes(chosen.bytes)}</span>
          {chosen.label ? <AiLabel text={chosen.label} /> : null}
        </span>
        <Button small icon="close" onClick={onClear}>
          {clear}
        </Button>
      </figcaption>
    </figure>
  );
}

/** Takes over a work that an address names (`?work=clp-…`). */
export function useWorkFromAddress(id: string | null, into: Signal<Chosen | null>): void {
  useEffect(() => {
    if (!id) return;
    const now = into.value;
    if (now && "work" in now.input && now.input.work === id) return;
    api.work(id).then((work) => (into.value = chosenWork(work)), report);
  }, [id]);
}
