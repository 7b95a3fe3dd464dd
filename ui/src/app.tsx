import { useSignal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Button, LinkButton } from "./components/Button";
import { Confirmations } from "./components/Dialog";
import { Empty, Skeleton } from "./components/parts";
import { Shell } from "./components/Shell";
import { Toasts } from "./components/Toasts";
import { t } from "./i18n";
import { pages, signIn, type PageEntry, type PageName } from "./pages";
import { href, route } from "./router";
import { loadJobs, unwatch, watch } from "./state/jobs";
import { loadOptions } from "./state/options";
import { inside, loadSession, session, unreachable } from "./state/session";
import { report } from "./state/toasts";

export function App() {
  const here = inside.value;
  useEffect(() => {
    if (!here) return;
    void loadOptions();
    loadJobs().then(watch, report);
    return unwatch;
  }, [here]);
  return (
    <>
      <Shell>
        <Content />
      </Shell>
      <Toasts />
      <Confirmations />
    </>
  );
}

function Content() {
  const name = route.value.page;
  if (unreachable.value || !session.value) {
    return (
      <Empty icon="warning" title={t().app.unreachable} text={t().app.unreachableHint}>
        <Button kind="primary" icon="replay" onClick={loadSession}>
          {t().app.tryAgain}
        </Button>
      </Empty>
    );
  }
  if (!Object.hasOwn(pages, name)) {
    return (
      <Empty icon="question" title={t().app.notFound}>
        <LinkButton kind="primary" href={href("film")}>
          {t().app.pages.film}
        </LinkButton>
      </Empty>
    );
  }
  const page = pages[name as PageName];
  if (!page.open && !inside.value) return <Lazy key="sign-in" load={signIn} />;
  return <Lazy key={name} load={page.load} />;
}

const loaded = new Map<PageEntry["load"], ComponentType>();

/** A page that is fetched when it is first seen. */
function Lazy({ load }: { load: PageEntry["load"] }) {
  const arrived = useSignal(0);
  const failed = useSignal(false);
  const first = useRef(true);
  useEffect(() => {
    if (loaded.has(load)) return;
    load().then(
      (module) => {
        loaded.set(load, module.default);
        arrived.value += 1;
      },
      () => (failed.value = true),
    );
  }, [load]);
  const Page = loaded.get(load);
  void arrived.value;
  useEffect(() => {
    if (!Page || !first.current) return;
    first.current = false;
    window.scrollTo(0, 0);
  }, [Page]);
  if (failed.value) {
    return (
      <Empty icon="warning" title={t().app.unreachable}>
        <Button kind="primary" onClick={() => location.reload()}>
          {t().app.tryAgain}
        </Button>
      </Empty>
    );
  }
  return Page ? <Page /> : <Skeleton count={4} />;
}
