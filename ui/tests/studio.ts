/** What the tests share: opening pages, signing in, waiting for what comes out. */

import { expect, type Locator, type Page } from "@playwright/test";
import axe from "axe-core";
import { en } from "../src/i18n/en";
import { zh } from "../src/i18n/zh";

export { en, zh };

/** How long a job may take on a slow machine. */
export const PATIENCE = 200_000;

export const NAME = process.env["COLOPHON_NAME"] ?? "tester";
export const PASSWORD = process.env["COLOPHON_PASSWORD"] ?? "paper and ink 1605";

export interface Look {
  theme?: "light" | "dark";
  language?: "en" | "zh";
}

/** Opens a page of the studio, signing in where the server asks for it. */
export async function open(page: Page, path: string, look: Look = {}): Promise<void> {
  await page.addInitScript((to) => {
    localStorage.setItem("language", to.language);
    localStorage.setItem("theme", JSON.stringify(to.theme));
  }, { language: look.language ?? "en", theme: look.theme ?? "light" });
  await page.goto(`./#/${path}`);
  const words = look.language === "zh" ? zh : en;
  const password = page.getByLabel(words.signIn.password, { exact: true });
  await expect(page.locator("h1, .empty").first()).toBeVisible();
  if ((await page.getByRole("heading", { level: 1, name: words.signIn.title }).count()) > 0) {
    await page.getByLabel(words.signIn.name, { exact: true }).fill(NAME);
    await password.fill(PASSWORD);
    await page.getByRole("button", { name: words.signIn.action }).click();
  }
  await expect(page.locator("h1").first()).toBeVisible();
  await expect(page.locator(".skeleton")).toHaveCount(0);
}

/** The newest job card of a page. */
export function newest(page: Page): Locator {
  return page.locator("main article.job").first();
}

/** Clicks what starts a job and gives its card when it is done. */
export async function make(page: Page, button: string): Promise<Locator> {
  const started = page.waitForResponse((r) => r.url().endsWith("/v1/jobs") && r.request().method() === "POST");
  await page.getByRole("button", { name: button, exact: true }).click();
  const reply = await started;
  expect(reply.status(), await reply.text()).toBe(202);
  const { id } = (await reply.json()) as { id: string };
  const card = page.locator(`article.job[data-job="${id}"]`);
  await expect(card).toHaveClass(/job-(done|failed)/, { timeout: PATIENCE });
  await expect(card.locator(".job-error")).toHaveCount(0);
  return card;
}

/** Every work in a place has its label as text beside it. */
export async function labelled(place: Locator): Promise<void> {
  const figures = place.locator("figure.work");
  await expect(figures.first()).toBeVisible();
  for (const figure of await figures.all()) {
    const label = figure.locator(".ai-label");
    await expect(label).toBeVisible();
    await expect(label).toHaveText(/AI|人工智能/);
  }
}

/** The picture has arrived and can be seen. */
export async function seen(image: Locator): Promise<void> {
  await image.scrollIntoViewIfNeeded();
  await expect
    .poll(() => image.evaluate((el: HTMLImageElement) => el.complete && el.naturalWidth > 0), { timeout: 30_000 })
    .toBe(true);
}

/** The player knows how long its film or sound is. */
export async function playable(player: Locator): Promise<void> {
  await player.scrollIntoViewIfNeeded();
  await expect.poll(() => player.evaluate((el: HTMLMediaElement) => el.duration > 0), { timeout: 30_000 }).toBe(true);
}

/** What axe finds that is serious, in words. */
export async function faults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const run = (window as unknown as { axe: typeof import("axe-core") }).axe;
    const result = await run.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      resultTypes: ["violations"],
    });
    return result.violations
      .filter((v) => v.impact === "serious" || v.impact === "critical")
      .map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 4).join(" | ")}`);
  });
}

/** How many pixels the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
