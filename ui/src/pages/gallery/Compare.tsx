import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Work } from "../../api";
import { Button, LinkButton } from "../../components/Button";
import { Media, workTitle } from "../../components/Media";
import { AiLabel, Empty, PageHead, Skeleton } from "../../components/parts";
import { t } from "../../i18n";
import { bytes, clock, number, when } from "../../i18n/format";
import { href, replaceQuery, route } from "../../router";
import { report } from "../../state/toasts";

export function Compare() {
  const w = t().gallery;
  const ids = ["a", "b"].map((side) => route.value.query.get(side));
  const [a, b] = ids;
  return (
    <>
      <PageHead title={w.compareTitle}>
        <LinkButton icon="left" href={href("gallery")}>
          {w.back}
        </LinkButton>
        {a && b ? (
          <Button icon="swap" onClick={() => replaceQuery({ a: b, b: a })}>
            {w.swap}
          </Button>
        ) : null}
      </PageHead>
      {a && b ? (
        <div class="compare">
          <Side key={a} id={a} />
          <Side key={b} id={b} />
        </div>
      ) : (
        <Empty icon="compare" title={w.compareMissing} />
      )}
    </>
  );
}

function Side({ id }: { id: string }) {
  const w = t().gallery;
  const work = useSignal<Work | null>(null);
  useEffect(() => {
    api.work(id).then((found) => (work.value = found), report);
  }, [id]);
  const now = work.value;
  if (!now) return <Skeleton kind="cards" count={1} />;
  const rows: [string, string | null | undefined][] = [
    [w.prompt, now.prompt],
    [w.made, when(now.created_at)],
    [w.size, now.width && now.height ? `${number(now.width)} × ${number(now.height)}` : null],
    [w.length, now.seconds ? clock(now.seconds) : null],
    [w.file, `${now.media_type} · ${bytes(now.bytes)}`],
    [t().credentials.seed, now.receipt?.seed === undefined ? null : String(now.receipt.seed)],
    [t().credentials.models, now.receipt?.models?.map((m) => m.id).join(", ")],
  ];
  return (
    <section class="compare-side" aria-label={workTitle(now)}>
      <figure class={`work work-${now.modality}`}>
        <div class="work-media">
          <Media work={now} big />
        </div>
        <figcaption>
          <AiLabel text={now.label} />
        </figcaption>
      </figure>
      <h2>
        <a href={href(`gallery/${now.id}`)}>{workTitle(now)}</a>
      </h2>
      <dl class="pairs">
        {rows.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </section>
  );
}
