/** A work as it is seen, heard or read, always with its label. */

import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Work } from "../api";
import { t } from "../i18n";
import { href } from "../router";
import { sentence } from "../state/toasts";
import { Icon, type IconName } from "./Icon";
import { Markdown, withoutFrontMatter } from "./Markdown";
import { AiLabel, Skeleton } from "./parts";

export const modalityIcons: Record<string, IconName> = {
  image: "pictures",
  video: "film",
  audio: "sound",
  text: "text",
};

export const kindIcons: Record<string, IconName> = {
  film: "film",
  picture: "pictures",
  "picture.edit": "brush",
  speech: "sound",
  music: "sound",
  sound: "sound",
  transcription: "mic",
  text: "write",
  chat: "words",
  audiobook: "book",
  mark: "mark",
  replay: "replay",
  pull: "models",
};

/** Titles that say no more than the kind does. */
const GENERIC = /^(text|chat|speech|music|sound|picture|image|film|audiobook)$/i;

export function workTitle(work: Work): string {
  const prompt = work.prompt?.trim().replace(/\s+/g, " ") ?? "";
  if (prompt === "" || (work.title && !GENERIC.test(work.title))) return work.title || work.name;
  return prompt.length > 90 ? `${prompt.slice(0, 88)}…` : prompt;
}

/** The work itself: picture, player or words. */
export function Media({ work, big }: { work: Work; big?: boolean }) {
  switch (work.modality) {
    case "image":
      return (
        <img
          class="media-image"
          src={work.url}
          alt={work.prompt || workTitle(work)}
          width={work.width ?? undefined}
          height={work.height ?? undefined}
          loading={big ? "eager" : "lazy"}
          decoding="async"
        />
      );
    case "video":
      return <Video work={work} />;
    case "audio":
      return (
        <div class="media-audio">
          <Bars work={work} />
          <audio controls preload="metadata" src={work.url} aria-label={workTitle(work)} />
        </div>
      );
    case "text":
      return <Words work={work} big={big ?? false} />;
  }
}

function Video({ work }: { work: Work }) {
  const captions = work.files?.find((f) => f.name.endsWith(".vtt"));
  return (
    <video
      class="media-video"
      controls
      playsInline
      preload="metadata"
      src={work.url}
      poster={work.thumbnail ?? undefined}
      width={work.width ?? undefined}
      height={work.height ?? undefined}
      aria-label={workTitle(work)}
    >
      {captions ? (
        <track kind="captions" src={captions.url} srcLang={work.lang ?? "en"} label={t().gallery.captions} />
      ) : null}
    </video>
  );
}

function Words({ work, big }: { work: Work; big: boolean }) {
  const text = useSignal<string | null>(null);
  const problem = useSignal<string | null>(null);
  useEffect(() => {
    let gone = false;
    api.text(work.url).then(
      (words) => gone || (text.value = withoutFrontMatter(words)),
      (error) => gone || (problem.value = sentence(error)),
    );
    return () => {
      gone = true;
    };
  }, [work.url]);
  if (problem.value) return <p class="field-error">{problem.value}</p>;
  if (text.value === null) return <Skeleton count={3} />;
  return (
    <div class={big ? "media-text media-text-big" : "media-text"} lang={work.lang ?? undefined} tabIndex={0}>
      <Markdown text={text.value} />
    </div>
  );
}

/** Bars drawn from the hash of a sound: every work has its own. */
export function Bars({ work }: { work: Work }) {
  const digits = (work.sha256 || work.id).replace(/[^0-9a-f]/gi, "") || "5a7c";
  const bars = Array.from({ length: 48 }, (_, i) => Number.parseInt(digits[i % digits.length]!, 16));
  return (
    <svg class="bars" viewBox="0 0 192 48" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      {bars.map((n, i) => {
        const h = 5 + (n * 40) / 15;
        return <rect key={i} x={i * 4 + 1} y={24 - h / 2} width={2} height={h} rx={1} />;
      })}
    </svg>
  );
}

/** A work with its label and the way to its place in the gallery. */
export function WorkFigure({ work, level = "plain" }: { work: Work; level?: "plain" | "big" }) {
  return (
    <figure class={`work work-${work.modality}`}>
      <div class="work-media">
        <Media work={work} big={level === "big"} />
      </div>
      <figcaption>
        <AiLabel text={work.label} />
        <a class="work-link" href={href(`gallery/${work.id}`)}>
          {t().job.open}
          <span class="visually-hidden">: {workTitle(work)}</span>
          <Icon name="right" size={16} />
        </a>
      </figcaption>
    </figure>
  );
}

/** The small picture of a work for grids. */
export function Thumb({ work }: { work: Work }) {
  const broken = useSignal(false);
  const src = work.thumbnail ?? (work.modality === "image" ? work.url : null);
  return (
    <span class={`thumb thumb-${work.modality}`}>
      {src && !broken.value ? (
        <img src={src} alt="" loading="lazy" decoding="async" onError={() => (broken.value = true)} />
      ) : work.modality === "audio" ? (
        <Bars work={work} />
      ) : work.modality === "text" ? (
        <span class="thumb-words" lang={work.lang ?? undefined}>
          {workTitle(work)}
        </span>
      ) : (
        <Icon name={modalityIcons[work.modality] ?? "pictures"} size={32} />
      )}
    </span>
  );
}
