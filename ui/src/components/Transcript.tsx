import type { JobResult, Segment } from "../api";
import { t } from "../i18n";
import { clock } from "../i18n/format";
import { toast } from "../state/toasts";
import { Button } from "./Button";

/** What a recogniser heard, with times; copied or saved without asking the server again. */
export function Transcript({ result, title }: { result: JobResult; title: string }) {
  const text = result.text ?? "";
  const segments = result.segments ?? [];
  const words = t().sound.transcribe;
  const forms: [string, string][] = [
    ["txt", text],
    ...(segments.length > 0
      ? ([
          ["srt", srt(segments)],
          ["vtt", vtt(segments)],
        ] as [string, string][])
      : []),
  ];
  return (
    <section class="transcript" aria-label={words.result}>
      <div class="transcript-body" tabIndex={0} lang={result.language ?? undefined}>
        {segments.length > 0 ? (
          <ol>
            {segments.map((s, i) => (
              <li key={i}>
                <span class="transcript-time">{clock(s.start)}</span>
                <span>{s.text.trim()}</span>
              </li>
            ))}
          </ol>
        ) : (
          <p>{text}</p>
        )}
      </div>
      <p class="field-hint">{words.machine}</p>
      <div class="row">
        <Button
          small
          icon="copy"
          onClick={() => navigator.clipboard.writeText(text).then(() => toast(t().common.copied, "good"))}
        >
          {t().common.copy}
        </Button>
        {forms.map(([ending, content]) => (
          <Button key={ending} small icon="download" onClick={() => save(`${title || "transcript"}.${ending}`, content)}>
            {ending.toUpperCase()}
          </Button>
        ))}
      </div>
    </section>
  );
}

function stamp(seconds: number, point: string): string {
  const ms = Math.round(seconds * 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  return `${two(h)}:${two(m)}:${two(s)}${point}${String(ms % 1000).padStart(3, "0")}`;
}

export function srt(segments: Segment[]): string {
  return segments
    .map((s, i) => `${i + 1}\n${stamp(s.start, ",")} --> ${stamp(s.end, ",")}\n${s.text.trim()}\n`)
    .join("\n");
}

export function vtt(segments: Segment[]): string {
  return `WEBVTT\n\n${segments.map((s) => `${stamp(s.start, ".")} --> ${stamp(s.end, ".")}\n${s.text.trim()}\n`).join("\n")}`;
}

function save(name: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type: "text/plain;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name.replace(/[\\/:*?"<>|]/g, "_");
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
