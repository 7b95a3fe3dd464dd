import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import type { Job, JobKind } from "../api";
import { t } from "../i18n";
import { jobsLoaded, newestFirst } from "../state/jobs";
import { Button } from "./Button";
import type { IconName } from "./Icon";
import { JobCard } from "./JobCard";
import { Empty, Skeleton } from "./parts";

const AT_ONCE = 6;

/** The jobs of a page, newest first; they are still there after a reload. */
export function RecentJobs(p: {
  title: string;
  kinds: JobKind[];
  fits?: (job: Job) => boolean;
  empty: { icon: IconName; title: string; text: string };
  onReuse?: (job: Job) => void;
}) {
  const shown = useSignal(AT_ONCE);
  const id = useId();
  const mine = newestFirst.value.filter((job) => p.kinds.includes(job.kind) && (p.fits?.(job) ?? true));
  return (
    <section class="recent" aria-labelledby={id}>
      <h2 id={id}>{p.title}</h2>
      {!jobsLoaded.value && mine.length === 0 ? (
        <Skeleton kind="cards" count={2} />
      ) : mine.length === 0 ? (
        <Empty icon={p.empty.icon} title={p.empty.title} text={p.empty.text} />
      ) : (
        <div class="job-list">
          {mine.slice(0, shown.value).map((job) => (
            <JobCard key={job.id} job={job} onReuse={p.onReuse} />
          ))}
        </div>
      )}
      {mine.length > shown.value ? (
        <div class="center">
          <Button onClick={() => (shown.value += AT_ONCE)}>{t().common.loadMore}</Button>
        </div>
      ) : null}
    </section>
  );
}
