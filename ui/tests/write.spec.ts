import { expect, test } from "@playwright/test";
import { en, faults, labelled, make, open, PATIENCE } from "./studio";

const w = en.write;

test("a conversation, every answer with its label", async ({ page }) => {
  await open(page, "write/chat");
  await page.getByLabel(w.chat.placeholder).last().fill("Say one sentence about the sea.");
  await page.keyboard.press("Enter");
  const answer = page.locator(".turn-answer").last();
  await expect(answer.locator(".ai-label")).toBeVisible();
  await expect(page.getByRole("button", { name: w.chat.send })).toBeVisible({ timeout: PATIENCE });
  await expect(answer.locator(".prose")).not.toBeEmpty();
  await expect(answer.locator(".ai-label")).toHaveText(/AI|人工智能/);
  expect(await faults(page)).toEqual([]);
  await page.reload();
  await expect(page.locator(".turn-answer .prose")).not.toBeEmpty();
  await page.getByRole("button", { name: w.chat.fresh }).click();
  await expect(page.getByText(w.chat.empty)).toBeVisible();
});

test("an answer can be stopped", async ({ page }) => {
  await open(page, "write/chat");
  await page.getByLabel(w.chat.placeholder).last().fill("Count slowly from one to two hundred, in words.");
  await page.keyboard.press("Enter");
  await expect(page.locator(".turn-answer .prose")).not.toBeEmpty({ timeout: PATIENCE });
  await page.getByRole("button", { name: w.chat.stop }).click();
  await expect(page.getByText(w.chat.stopped)).toBeVisible();
});

test("a text is written and labelled", async ({ page }) => {
  await open(page, "write/write");
  await page.getByLabel(w.asks.write).fill("Two sentences of welcome for new readers of a library");
  await page.getByRole("button", { name: en.common.moreOptions, exact: true }).first().click();
  await page.getByLabel(w.length, { exact: true }).fill("40");
  const card = await make(page, w.actions.write);
  await expect(card.locator(".prose").first()).not.toBeEmpty();
  await labelled(card);
});

test("a text is translated", async ({ page }) => {
  await open(page, "write/translate");
  await page.getByLabel(w.asks.translate).fill("The library opens at nine.");
  const card = await make(page, w.actions.translate);
  await labelled(card);
});

test("a wrong schema is told before anything is sent", async ({ page }) => {
  await open(page, "write/extract");
  await page.getByLabel(w.asks.extract).fill("Mara met Li in Basel on Monday.");
  await page.getByLabel(w.schema).fill("{not json");
  await page.getByRole("button", { name: w.actions.extract, exact: true }).click();
  await expect(page.getByText(w.schemaWrong)).toBeVisible();
});
