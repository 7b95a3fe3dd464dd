import { expect, test } from "@playwright/test";
import { en, labelled, make, newest, open, playable } from "./studio";

test("a line becomes a film with progress, player, label and credentials", async ({ page }) => {
  await open(page, "film");
  await page.getByLabel(en.film.brief).fill("A fox who learns to paint");
  await page.getByLabel(en.common.duration).fill("15");
  await page.getByLabel(en.film.music, { exact: true }).selectOption("words");
  await page.getByLabel(en.film.musicWords).fill("Calm piano");
  const waiting = make(page, en.film.action);
  await expect(newest(page).getByRole("progressbar")).toBeVisible();
  const card = await waiting;
  await playable(card.locator("video"));
  await labelled(card);
  await card.locator(".work-link").first().click();
  await playable(page.locator("video"));
  await labelled(page.locator(".detail-main"));
  const papers = page.locator(".panel-papers");
  await expect(papers.locator(".verdict")).toBeVisible({ timeout: 60_000 });
  for (const name of ["label", "aigc", "iptc", "c2pa", "watermark", "log", "receipt"] as const) {
    await expect(papers.getByText(en.credentials[name], { exact: true })).toBeVisible();
  }
});

test("a film can be cancelled and tried again", async ({ page }) => {
  await open(page, "film");
  await page.getByLabel(en.film.brief).fill("A very long voyage by sea");
  await page.getByLabel(en.common.duration).fill("60");
  await page.getByRole("button", { name: en.film.action }).click();
  const card = newest(page);
  await expect(card.locator(".job-title")).toContainText("voyage");
  await card.getByRole("button", { name: en.job.cancel }).click();
  await expect(card).toHaveClass(/job-cancelled/, { timeout: 60_000 });
  await card.getByRole("button", { name: en.job.retry }).click();
  await expect(newest(page)).toHaveClass(/job-(queued|running)/);
  await newest(page).getByRole("button", { name: en.job.cancel }).click();
  await expect(newest(page)).toHaveClass(/job-cancelled/, { timeout: 60_000 });
});
