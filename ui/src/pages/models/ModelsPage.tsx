import { signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type CatalogueEntry, type Job } from "../../api";
import { Button } from "../../components/Button";
import { confirm } from "../../components/Dialog";
import { Icon } from "../../components/Icon";
import { stageWords } from "../../components/JobCard";
import { Empty, PageHead, Progress, Skeleton, Tabs } from "../../components/parts";
import { named, t } from "../../i18n";
import { bytes } from "../../i18n/format";
import { href, replaceQuery, route } from "../../router";
import { cancel, followJob, isActive, newestFirst, onJobEnd, start } from "../../state/jobs";
import { mayAdminister } from "../../state/session";
import { loadOptions } from "../../state/options";
import { explain, report, toast } from "../../state/toasts";

const catalogue = signal<CatalogueEntry[] | null>(null);
const load = () =>
  api.catalogue().then(
    (page) => (catalogue.value = page.data),
    (error) => {
      catalogue.value ??= [];
      report(error);
    },
  );

type Filter = "all" | "installed" | "available";

export default function ModelsPage() {
  const w = t().models;
  const words = useSignal("");
  useEffect(() => {
    void load();
    return onJobEnd((job) => {
      if (job.kind !== "pull") return;
      void load();
      void loadOptions();
    });
  }, []);
  const asked = route.value.rest[0];
  const filter: Filter = asked === "installed" || asked === "available" ? asked : "all";
  const group = route.value.query.get("group") ?? "";
  const all = catalogue.value ?? [];
  const groups = [...new Set(all.flatMap((m) => m.groups))].filter((g) => g !== "test");
  const needle = words.value.trim().toLowerCase();
  const list = all.filter(
    (m) =>
      (filter === "all" || m.installed === (filter === "installed")) &&
      (group === "" || m.groups.includes(group)) &&
      (needle === "" || `${m.id} ${m.name} ${m.kind} ${m.description}`.toLowerCase().includes(needle)),
  );
  const installed = all.filter((m) => m.installed);
  return (
    <>
      <PageHead title={w.title} lead={w.lead} />
      <Tabs
        label={w.title}
        current={filter}
        tabs={(["all", "installed", "available"] as const).map((id) => ({
          id,
          label: w.filters[id],
          href: href(`models/${id}`, { group }),
        }))}
      />
      <div class="model-filters">
        <input
          type="search"
          class="input"
          aria-label={w.search}
          placeholder={w.search}
          value={words.value}
          onInput={(e) => (words.value = e.currentTarget.value)}
        />
        <select
          class="input select"
          aria-label={w.group}
          value={group}
          onChange={(e) => replaceQuery({ group: e.currentTarget.value })}
        >
          <option value="">{w.anyGroup}</option>
          {groups.map((g) => (
            <option key={g} value={g} selected={g === group}>
              {named(t().names.groups, g)}
            </option>
          ))}
        </select>
      </div>
      <p class="count" role="status">
        {catalogue.value ? w.total(installed.length, bytes(installed.reduce((sum, m) => sum + (m.bytes ?? 0), 0))) : ""}
      </p>
      {catalogue.value === null ? (
        <Skeleton kind="cards" count={6} />
      ) : list.length === 0 ? (
        <Empty icon="models" title={w.empty} />
      ) : (
        <ul class="models">
          {list.map((m) => (
            <Model key={m.id} model={m} />
          ))}
        </ul>
      )}
    </>
  );
}

function pullOf(id: string): Job | undefined {
  return newestFirst.value.find((job) => job.kind === "pull" && (job.request?.["model"] === id || job.title === id));
}

function Model({ model: m }: { model: CatalogueEntry }) {
  const w = t().models;
  const job = pullOf(m.id);
  const pulling = job && isActive(job) ? job : null;
  useEffect(() => (pulling ? followJob(pulling.id) : undefined), [pulling?.id]);
  const remove = async () => {
    if (!(await confirm(w.removeAsk(m.name, bytes(m.bytes ?? 0)), w.remove))) return;
    try {
      await api.removeModel(m.id);
      toast(w.removed, "good");
      await load();
      void loadOptions();
    } catch (error) {
      report(error);
    }
  };
  return (
    <li class="model">
      <div class="model-words">
        <h2 class="model-name">{m.name}</h2>
        {m.description !== m.name ? <p>{m.description}</p> : null}
        <p class="model-facts">
          <span>{named(t().names.modelKinds, m.kind)}</span>
          <span>{bytes(m.bytes ?? 0)}</span>
          <span>
            <span class="visually-hidden">{w.licence} </span>
            {m.licence_url ? (
              <a class="text-link" href={m.licence_url} target="_blank" rel="noreferrer">
                {m.licence}
              </a>
            ) : (
              m.licence
            )}
          </span>
          <span class="mono">{m.id}</span>
        </p>
        {m.licence_note ? <p class="field-hint">{m.licence_note}</p> : null}
      </div>
      <div class="model-act">
        {pulling ? (
          <div class="model-pull">
            <p role="status">{stageWords(pulling)}</p>
            <Progress fraction={pulling.progress?.fraction ?? null} label={w.pullAria(m.name)} />
            <Button small icon="close" onClick={() => cancel(pulling.id)}>
              {t().job.cancel}
            </Button>
          </div>
        ) : m.installed ? (
          <>
            <span class="status status-done">
              <Icon name="check" size={14} /> {w.installed}
            </span>
            {mayAdminister.value ? (
              <Button small kind="plain" aria-label={w.removeAria(m.name)} onClick={remove}>
                {w.remove}
              </Button>
            ) : null}
          </>
        ) : (
          <>
            {job?.status === "failed" ? (
              <p class="field-error">{explain(job.error?.code ?? "failed", job.error?.message ?? "")}</p>
            ) : null}
            {mayAdminister.value ? (
              <Button small icon="download" aria-label={w.pullAria(m.name)} onClick={() => start("pull", { model: m.id })}>
                {w.pull}
              </Button>
            ) : (
              <span class="status">{w.notInstalled}</span>
            )}
          </>
        )}
      </div>
    </li>
  );
}
