import { expect, test, type Page } from "@playwright/test";
import { en, faults, labelled, make, open, overflow, seen } from "./studio";

const w = en.gallery;

/** Makes a picture of which no other test knows. */
async function picture(page: Page, words: string): Promise<void> {
  await open(page, "pictures/words");
  await page.getByLabel(en.pictures.prompt).fill(words);
  await make(page, en.pictures.action);
}

test("works are found, marked as favourites, tagged, thrown away and brought back", async ({ page }) => {
  await picture(page, "A windmill beside a canal");
  await open(page, "gallery");
  const tile = page.locator(".tile").first();
  await expect(tile.locator(".ai-label")).toBeVisible();
  await seen(tile.locator("img"));
  for (const one of await page.locator(".tile").all()) await expect(one.locator(".ai-label")).not.toBeEmpty();

  await tile.locator(".tile-star").click();
  await expect(tile.locator(".tile-star")).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("button", { name: w.favourites, exact: true }).click();
  await expect(page.locator(".tile").first()).toBeVisible();
  await page.getByRole("button", { name: w.favourites, exact: true }).click();

  await page.locator(".tile-link").first().click();
  await labelled(page.locator(".detail-main"));
  const tag = `t${Date.now() % 100_000}`;
  await page.getByLabel(w.addTag).fill(tag);
  await page.keyboard.press("Enter");
  await expect(page.locator(".tag", { hasText: tag })).toBeVisible();
  await page.getByRole("button", { name: w.editTitle }).click();
  await page.getByLabel(w.titleField).fill(`Windmill ${tag}`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Windmill ${tag}`);
  await page.getByRole("link", { name: tag, exact: true }).click();
  await expect(page.locator(".tile")).toHaveCount(1);

  await page.locator(".tile-link").first().click();
  await page.getByRole("button", { name: w.trashIt }).click();
  await expect(page.getByText(w.inTrash)).toBeVisible();
  await page.getByRole("button", { name: w.restore }).click();
  await expect(page.getByText(w.inTrash)).toBeHidden();
});

test("the page of a work shows every mark, downloads and exports", async ({ page }) => {
  await picture(page, "A small harbour in the morning");
  await page.locator("main article.job").first().locator(".work-link").first().click();
  const papers = page.locator(".panel-papers");
  await expect(papers.locator(".verdict-verified")).toBeVisible({ timeout: 60_000 });
  for (const name of ["label", "aigc", "iptc", "c2pa", "watermark", "log", "receipt"] as const) {
    await expect(papers.getByText(en.credentials[name], { exact: true })).toBeVisible();
  }
  await expect(papers.getByText(en.credentials.seed, { exact: true })).toBeVisible();
  for (const theme of ["light", "dark"] as const) {
    await page.evaluate((to) => (document.documentElement.dataset["theme"] = to), theme);
    for (const width of [360, 768, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await overflow(page)).toBe(0);
      expect(await faults(page), `${theme} ${width}`).toEqual([]);
    }
  }
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: w.download, exact: true }).click();
  expect((await download).suggestedFilename()).toMatch(/\.(png|jpe?g|webp)$/);
});

test("two works are compared", async ({ page }) => {
  await picture(page, "A red kite above a hill");
  await picture(page, "A blue kite above a hill");
  await open(page, "gallery?kind=image");
  await page.getByRole("button", { name: w.select }).click();
  await page.locator(".tile-check").nth(0).check();
  await page.locator(".tile-check").nth(1).check();
  expect(await faults(page)).toEqual([]);
  await page.getByRole("button", { name: w.compare }).click();
  await expect(page.locator(".compare-side")).toHaveCount(2);
  for (const side of await page.locator(".compare-side").all()) await labelled(side);
  expect(await faults(page)).toEqual([]);
});

test("search by meaning, and an empty result offers a way out", async ({ page }) => {
  await picture(page, "A lighthouse on a cliff at dusk");
  await open(page, "gallery");
  await page.getByRole("searchbox").fill("lighthouse");
  await page.keyboard.press("Enter");
  await expect(page.locator(".tile").first()).toBeVisible();
  await open(page, "gallery?tag=nobody-uses-this-tag");
  await page.getByRole("link", { name: w.emptyFilteredAction }).click();
  await expect(page.locator(".tile").first()).toBeVisible();
});

test("a work is made again from its receipt", async ({ page }) => {
  await picture(page, "A paper boat on a pond");
  await page.locator("main article.job").first().locator(".work-link").first().click();
  const card = await make(page, w.replay);
  await expect(card.locator(".job-says")).toBeVisible();
});
