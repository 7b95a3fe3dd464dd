import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type AuditEntry } from "../../api";
import { Button } from "../../components/Button";
import { Empty, Skeleton } from "../../components/parts";
import { named, t } from "../../i18n";
import { when } from "../../i18n/format";
import { report } from "../../state/toasts";

const PAGE = 100;

export function Audit() {
  const w = t().settings.audit;
  const entries = useSignal<AuditEntry[] | null>(null);
  const more = useSignal(false);
  const load = async () => {
    try {
      const after = entries.value?.at(-1)?.id;
      const page = await api.audit({ limit: PAGE, ...(after === undefined ? {} : { after: String(after) }) });
      entries.value = [...(entries.value ?? []), ...page.data];
      more.value = page.has_more ?? page.data.length === PAGE;
    } catch (error) {
      entries.value ??= [];
      report(error);
    }
  };
  useEffect(() => void load(), []);
  if (entries.value === null) return <Skeleton count={6} />;
  if (entries.value.length === 0) return <Empty icon="clock" title={w.empty} />;
  return (
    <>
      <p class="lead">{w.lead}</p>
      <div class="table-frame" tabIndex={0} role="region" aria-label={t().settings.tabs.audit}>
        <table class="table">
          <thead>
            <tr>
              {[w.at, w.who, w.what, w.about, w.outcome].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {entries.value.map((e) => (
              <tr key={e.id}>
                <td>{when(e.at)}</td>
                <td>{e.who ?? ""}</td>
                <td title={e.what}>{named(t().names.deeds, e.what)}</td>
                <td class="mono">{e.about ?? ""}</td>
                <td class={e.outcome === "refused" ? "table-bad" : undefined}>{named(t().names.outcomes, e.outcome)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more.value ? (
        <div class="center">
          <Button onClick={load}>{t().common.loadMore}</Button>
        </div>
      ) : null}
    </>
  );
}
