import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { api, type Work } from "../../api";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { href } from "../../router";
import { mayMake } from "../../state/session";
import { report } from "../../state/toasts";
import { loadTags, tags as known } from "./store";

export function Tags({ work, onChange }: { work: Work; onChange: (work: Work) => void }) {
  const w = t().gallery;
  const text = useSignal("");
  const id = useId();
  const save = (tags: string[]) =>
    api.change(work.id, { tags }).then((changed) => {
      onChange(changed);
      void loadTags();
    }, report);
  useEffect(() => void loadTags(), []);
  const add = () => {
    const tag = text.value.trim();
    text.value = "";
    if (tag !== "" && !work.tags.includes(tag)) void save([...work.tags, tag]);
  };
  return (
    <>
      {work.tags.length > 0 ? (
        <ul class="tags">
          {work.tags.map((tag) => (
            <li key={tag} class="tag">
              <a href={href("gallery", { tag })}>{tag}</a>
              {mayMake.value ? (
                <button
                  type="button"
                  aria-label={w.removeTag(tag)}
                  onClick={() => save(work.tags.filter((one) => one !== tag))}
                >
                  <Icon name="close" size={14} />
                </button>
              ) : null}
            </li>
          ))}
        </ul>
      ) : null}
      {mayMake.value ? (
        <form
          class="row"
          onSubmit={(e) => {
            e.preventDefault();
            add();
          }}
        >
          <input
            class="input"
            aria-label={w.addTag}
            placeholder={w.addTag}
            list={id}
            maxLength={60}
            value={text.value}
            onInput={(e) => (text.value = e.currentTarget.value)}
          />
          <datalist id={id}>
            {known.value.map((tag) => (
              <option key={tag} value={tag} />
            ))}
          </datalist>
          <Button type="submit" icon="plus">
            {t().common.add}
          </Button>
        </form>
      ) : null}
    </>
  );
}
