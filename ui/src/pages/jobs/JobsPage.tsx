import type { Job } from "../../api";
import { Button, LinkButton } from "../../components/Button";
import { confirm } from "../../components/Dialog";
import { JobCard } from "../../components/JobCard";
import { Empty, PageHead, Skeleton, Tabs } from "../../components/parts";
import { t } from "../../i18n";
import { href, route } from "../../router";
import { forget, isActive, jobsLoaded, newestFirst } from "../../state/jobs";
import { mayMake } from "../../state/session";
import { useSignal } from "@preact/signals";

const filters = {
  all: () => true,
  active: isActive,
  done: (job: Job) => job.status === "done",
  failed: (job: Job) => job.status === "failed" || job.status === "cancelled",
};
type Filter = keyof typeof filters;
const AT_ONCE = 12;

export default function JobsPage() {
  const w = t().jobs;
  const shown = useSignal(AT_ONCE);
  const asked = route.value.rest[0] as Filter | undefined;
  const filter: Filter = asked && Object.hasOwn(filters, asked) ? asked : "all";
  const list = newestFirst.value.filter(filters[filter]);
  const finished = newestFirst.value.filter((job) => !isActive(job));
  const clear = async () => {
    if (!(await confirm(w.clearAsk, w.clear))) return;
    for (const job of finished) await forget(job.id);
  };
  return (
    <>
      <PageHead title={w.title} lead={w.lead}>
        {finished.length > 0 && mayMake.value ? (
          <Button icon="trash" small onClick={clear}>
            {w.clear}
          </Button>
        ) : null}
      </PageHead>
      <Tabs
        label={w.title}
        current={filter}
        tabs={(Object.keys(filters) as Filter[]).map((id) => ({
          id,
          label: w.tabs[id],
          count: newestFirst.value.filter(filters[id]).length,
          href: href(`jobs/${id}`),
        }))}
      />
      {!jobsLoaded.value ? (
        <Skeleton kind="cards" count={3} />
      ) : list.length === 0 ? (
        <Empty icon="jobs" title={w.empty} text={w.emptyHint}>
          <LinkButton kind="primary" icon="film" href={href("film")}>
            {w.emptyAction}
          </LinkButton>
        </Empty>
      ) : (
        <div class="job-list job-list-one">
          {list.slice(0, shown.value).map((job) => (
            <JobCard key={job.id} job={job} compact />
          ))}
        </div>
      )}
      {list.length > shown.value ? (
        <div class="center">
          <Button onClick={() => (shown.value += AT_ONCE)}>{t().common.loadMore}</Button>
        </div>
      ) : null}
    </>
  );
}
