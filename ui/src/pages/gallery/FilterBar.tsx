import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { t } from "../../i18n";
import { replaceQuery } from "../../router";
import { filters, tags } from "./store";

const kinds = ["all", "image", "video", "audio", "text"] as const;

export function FilterBar() {
  const w = t().gallery;
  const f = filters.value;
  const words = useSignal(f.q);
  useEffect(() => {
    words.value = f.q;
  }, [f.q]);
  return (
    <div class="filters">
      <form
        class="search"
        role="search"
        onSubmit={(e) => {
          e.preventDefault();
          replaceQuery({ q: words.value.trim() });
        }}
      >
        <Icon name="search" />
        <input
          type="search"
          class="search-input"
          aria-label={w.search}
          placeholder={w.searchPlaceholder}
          value={words.value}
          onInput={(e) => {
            words.value = e.currentTarget.value;
            if (words.value === "" && f.q !== "") replaceQuery({ q: "" });
          }}
        />
        <Button type="submit" small>
          {w.searchAction}
        </Button>
      </form>
      <div class="filter-row">
        <div class="filter-set" role="group" aria-label={t().app.pages.gallery}>
          {kinds.map((kind) => {
            const value = kind === "all" ? "" : kind;
            return (
              <button
                key={kind}
                type="button"
                class="filter"
                aria-pressed={f.modality === value}
                onClick={() => replaceQuery({ kind: value })}
              >
                {w.kinds[kind]}
              </button>
            );
          })}
        </div>
        <div class="filter-set">
          <button
            type="button"
            class="filter"
            aria-pressed={f.favourite}
            onClick={() => replaceQuery({ favourite: f.favourite ? "" : "1" })}
          >
            <Icon name="star" size={16} fill={f.favourite} />
            {w.favourites}
          </button>
          <button
            type="button"
            class="filter"
            aria-pressed={f.trash}
            onClick={() => replaceQuery({ trash: f.trash ? "" : "1" })}
          >
            <Icon name="trash" size={16} />
            {w.trash}
          </button>
          {tags.value.length > 0 || f.tag !== "" ? (
            <select
              class="input select filter-tag"
              aria-label={w.tag}
              value={f.tag}
              onChange={(e) => replaceQuery({ tag: e.currentTarget.value })}
            >
              <option value="">{w.anyTag}</option>
              {[...new Set([...tags.value, ...(f.tag ? [f.tag] : [])])].map((tag) => (
                <option key={tag} value={tag} selected={tag === f.tag}>
                  {tag}
                </option>
              ))}
            </select>
          ) : null}
        </div>
      </div>
    </div>
  );
}
