import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId } from "preact/hooks";
import type { Job } from "../api";
import { named, t } from "../i18n";
import { ago, clock, toDate } from "../i18n/format";
import { cancel, followJob, forget, isActive, retry, streamed } from "../state/jobs";
import { mayMake } from "../state/session";
import { explain } from "../state/toasts";
import { Button, IconButton } from "./Button";
import { Icon } from "./Icon";
import { Markdown } from "./Markdown";
import { kindIcons, WorkFigure } from "./Media";
import { AiLabel, Progress } from "./parts";
import { Transcript } from "./Transcript";

/** Words for what a job does now. */
export function stageWords(job: Job): string {
  if (job.status === "queued") {
    return job.queue_position ? t().job.queue(job.queue_position) : t().job.status.queued;
  }
  const p = job.progress;
  if (!p) return t().job.starting;
  const stages = t().job.stages as Record<string, string>;
  const words = stages[p.stage] ?? p.label ?? p.stage;
  return p.what ? `${words}${t().common.colon}${p.what}` : words;
}

export function jobTitle(job: Job): string {
  return job.title || named(t().names.kinds, job.kind);
}

/** A job from its start to what came out of it. */
export function JobCard({
  job,
  onReuse,
  compact,
}: {
  job: Job;
  onReuse?: ((job: Job) => void) | undefined;
  /** In a list of many: what came out stands small beside the title. */
  compact?: boolean;
}) {
  const id = useId();
  const active = isActive(job);
  useEffect(() => (active ? followJob(job.id) : undefined), [job.id, active]);
  return (
    <article class={`job job-${job.status} ${compact ? "job-compact" : ""}`} data-job={job.id} aria-labelledby={id}>
      <header class="job-head">
        <span class="job-kind">
          <Icon name={kindIcons[job.kind] ?? "jobs"} />
        </span>
        <div class="job-names">
          <h3 id={id} class="job-title">
            {jobTitle(job)}
          </h3>
          <p class="job-facts">
            <span>{named(t().names.kinds, job.kind)}</span>
            <time dateTime={toDate(job.created_at).toISOString()}>{ago(job.created_at)}</time>
            {active && job.priority !== 0 ? (
              <span>{job.priority > 0 ? t().order.priorities["5"] : t().order.priorities["-5"]}</span>
            ) : null}
            {job.started_at && job.finished_at ? (
              <span>{t().job.took(clock(Math.max(1, job.finished_at - job.started_at)))}</span>
            ) : null}
          </p>
        </div>
        <span class={`status status-${job.status}`}>
          {active && job.cancelling ? t().job.cancelling : t().job.status[job.status]}
        </span>
        {!active && mayMake.value ? (
          <IconButton icon="trash" label={t().job.forget} onClick={() => forget(job.id)} />
        ) : null}
      </header>
      {active ? <Running job={job} /> : <Ended job={job} />}
      <footer class="job-foot">
        {active && mayMake.value ? (
          <Button small icon="close" disabled={job.cancelling} onClick={() => cancel(job.id)}>
            {t().job.cancel}
          </Button>
        ) : null}
        {!active && onReuse && job.request ? (
          <Button small kind="plain" icon="edit" onClick={() => onReuse(job)}>
            {t().job.again}
          </Button>
        ) : null}
        {(job.status === "failed" || job.status === "cancelled") && mayMake.value ? (
          <Button small icon="replay" onClick={() => retry(job.id)}>
            {t().job.retry}
          </Button>
        ) : null}
      </footer>
    </article>
  );
}

function Running({ job }: { job: Job }) {
  const words = streamed.value.get(job.id);
  return (
    <div class="job-run">
      <div class="job-stage">
        <p role="status">{stageWords(job)}</p>
        <Elapsed since={job.started_at ?? job.created_at} fraction={job.progress?.fraction ?? null} />
      </div>
      <Progress fraction={job.status === "queued" ? 0 : (job.progress?.fraction ?? null)} label={jobTitle(job)} />
      {words ? (
        <Labelled>
          <div class="media-text" aria-busy="true">
            <Markdown text={words} />
          </div>
        </Labelled>
      ) : job.preview ? (
        <Labelled>
          <img class="job-preview" src={job.preview} alt={t().job.preview} />
        </Labelled>
      ) : null}
    </div>
  );
}

function Labelled({ children }: { children: ComponentChildren }) {
  return (
    <figure class="work">
      <div class="work-media">{children}</div>
      <figcaption>
        <AiLabel />
      </figcaption>
    </figure>
  );
}

function Elapsed({ since, fraction }: { since: number; fraction: number | null }) {
  const now = useSignal(Date.now());
  useEffect(() => {
    const tick = setInterval(() => (now.value = Date.now()), 1000);
    return () => clearInterval(tick);
  }, []);
  const passed = Math.max(0, (now.value - toDate(since).getTime()) / 1000);
  return (
    <p class="job-clock">
      {fraction !== null ? <span>{Math.round(fraction * 100)} %</span> : null}
      <span>{clock(passed)}</span>
    </p>
  );
}

function Ended({ job }: { job: Job }) {
  if (job.status === "failed") {
    return (
      <p class="job-error" role="alert">
        <Icon name="warning" />
        <span>{explain(job.error?.code ?? "failed", job.error?.message ?? "")}</span>
      </p>
    );
  }
  if (job.status !== "done") return null;
  const says =
    job.kind === "replay" && job.result
      ? job.result.same
        ? t().job.replaySame
        : t().job.replayOther
      : job.kind === "pull"
        ? t().job.pulled
        : null;
  const bare = job.works.length === 0 && job.kind !== "transcription" ? job.result?.text : undefined;
  return (
    <div class="job-result">
      {says ? (
        <p class="job-says">
          <Icon name="check" />
          {says}
        </p>
      ) : null}
      {job.kind === "transcription" && job.result ? <Transcript result={job.result} title={jobTitle(job)} /> : null}
      {bare ? (
        <Labelled>
          <div class="media-text">
            <Markdown text={bare} />
          </div>
        </Labelled>
      ) : null}
      {job.works.length > 0 ? (
        <div class={`works works-${Math.min(job.works.length, 3)}`}>
          {job.works.map((work) => (
            <WorkFigure key={work.id} work={work} />
          ))}
        </div>
      ) : null}
    </div>
  );
}
