import { expect, test } from "@playwright/test";
import { en, faults, make, open } from "./studio";

test("a job shows its progress live, here and in the navigation", async ({ page }) => {
  await open(page, "film");
  await page.getByLabel(en.film.brief).fill("A slow train through the mountains");
  await page.getByRole("button", { name: en.film.action }).click();
  await expect(page.locator(".side .badge")).toBeVisible();
  await open(page, "jobs/active");
  const card = page.locator("article.job", { hasText: "slow train" }).first();
  const bar = card.getByRole("progressbar");
  await expect(bar).toBeVisible();
  await expect(card.locator(".job-stage [role=status]")).not.toBeEmpty();
  expect(await faults(page)).toEqual([]);
  await card.getByRole("button", { name: en.job.cancel }).click();
  await open(page, "jobs/failed");
  await expect(page.locator("article.job-cancelled", { hasText: "slow train" }).first()).toBeVisible({ timeout: 60_000 });
});

test("a job has a turn, a deadline and an address that is told", async ({ page }) => {
  const o = en.order;
  await open(page, "pictures/words");
  await page.getByRole("button", { name: en.common.moreOptions, exact: true }).click();
  await page.getByLabel(o.priority).selectOption({ label: o.priorities["5"] });
  await page.getByLabel(o.deadline).selectOption({ label: o.deadlines["600"] });
  await page.getByLabel(o.webhook).fill("example");
  await expect(page.getByText(o.webhookWrong)).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await page.getByLabel(en.pictures.prompt).fill("A kite above the dunes");
  await page.getByRole("button", { name: en.pictures.action, exact: true }).click();
  await expect(page.locator(".toast")).toContainText(o.webhookWrong);
  await page.getByLabel(o.webhook).fill("https://example.invalid/done");
  await page.getByRole("button", { name: en.common.fewerOptions }).click();
  await expect(page.locator(".more-kept")).toContainText(o.priorities["5"]);
  const started = page.waitForRequest((r) => r.url().endsWith("/v1/jobs") && r.method() === "POST");
  const card = await make(page, en.pictures.action);
  expect((await started).postDataJSON()).toMatchObject({
    priority: 5,
    deadline_seconds: 600,
    webhook: "https://example.invalid/done",
  });
  await expect(card).toHaveClass(/job-done/);
  // What was said for one job is not said for the next visit.
  await page.reload();
  await expect(page.locator(".more-kept")).not.toContainText(o.priorities["5"]);
});

test("models are listed with licence and size, and can be searched", async ({ page }) => {
  await open(page, "models");
  const all = await page.locator(".model").count();
  expect(all).toBeGreaterThan(3);
  await page.getByRole("searchbox").fill("whisper");
  await expect(page.locator(".model").first()).toContainText(/whisper/i);
  expect(await page.locator(".model").count()).toBeLessThan(all);
  await page.getByRole("searchbox").fill("no such model");
  await expect(page.getByText(en.models.empty)).toBeVisible();
});

test("the corner of the label is a setting", async ({ page }) => {
  await open(page, "settings/marks");
  const corner = page.getByLabel(en.settings.marks.corner);
  const before = await corner.inputValue();
  await corner.selectOption("bottom-left");
  await page.getByRole("button", { name: en.common.save }).click();
  await expect(page.getByText(en.common.saved)).toBeVisible();
  await page.reload();
  await expect(corner).toHaveValue("bottom-left");
  await corner.selectOption(before);
  await page.getByRole("button", { name: en.common.save }).click();
  await expect(page.getByText(en.common.saved)).toBeVisible();
});
