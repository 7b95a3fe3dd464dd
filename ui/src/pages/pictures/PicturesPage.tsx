import { PageHead, Tabs } from "../../components/parts";
import { RecentJobs } from "../../components/RecentJobs";
import { t } from "../../i18n";
import { go, href, route } from "../../router";
import type { Job } from "../../api";
import { EditForm } from "./EditForm";
import { FacesForm } from "./FacesForm";
import { prompt, WordsForm } from "./WordsForm";

const parts = ["words", "edit", "faces"] as const;
type Part = (typeof parts)[number];

export default function PicturesPage() {
  const w = t().pictures;
  const named = route.value.rest[0] as Part | undefined;
  const part: Part = named && parts.includes(named) ? named : "words";
  const reuse = (job: Job) => {
    if (job.kind !== "picture") return;
    prompt.value = String(job.request?.["prompt"] ?? "");
    go("pictures/words");
    window.scrollTo({ top: 0 });
  };
  return (
    <>
      <PageHead title={w.title} lead={w.lead} />
      <Tabs
        label={w.title}
        current={part}
        tabs={parts.map((id) => ({ id, label: w.tabs[id], href: href(`pictures/${id}`) }))}
      />
      {part === "words" ? <WordsForm /> : part === "edit" ? <EditForm /> : <FacesForm />}
      <RecentJobs
        title={w.recent}
        kinds={["picture", "picture.edit"]}
        empty={{ icon: "pictures", title: w.empty, text: w.emptyHint }}
        {...(part === "words" ? { onReuse: reuse } : {})}
      />
    </>
  );
}
