import type { JobKind } from "../../api";
import { PageHead, Tabs } from "../../components/parts";
import { RecentJobs } from "../../components/RecentJobs";
import { t } from "../../i18n";
import { href, route } from "../../router";
import { Audiobook } from "./Audiobook";
import { Effects } from "./Effects";
import { Music } from "./Music";
import { Speech } from "./Speech";
import { Transcribe } from "./Transcribe";

const parts = {
  speech: { Form: Speech, kind: "speech" },
  music: { Form: Music, kind: "music" },
  effects: { Form: Effects, kind: "sound" },
  transcribe: { Form: Transcribe, kind: "transcription" },
  audiobook: { Form: Audiobook, kind: "audiobook" },
} as const;
type Part = keyof typeof parts;

export default function SoundPage() {
  const w = t().sound;
  const asked = route.value.rest[0] as Part | undefined;
  const part: Part = asked && Object.hasOwn(parts, asked) ? asked : "speech";
  const { Form, kind } = parts[part];
  const kinds: JobKind[] = [kind];
  return (
    <>
      <PageHead title={w.title} lead={w.lead} />
      <Tabs
        label={w.title}
        current={part}
        tabs={(Object.keys(parts) as Part[]).map((id) => ({ id, label: w.tabs[id], href: href(`sound/${id}`) }))}
      />
      <Form />
      <RecentJobs
        title={part === "transcribe" ? w.transcribe.recent : w.recent}
        kinds={kinds}
        empty={{
          icon: part === "transcribe" ? "mic" : "sound",
          title: part === "transcribe" ? w.transcribe.empty : w.empty,
          text: part === "transcribe" ? w.transcribe.emptyHint : w.emptyHint,
        }}
      />
    </>
  );
}
