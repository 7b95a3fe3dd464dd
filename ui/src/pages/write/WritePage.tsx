import { PageHead, Tabs } from "../../components/parts";
import { RecentJobs } from "../../components/RecentJobs";
import { t, type Dictionary } from "../../i18n";
import { href, route } from "../../router";
import { options } from "../../state/options";
import { Chat } from "./Chat";
import { TaskForm, type Task } from "./TaskForm";

type Part = keyof Dictionary["write"]["tabs"];

export default function WritePage() {
  const w = t().write;
  const all = Object.keys(w.tabs) as Part[];
  const offered = options.value?.text.tasks;
  const parts = all.filter((part) => part === "chat" || !offered || offered.includes(part));
  const asked = route.value.rest[0] as Part | undefined;
  const part = asked && parts.includes(asked) ? asked : "chat";
  return (
    <>
      <PageHead title={w.title} lead={w.lead} />
      <Tabs
        label={w.title}
        current={part}
        tabs={parts.map((id) => ({ id, label: w.tabs[id], href: href(`write/${id}`) }))}
      />
      {part === "chat" ? (
        <Chat />
      ) : (
        <>
          <TaskForm key={part} task={part as Task} />
          <RecentJobs
            title={w.recent}
            kinds={["text"]}
            empty={{ icon: "write", title: w.empty, text: w.emptyHint }}
          />
        </>
      )}
    </>
  );
}
