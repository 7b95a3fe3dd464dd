import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Modality, type Work } from "../api";
import { t } from "../i18n";
import { report } from "../state/toasts";
import { Dialog } from "./Dialog";
import { Thumb, workTitle } from "./Media";
import { AiLabel, Empty, Skeleton } from "./parts";

/** Chooses one work of a kind. */
export function WorkPicker(p: { modality: Modality; onPick: (work: Work) => void; onClose: () => void }) {
  const works = useSignal<Work[] | null>(null);
  useEffect(() => {
    api.works({ modality: p.modality, limit: 60 }).then(
      (page) => (works.value = page.data),
      (error) => {
        report(error);
        p.onClose();
      },
    );
  }, []);
  return (
    <Dialog title={t().gallery.pickerTitle} onClose={p.onClose} wide>
      {works.value === null ? (
        <Skeleton kind="cards" count={6} />
      ) : works.value.length === 0 ? (
        <Empty icon="gallery" title={t().gallery.pickerEmpty} />
      ) : (
        <ul class="grid grid-small">
          {works.value.map((work) => (
            <li key={work.id} class="tile">
              <button type="button" class="tile-link" onClick={() => p.onPick(work)}>
                <Thumb work={work} />
                <span class="tile-title">{workTitle(work)}</span>
              </button>
              <AiLabel text={work.label} />
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
