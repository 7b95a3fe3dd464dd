import { expect, test } from "@playwright/test";
import { plainPng } from "./files";
import { en, faults, labelled, make, newest, open, seen, zh } from "./studio";

const w = en.pictures;

test("words become a picture with its label, and it is still there after a reload", async ({ page }) => {
  await open(page, "pictures/words");
  await page.getByLabel(w.prompt).fill("A lighthouse on a cliff at dusk");
  const card = await make(page, w.action);
  await seen(card.locator("figure.work img").first());
  await labelled(card);
  const title = await card.locator(".job-title").textContent();
  await page.reload();
  await expect(newest(page).locator(".job-title")).toHaveText(title ?? "");
  await seen(newest(page).locator("figure.work img").first());
  expect(await faults(page)).toEqual([]);
});

test("several pictures at once, in Chinese, sent by the keyboard", async ({ page }) => {
  await open(page, "pictures/words", { language: "zh" });
  const prompt = page.getByLabel(zh.pictures.prompt);
  await prompt.fill("竹林里的熊猫");
  await page.locator("label.segment").filter({ hasText: /^2$/ }).click();
  await prompt.press("Control+Enter");
  const card = newest(page);
  await expect(card.locator(".job-title")).toContainText("竹林里的熊猫");
  await expect(card).toHaveClass(/job-done/, { timeout: 200_000 });
  await expect(card.locator("figure.work img")).toHaveCount(2);
  await labelled(card);
});

test("an empty form says what is missing", async ({ page }) => {
  await open(page, "pictures/words");
  await page.getByLabel(w.prompt).fill("");
  await page.getByRole("button", { name: w.action }).click();
  await expect(page.getByText(en.common.missingText)).toBeVisible();
});

test("an idea fills the form", async ({ page }) => {
  await open(page, "pictures/words");
  await page.getByRole("button", { name: w.ideas[0]! }).click();
  await expect(page.getByLabel(w.prompt)).toHaveValue(w.ideas[0]!);
});

test("a picture that is brought becomes a sketch", async ({ page }) => {
  await open(page, "pictures/edit?op=sketch");
  await page.setInputFiles("input[type=file]", { name: "plain.png", mimeType: "image/png", buffer: plainPng() });
  await seen(page.locator(".chosen img"));
  const card = await make(page, w.actions.sketch);
  await seen(card.locator("figure.work img").first());
  await labelled(card);
});

test("faces change along a direction", async ({ page }) => {
  await open(page, "pictures/faces");
  await page.getByLabel(w.faces).fill("1");
  await page.getByRole("button", { name: en.common.moreOptions, exact: true }).click();
  await page.getByLabel(w.directions.mouth).fill("3");
  await page.getByLabel(en.common.seed).fill("1");
  const card = await make(page, w.facesAction);
  await seen(card.locator("figure.work img").first());
  await labelled(card);
  expect(await faults(page)).toEqual([]);
});

test("something is painted over and removed", async ({ page }) => {
  await open(page, "pictures/edit?op=remove");
  await page.setInputFiles("input[type=file]", { name: "plain.png", mimeType: "image/png", buffer: plainPng() });
  await seen(page.locator(".chosen img"));
  await page.getByRole("button", { name: w.mask.open }).click();
  const dialog = page.getByRole("dialog", { name: w.mask.title });
  const canvas = dialog.locator("canvas");
  const undo = dialog.getByRole("button", { name: w.mask.undo });
  await expect(undo).toBeDisabled();
  expect(await faults(page)).toEqual([]);

  const box = (await canvas.boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.45, box.y + box.height * 0.45);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.55, box.y + box.height * 0.55, { steps: 6 });
  await page.mouse.up();
  const painted = () =>
    canvas.evaluate((el: HTMLCanvasElement) => {
      const data = el.getContext("2d")!.getImageData(0, 0, el.width, el.height).data;
      let n = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i]! > 127) n += 1;
      return n / (el.width * el.height);
    });
  const stroke = await painted();
  expect(stroke).toBeGreaterThan(0);
  await dialog.getByRole("button", { name: w.mask.invert }).click();
  expect(await painted()).toBeCloseTo(1 - stroke, 1);
  await canvas.press("z");
  expect(await painted()).toBeCloseTo(stroke, 3);
  await undo.click();
  expect(await painted()).toBe(0);
  await dialog.getByRole("button", { name: w.mask.redo }).click();
  // The keyboard paints, too.
  await canvas.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  expect(await painted()).toBeGreaterThanOrEqual(stroke);
  await dialog.getByRole("button", { name: w.mask.done }).click();
  await expect(page.locator(".mask-preview")).toBeVisible();

  const card = await make(page, w.actions.remove);
  await seen(card.locator("figure.work img").first());
  await labelled(card);
});

test("the mask goes to the server white on black, in the size of the picture", async ({ page }) => {
  await open(page, "pictures/edit?op=remove");
  await page.setInputFiles("input[type=file]", { name: "plain.png", mimeType: "image/png", buffer: plainPng(300, 200) });
  await seen(page.locator(".chosen img"));
  await page.getByRole("button", { name: w.mask.open }).click();
  const canvas = page.getByRole("dialog").locator("canvas");
  await canvas.focus();
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: w.mask.done }).click();
  const facts = await page.locator(".mask-preview").evaluate(async (el: HTMLImageElement) => {
    await el.decode();
    const canvas = document.createElement("canvas");
    canvas.width = el.naturalWidth;
    canvas.height = el.naturalHeight;
    const pen = canvas.getContext("2d")!;
    pen.drawImage(el, 0, 0);
    const at = (x: number, y: number) => [...pen.getImageData(x, y, 1, 1).data];
    return { size: [canvas.width, canvas.height], middle: at(150, 100), corner: at(2, 2) };
  });
  expect(facts).toEqual({ size: [300, 200], middle: [255, 255, 255, 255], corner: [0, 0, 0, 255] });
});

test("a picture that was made here is varied from its page", async ({ page }) => {
  await open(page, "pictures/words");
  await page.getByLabel(w.prompt).fill("A bicycle under a plum tree");
  const card = await make(page, w.action);
  await card.locator(".work-link").first().click();
  await page.getByRole("link", { name: en.gallery.vary, exact: true }).click();
  await seen(page.locator(".chosen img"));
  await expect(page.locator(".chosen .ai-label")).toBeVisible();
  await page.locator(".edit-tools label.segment").filter({ hasText: /^2$/ }).click();
  const varied = await make(page, w.actions.vary);
  await expect(varied.locator("figure.work img")).toHaveCount(2);
  await labelled(varied);
});
