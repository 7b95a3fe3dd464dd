import { expect, test } from "@playwright/test";
import { en } from "./studio";

/** The longest that a page may take to be seen, in milliseconds. */
const MOST = 1000;
const TRIES = 5;

const median = (of: number[]) => [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)]!;

/** Pages as someone meets them who was never here: nothing is cached, the browser is warm. */
for (const [path, title] of [
  ["film", en.film.title],
  ["gallery", en.gallery.title],
  ["verify", en.verify.title],
] as const) {
  test(`${path} is there within a second`, async ({ browser, baseURL }, info) => {
    const paints: number[] = [];
    const loads: number[] = [];
    const heads: number[] = [];
    for (let i = 0; i < TRIES; i += 1) {
      const context = await browser.newContext({ locale: "en-US", baseURL: baseURL! });
      const page = await context.newPage();
      const begun = Date.now();
      await page.goto(`./#/${path}`);
      await expect(page.getByRole("heading", { level: 1, name: new RegExp(`${title}|${en.signIn.title}`) })).toBeVisible();
      heads.push(Date.now() - begun);
      const times = await page.evaluate(async () => {
        const paint = await new Promise<number>((then) => {
          new PerformanceObserver((list, observer) => {
            const first = list.getEntriesByName("first-contentful-paint")[0];
            if (!first) return;
            observer.disconnect();
            then(first.startTime);
          }).observe({ type: "paint", buffered: true });
        });
        const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
        return { paint, load: navigation!.loadEventEnd };
      });
      paints.push(times.paint);
      loads.push(times.load);
      await context.close();
    }
    const said = { paint: median(paints), load: median(loads), heading: median(heads) };
    info.annotations.push({ type: "milliseconds", description: JSON.stringify(said) });
    console.log(`${path}: first contentful paint ${Math.round(said.paint)} ms, load ${Math.round(said.load)} ms, heading ${said.heading} ms (median of ${TRIES}, cold cache)`);
    expect(said.paint, "first contentful paint").toBeLessThan(MOST);
    expect(said.load, "load event").toBeLessThan(MOST);
  });
}
