import { useSignal } from "@preact/signals";
import { useEffect, useId } from "preact/hooks";
import { api, type Work } from "../../api";
import { Button, IconButton, LinkButton } from "../../components/Button";
import { Icon } from "../../components/Icon";
import { modalityIcons, Thumb, workTitle } from "../../components/Media";
import { AiLabel, Empty, PageHead, Skeleton } from "../../components/parts";
import { t } from "../../i18n";
import { ago, clock } from "../../i18n/format";
import { go, href } from "../../router";
import { mayMake } from "../../state/session";
import { report, toast } from "../../state/toasts";
import { FilterBar } from "./FilterBar";
import { attend, drop, filters, hasMore, load, loading, setFavourite, works } from "./store";

export function Overview() {
  const w = t().gallery;
  const selecting = useSignal(false);
  const picked = useSignal<ReadonlySet<string>>(new Set());
  useEffect(attend, []);
  const list = works.value;
  const toggle = (id: string) => {
    const next = new Set(picked.value);
    if (!next.delete(id)) next.add(id);
    picked.value = next;
  };
  const stop = () => {
    selecting.value = false;
    picked.value = new Set();
  };
  const chosen = [...picked.value];
  const each = async (act: (id: string) => Promise<unknown>, say: string) => {
    try {
      for (const id of chosen) {
        await act(id);
        drop(id);
      }
      toast(say, "good");
    } catch (error) {
      report(error);
    }
    stop();
  };
  return (
    <>
      <PageHead title={w.title} lead={w.lead}>
        <Button icon="select" aria-pressed={selecting.value} onClick={() => (selecting.value ? stop() : (selecting.value = true))}>
          {selecting.value ? w.selectDone : w.select}
        </Button>
      </PageHead>
      <FilterBar />
      <p class="count" role="status">
        {list ? w.count(list.length, hasMore.value) : ""}
      </p>
      {list === null ? (
        <Skeleton kind="cards" count={8} />
      ) : list.length === 0 ? (
        <Nothing />
      ) : (
        <ul class="grid" aria-busy={loading.value}>
          {list.map((work) => (
            <Tile
              key={work.id}
              work={work}
              selecting={selecting.value}
              picked={picked.value.has(work.id)}
              onPick={() => toggle(work.id)}
            />
          ))}
        </ul>
      )}
      {hasMore.value && list && list.length > 0 ? (
        <div class="center">
          <Button busy={loading.value} onClick={() => load(true)}>
            {t().common.loadMore}
          </Button>
        </div>
      ) : null}
      {selecting.value ? (
        <div class="selection" role="toolbar" aria-label={w.selected(chosen.length)}>
          <span role="status">{chosen.length === 0 ? w.compareHint : w.selected(chosen.length)}</span>
          <Button
            small
            icon="compare"
            disabled={chosen.length !== 2}
            onClick={() => go("gallery/compare", { a: chosen[0], b: chosen[1] })}
          >
            {w.compare}
          </Button>
          {mayMake.value && !filters.value.trash ? (
            <Button small icon="trash" disabled={chosen.length === 0} onClick={() => each(api.trash, w.trashed)}>
              {w.trashIt}
            </Button>
          ) : null}
          {mayMake.value && filters.value.trash ? (
            <Button small icon="restore" disabled={chosen.length === 0} onClick={() => each(api.restore, w.restored)}>
              {w.restore}
            </Button>
          ) : null}
          <IconButton icon="close" label={w.selectDone} onClick={stop} />
        </div>
      ) : null}
    </>
  );
}

function Tile(p: { work: Work; selecting: boolean; picked: boolean; onPick: () => void }) {
  const w = t().gallery;
  const { work } = p;
  const title = workTitle(work);
  const id = useId();
  return (
    <li class={p.picked ? "tile tile-picked" : "tile"}>
      {p.selecting ? (
        <label class="tile-link" for={id}>
          <Thumb work={work} />
          <span class="tile-title">{title}</span>
        </label>
      ) : (
        <a class="tile-link" href={href(`gallery/${work.id}`)}>
          <Thumb work={work} />
          <span class="tile-title">{title}</span>
        </a>
      )}
      <AiLabel text={work.label} />
      <span class="tile-foot">
        <span class="tile-when">
          <Icon name={modalityIcons[work.modality] ?? "pictures"} size={16} />
          {work.seconds ? `${clock(work.seconds)} · ` : ""}
          {ago(work.created_at)}
        </span>
        {p.selecting ? (
          <input id={id} type="checkbox" class="tile-check" checked={p.picked} aria-label={w.pick(title)} onChange={p.onPick} />
        ) : mayMake.value ? (
          <IconButton
            class="tile-star"
            icon="star"
            fill={work.favourite}
            pressed={work.favourite}
            label={`${work.favourite ? w.unfavourite : w.favourite}: ${title}`}
            onClick={() => setFavourite(work, !work.favourite)}
          />
        ) : null}
      </span>
    </li>
  );
}

function Nothing() {
  const w = t().gallery;
  const f = filters.value;
  if (f.trash) return <Empty icon="trash" title={w.emptyTrash} />;
  if (f.q || f.modality || f.tag) {
    return (
      <Empty icon="search" title={w.emptyFiltered}>
        <LinkButton href={href("gallery")}>{w.emptyFilteredAction}</LinkButton>
      </Empty>
    );
  }
  if (f.favourite) return <Empty icon="star" title={w.emptyFavourites} text={w.emptyFavouritesHint} />;
  return (
    <Empty icon="gallery" title={w.empty} text={w.emptyHint}>
      <LinkButton kind="primary" icon="pictures" href={href("pictures")}>
        {w.emptyAction}
      </LinkButton>
    </Empty>
  );
}
