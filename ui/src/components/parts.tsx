/** Small parts that many pages share. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Icon, type IconName } from "./Icon";

/** The visible label beside everything that was generated. */
export function AiLabel({ text }: { text?: string | null | undefined }) {
  return <span class="ai-label">{text || t().common.label}</span>;
}

export function PageHead(p: { title: string; lead?: string; children?: ComponentChildren; hideTitle?: boolean }) {
  useEffect(() => {
    document.title = `${p.title} · ${t().app.name}`;
  }, [p.title]);
  return (
    <header class="page-head">
      <div>
        <h1>{p.title}</h1>
        {p.lead ? <p class="lead">{p.lead}</p> : null}
      </div>
      {p.children ? <div class="page-actions">{p.children}</div> : null}
    </header>
  );
}

/** Links between the parts of a page. */
export function Tabs(p: { label: string; current: string; tabs: { id: string; label: string; href: string; count?: number }[] }) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // On a narrow screen the present tab may lie outside.
    const tab = list.current?.querySelector<HTMLElement>("[aria-current]");
    if (tab && list.current) list.current.scrollLeft = tab.offsetLeft - list.current.clientWidth / 3;
  }, [p.current]);
  return (
    <nav class="tabs" aria-label={p.label}>
      <ul ref={list}>
        {p.tabs.map((tab) => (
          <li key={tab.id}>
            <a href={tab.href} aria-current={tab.id === p.current ? "page" : undefined}>
              {tab.label}
              {tab.count ? <span class="tab-count"> {tab.count}</span> : null}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

export function Empty(p: { icon: IconName; title: string; text?: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={p.icon} size={28} />
      </span>
      <p class="empty-title">{p.title}</p>
      {p.text ? <p class="empty-text">{p.text}</p> : null}
      {p.children}
    </div>
  );
}

export function Skeleton({ kind = "lines", count = 3 }: { kind?: "lines" | "cards"; count?: number }) {
  return (
    <div class={`skeleton skeleton-${kind}`} role="status">
      <span class="visually-hidden">{t().app.loading}</span>
      {Array.from({ length: count }, (_, i) => (
        <span key={i} class="bone" aria-hidden="true" />
      ))}
    </div>
  );
}

export function Progress({ fraction, label }: { fraction: number | null; label: string }) {
  const share = fraction === null ? null : Math.max(0, Math.min(1, fraction));
  return (
    <div
      class={share === null ? "progress progress-unknown" : "progress"}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
    >
      <span class="progress-bar" style={share === null ? {} : { transform: `scaleX(${share})` }} />
    </div>
  );
}
