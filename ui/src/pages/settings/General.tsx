import { Segmented } from "../../components/fields";
import { chooseLanguage, language, LANGUAGES, t, type Language } from "../../i18n";
import { theme, type Theme } from "../../state/prefs";
import { report } from "../../state/toasts";

export function General() {
  const w = t().settings.general;
  return (
    <section class="panel settings-panel">
      <p class="lead">{w.lead}</p>
      <Segmented
        label={w.language}
        value={language.value}
        onChange={(v) => void chooseLanguage(v as Language).catch(report)}
        choices={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
      />
      <Segmented
        label={w.theme}
        value={theme.value}
        onChange={(v) => (theme.value = v as Theme)}
        choices={Object.entries(t().app.themes).map(([value, label]) => ({ value, label }))}
      />
    </section>
  );
}
