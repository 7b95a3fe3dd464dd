import { expect, test, type Locator } from "@playwright/test";
import { en, labelled, make, open, playable, zh } from "./studio";

const w = en.sound;

async function heard(card: Locator): Promise<void> {
  await playable(card.locator("figure.work audio").first());
  await labelled(card);
}

test("a sentence is spoken, and what was said is written down", async ({ page }) => {
  await open(page, "sound/speech");
  await page.getByLabel(w.speech.ask).fill("The ferry leaves at a quarter past six.");
  const card = await make(page, w.speech.action);
  await heard(card);
  const link = await card.locator(".work-link").first().getAttribute("href");
  const id = /gallery\/(.+)$/.exec(link ?? "")?.[1];
  await open(page, `sound/transcribe?work=${id}`);
  await expect(page.locator(".chosen")).toBeVisible();
  const heardCard = await make(page, w.transcribe.action);
  await expect(heardCard.locator(".transcript-body")).toContainText(/quarter past six/i);
});

test("Chinese is spoken", async ({ page }) => {
  await open(page, "sound/speech", { language: "zh" });
  await page.getByLabel(zh.sound.speech.ask).fill("欢迎来到我们的图书馆。");
  await heard(await make(page, zh.sound.speech.action));
});

test("music is composed", async ({ page }) => {
  await open(page, "sound/music");
  await page.getByLabel(w.music.ask).fill("Calm piano for a rainy evening");
  await page.getByLabel(en.common.duration).fill("10");
  await heard(await make(page, w.music.action));
});

test("a sound effect is made", async ({ page }) => {
  await open(page, "sound/effects");
  await page.getByLabel(w.effects.ask).fill("Heavy rain with distant thunder");
  await page.getByLabel(en.common.duration).fill("5");
  await heard(await make(page, w.effects.action));
});

test("the microphone is recorded", async ({ page, context }) => {
  await context.grantPermissions(["microphone"]);
  await open(page, "sound/transcribe");
  await page.getByRole("button", { name: w.transcribe.record, exact: true }).click();
  await expect(page.getByRole("timer")).toBeVisible();
  await page.waitForTimeout(1500);
  await page.getByRole("button", { name: w.transcribe.stop }).click();
  await expect(page.locator(".chosen audio")).toBeVisible();
  await playable(page.locator(".chosen audio"));
});
