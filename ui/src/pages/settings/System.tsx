import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type Settings, type Status } from "../../api";
import { Skeleton } from "../../components/parts";
import { t } from "../../i18n";
import { bytes, number } from "../../i18n/format";
import { report } from "../../state/toasts";

export function System() {
  const w = t().settings.system;
  const status = useSignal<Status | null>(null);
  const settings = useSignal<Settings | null>(null);
  useEffect(() => {
    api.status().then((s) => (status.value = s), report);
    api.settings().then(
      (s) => (settings.value = s),
      () => {},
    );
  }, []);
  const s = status.value;
  if (!s) return <Skeleton count={6} />;
  const set = settings.value;
  const rows: [string, string | null | undefined][] = [
    [w.version, s.version],
    [w.queue, w.queueValue(s.queue.queued, s.queue.running)],
    [w.works, w.worksValue(number(s.works.count), bytes(s.works.bytes))],
    [w.disk, bytes(s.disk.free_bytes)],
    [w.log, w.logSize(number(s.log.size))],
    [w.root, s.log.root],
    [w.origin, s.log.origin],
    [w.home, set?.home],
    [w.threads, set ? number(set.threads) : null],
    [w.offline, set ? (set.offline ? t().common.yes : t().common.no) : null],
  ];
  return (
    <section class="panel settings-panel">
      <dl class="pairs pairs-large">
        {rows.map(([name, value]) =>
          value ? (
            <div key={name}>
              <dt>{name}</dt>
              <dd class={name === w.root ? "mono" : undefined}>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
    </section>
  );
}
