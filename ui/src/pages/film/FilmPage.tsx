import { signal } from "@preact/signals";
import type { Job } from "../../api";
import { BigText, Range, seedOf, Segmented, Select, TextInput } from "../../components/fields";
import { Form, Ideas, More, Submit } from "../../components/Form";
import { PageHead } from "../../components/parts";
import { RecentJobs } from "../../components/RecentJobs";
import { useOrder } from "../../components/useOrder";
import { voiceGroups } from "../../components/voices";
import { named, t } from "../../i18n";
import { clock } from "../../i18n/format";
import { options } from "../../state/options";
import { persisted } from "../../state/persisted";

const brief = persisted("film.brief", "");
const lang = persisted("film.lang", "auto");
const seconds = persisted("film.seconds", 0);
const voice = persisted("film.voice", "");
const style = persisted("film.style", "");
const recipe = persisted("film.recipe", "");
const music = persisted("film.music", "none");
const musicWords = persisted("film.music.words", "");
const seed = signal("");
/** The choice of music that words tell. */
const WORDS = "words";

export default function FilmPage() {
  const w = t().film;
  const o = options.value;
  const [least, most] = o?.film.seconds ?? [15, 300];
  if (o && seconds.value === 0) seconds.value = o.film.default_seconds;
  const order = useOrder("film", brief, () => ({
    brief: brief.value.trim(),
    lang: lang.value === "auto" ? undefined : lang.value,
    seconds: seconds.value || undefined,
    voice: voice.value,
    style: style.value,
    recipe: recipe.value,
    music: music.value === WORDS ? musicWords.value.trim() || "auto" : music.value,
    seed: seedOf(seed.value),
  }));
  const send = async () => {
    if (await order.send()) brief.value = "";
  };
  const reuse = (job: Job) => {
    brief.value = String(job.request?.["brief"] ?? "");
    window.scrollTo({ top: 0 });
  };
  return (
    <>
      <PageHead title={w.title} lead={w.lead} />
      <Form onSubmit={send} label={w.title}>
        <BigText
          label={w.brief}
          placeholder={w.placeholder}
          value={brief}
          error={order.error}
        />
        <Ideas ideas={w.ideas} into={brief} />
        <div class="form-grid">
          <Range
            label={t().common.duration}
            value={seconds}
            min={least}
            max={most}
            step={5}
            show={(n) => clock(n)}
          />
          <Select
            label={w.voice}
            value={voice}
            choices={[{ value: "", label: w.voiceAuto }]}
            groups={voiceGroups(o?.speech.voices ?? [])}
          />
          <Select
            label={t().common.style}
            value={style}
            choices={[
              { value: "", label: w.styleAuto },
              ...(o?.film.styles ?? []).map((s) => ({ value: s, label: named(t().names.styles, s) })),
            ]}
          />
          <Select
            label={w.music}
            value={music}
            choices={["none", "auto", WORDS].map((m) => ({ value: m, label: named(w.musics, m) }))}
          />
          {music.value === WORDS && (
            <TextInput label={w.musicWords} placeholder={w.musicPlaceholder} value={musicWords} />
          )}
        </div>
        <More>
          <Segmented
            label={t().common.language}
            value={lang.value}
            onChange={(v) => (lang.value = v)}
            choices={(o?.languages ?? ["auto", "en", "zh"]).map((l) => ({
              value: l,
              label: named(t().names.languages, l),
            }))}
          />
          <Select
            label={w.recipe}
            value={recipe}
            choices={[
              { value: "", label: t().common.auto },
              ...(o?.film.recipes ?? []).map((r) => ({ value: r, label: named(t().names.recipes, r) })),
            ]}
          />
          <TextInput label={t().common.seed} hint={t().common.seedHint} value={seed} inputMode="numeric" />
        </More>
        <Submit label={w.action} icon="film" busy={order.busy} />
      </Form>
      <RecentJobs
        title={w.recent}
        kinds={["film"]}
        empty={{ icon: "film", title: w.empty, text: w.emptyHint }}
        onReuse={reuse}
      />
    </>
  );
}
