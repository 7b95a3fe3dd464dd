import { expect, test } from "@playwright/test";
import { plainPng } from "./files";
import { en, faults, make, open } from "./studio";

const w = en.verify;

test("a file from here is verified in plain words", async ({ page }) => {
  await open(page, "pictures/words");
  await page.getByLabel(en.pictures.prompt).fill("A lantern in the snow");
  const card = await make(page, en.pictures.action);
  const src = await card.locator("figure.work img").first().getAttribute("src");
  const file = await page.request.get(src!);
  await open(page, "verify");
  await page.setInputFiles("input[type=file]", {
    name: "lantern.png",
    mimeType: file.headers()["content-type"] ?? "image/png",
    buffer: await file.body(),
  });
  await expect(page.getByText(w.verdicts.verified.title)).toBeVisible({ timeout: 60_000 });
  for (const width of [360, 768, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await faults(page)).toEqual([]);
  }
  await page.getByRole("button", { name: w.another }).click();
  await expect(page.getByText(en.common.dropHere)).toBeVisible();
});

test("a file without marks is no proof of anything", async ({ page }) => {
  await open(page, "verify");
  await page.setInputFiles("input[type=file]", { name: "plain.png", mimeType: "image/png", buffer: plainPng() });
  await expect(page.getByText(w.verdicts.unmarked.title)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(w.verdicts.unmarked.text)).toBeVisible();
});
