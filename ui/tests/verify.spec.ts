import { expect, test } from "@playwright/test";
import { plainPng } from "./files";
import { en, faults, labelled, make, open, zh } from "./studio";

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

test("what something else made is sealed, and then verified", async ({ page }) => {
  const m = en.mark;
  await open(page, "mark");
  await page.getByRole("button", { name: m.action }).click();
  await expect(page.getByText(en.common.missingFile)).toBeVisible();
  await page.setInputFiles("input[type=file]", { name: "flyer.png", mimeType: "image/png", buffer: plainPng(640, 480) });
  await expect(page.locator(".chosen-name")).toHaveText("flyer.png");
  await page.getByRole("button", { name: m.action }).click();
  await expect(page.getByText(m.generatorMissing)).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await page.getByLabel(m.generator).fill("Stable Diffusion 3.5");
  await page.getByRole("radio", { name: m.declared.edited, exact: true }).check();
  await expect(page.getByText(m.declaredHints.edited)).toBeVisible();
  const card = await make(page, m.action);
  await labelled(card);
  const src = await card.locator("figure.work img").first().getAttribute("src");
  const file = await page.request.get(src!);
  await open(page, "verify");
  await page.setInputFiles("input[type=file]", { name: "sealed.png", mimeType: "image/png", buffer: await file.body() });
  await expect(page.getByText(w.verdicts.verified.title)).toBeVisible({ timeout: 60_000 });
});

test("a Chinese reader is told in Chinese why", async ({ page }) => {
  await open(page, "verify", { language: "zh" });
  await page.setInputFiles("input[type=file]", { name: "plain.png", mimeType: "image/png", buffer: plainPng() });
  await expect(page.getByText(zh.verify.verdicts.unmarked.title)).toBeVisible({ timeout: 60_000 });
  const reasons = page.locator(".reasons li");
  await expect(reasons.first()).toBeVisible();
  for (const reason of await reasons.allTextContents()) expect(reason).toMatch(/^[^a-z]*[\u4e00-\u9fff][^a-z]*$/);
});

test("a file without marks is no proof of anything", async ({ page }) => {
  await open(page, "verify");
  await page.setInputFiles("input[type=file]", { name: "plain.png", mimeType: "image/png", buffer: plainPng() });
  await expect(page.getByText(w.verdicts.unmarked.title)).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText(w.verdicts.unmarked.text)).toBeVisible();
});
