/** What is around every page: navigation, the standing notice, language, appearance, account. */

import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { chooseLanguage, language, LANGUAGES, t, type Language } from "../i18n";
import { pages, type PageName } from "../pages";
import { href, route } from "../router";
import { activeCount } from "../state/jobs";
import { theme, type Theme } from "../state/prefs";
import { inside, leave, session } from "../state/session";
import { report } from "../state/toasts";
import { Icon, Mark, type IconName } from "./Icon";

const names = Object.keys(pages) as PageName[];
/** The pages of the bar at the foot of small screens; the others are behind "More". */
const FOOT: PageName[] = ["film", "write", "pictures", "sound"];

export function Shell({ children }: { children: ComponentChildren }) {
  const main = useRef<HTMLElement>(null);
  const here = route.value;
  const spot = [here.page, ...here.rest].join("/");
  const first = useRef(true);
  useEffect(() => {
    // After a change of page the focus goes to its content, so that readers begin there.
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [spot]);
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(e) => {
          e.preventDefault();
          main.current?.focus();
        }}
      >
        {t().app.skip}
      </a>
      <Side />
      <div class="stage">
        <Bar />
        <main ref={main} id="main" class="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      <Foot />
    </div>
  );
}

function PageLink({ name, onGo }: { name: PageName; onGo?: () => void }) {
  const current = route.value.page === name;
  const count = name === "jobs" ? activeCount.value : 0;
  return (
    <a class="nav-link" href={href(name)} aria-current={current ? "page" : undefined} onClick={onGo}>
      <Icon name={pages[name].icon} />
      <span>{t().app.pages[name]}</span>
      {count > 0 ? (
        <span class="badge">
          <span aria-hidden="true">{count}</span>
          <span class="visually-hidden">{t().app.running(count)}</span>
        </span>
      ) : null}
    </a>
  );
}

function Groups({ only, onGo }: { only?: PageName[]; onGo?: () => void }) {
  const groups = t().app.groups;
  return (
    <>
      {(Object.keys(groups) as (keyof typeof groups)[]).map((group) => {
        const members = names.filter((n) => pages[n].group === group && (!only || only.includes(n)));
        if (members.length === 0) return null;
        return (
          <div key={group} class="nav-group">
            <p class="nav-title">{groups[group]}</p>
            <ul>
              {members.map((n) => (
                <li key={n}>
                  <PageLink name={n} {...(onGo ? { onGo } : {})} />
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </>
  );
}

function Side() {
  return (
    <div class="side">
      <a class="brand" href={href("film")}>
        <Mark />
        <span class="brand-words">
          <span class="brand-name">{t().app.name}</span>
          <span class="brand-line">{t().app.tagline}</span>
        </span>
      </a>
      <nav class="nav" aria-label={t().app.navigation}>
        <Groups />
      </nav>
      <p class="side-foot">{session.value ? session.value.version : ""}</p>
    </div>
  );
}

function Bar() {
  return (
    <header class="bar">
      <a class="bar-brand" href={href("film")} aria-label={t().app.name}>
        <Mark size={28} />
      </a>
      <p class="notice">
        <Icon name="info" size={16} />
        <span>{t().app.notice}</span>
        <span class="notice-more" lang={language.value === "zh" ? "en" : "zh-CN"}>
          {t().app.noticeMore}
        </span>
      </p>
      <div class="bar-tools">
        <LanguageSwitch />
        <ThemeSwitch />
        <AccountMenu />
      </div>
    </header>
  );
}

function LanguageSwitch() {
  const other: Language = language.value === "en" ? "zh" : "en";
  return (
    <button
      type="button"
      class="icon-button language-button"
      onClick={() => chooseLanguage(other).catch(report)}
      lang={other === "zh" ? "zh-CN" : "en"}
      title={LANGUAGES[other]}
    >
      <span aria-hidden="true">{other === "zh" ? "中" : "En"}</span>
      <span class="visually-hidden">{LANGUAGES[other]}</span>
    </button>
  );
}

const themeIcons: Record<Theme, IconName> = { system: "system", light: "sun", dark: "moon" };

function ThemeSwitch() {
  const order: Theme[] = ["system", "light", "dark"];
  const now = theme.value;
  const next = order[(order.indexOf(now) + 1) % order.length]!;
  const label = `${t().app.theme}: ${t().app.themes[now]}`;
  return (
    <button type="button" class="icon-button" aria-label={label} title={label} onClick={() => (theme.value = next)}>
      <Icon name={themeIcons[now]} />
    </button>
  );
}

function AccountMenu() {
  const who = session.value;
  if (!who) return null;
  if (!inside.value) {
    // Where a sign-in is needed, the page itself asks for it.
    if (!pages[route.value.page as PageName]?.open) return null;
    return (
      <a class="button button-secondary button-small" href={href("film")}>
        {t().app.signIn}
      </a>
    );
  }
  if (who.open || !who.name) return null;
  return (
    <div class="account">
      <span class="account-name">
        <Icon name="person" size={16} />
        {who.name}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label={t().app.signOut}
        title={t().app.signOut}
        onClick={() => leave().catch(report)}
      >
        <Icon name="out" />
      </button>
    </div>
  );
}

function Foot() {
  const open = useSignal(false);
  const sheet = useRef<HTMLDialogElement>(null);
  const rest = names.filter((n) => !FOOT.includes(n));
  const here = rest.includes(route.value.page as PageName);
  useEffect(() => {
    if (open.value) sheet.current?.showModal();
    else sheet.current?.close();
  }, [open.value]);
  const shut = () => (open.value = false);
  return (
    <>
      <nav class="foot" aria-label={t().app.navigation}>
        {FOOT.map((n) => (
          <PageLink key={n} name={n} />
        ))}
        <button
          type="button"
          class="nav-link"
          aria-haspopup="dialog"
          aria-expanded={open.value}
          data-current={here ? "true" : undefined}
          onClick={() => (open.value = true)}
        >
          <Icon name="more" />
          <span>{t().app.more}</span>
          {activeCount.value > 0 ? <span class="badge badge-dot" aria-hidden="true" /> : null}
        </button>
      </nav>
      <dialog
        ref={sheet}
        class="sheet"
        aria-label={t().app.menu}
        onCancel={(e) => {
          e.preventDefault();
          shut();
        }}
        onClick={(e) => {
          if (e.target === sheet.current) shut();
        }}
      >
        <div class="sheet-box">
          <Groups only={rest} onGo={shut} />
          <button type="button" class="button button-secondary" onClick={shut}>
            {t().common.close}
          </button>
        </div>
      </dialog>
    </>
  );
}
