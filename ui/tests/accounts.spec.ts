import { expect, test } from "@playwright/test";
import { en, faults, NAME, open, PASSWORD } from "./studio";

const w = en.settings;

test("the first account, keys, people, the audit log, and signing out and in", async ({ page }) => {
  await open(page, "settings/accounts");
  const setup = page.getByRole("button", { name: w.accounts.setupAction });
  if (await setup.isVisible()) {
    await page.getByLabel(w.accounts.name).fill(NAME);
    await page.getByLabel(w.accounts.password).fill("short");
    await setup.click();
    await expect(page.getByText(w.accounts.tooShort)).toBeVisible();
    await page.getByLabel(w.accounts.password).fill(PASSWORD);
    await setup.click();
  }
  await expect(page.locator(".account-name")).toContainText(NAME);

  const person = `reader${Date.now() % 100_000}`;
  await page.getByLabel(w.accounts.name).fill(person);
  await page.getByLabel(w.accounts.password).fill("a quiet reader 1789");
  await page.getByLabel(w.accounts.role).selectOption("viewer");
  await page.getByRole("button", { name: w.accounts.make }).click();
  await expect(page.locator(".entry", { hasText: person })).toBeVisible();

  await page.getByRole("link", { name: w.tabs.keys }).click();
  const key = `script${Date.now() % 100_000}`;
  await page.getByLabel(w.keys.name).fill(key);
  await page
    .getByRole("form", { name: w.keys.make })
    .getByRole("checkbox", { name: w.keys.scopeNames.image, exact: true })
    .check();
  await page.getByLabel(w.keys.quotaNames.pixels).fill("many");
  await page.getByRole("button", { name: w.keys.make }).click();
  await expect(page.getByText(w.keys.quotaWrong)).toBeVisible();
  await page.getByLabel(w.keys.quotaNames.pixels).fill("50000000");
  await page.getByLabel(w.keys.expires).selectOption("date");
  await page.getByLabel(w.keys.date).fill("2020-01-01");
  await page.getByRole("button", { name: w.keys.make }).click();
  await expect(page.getByText(w.keys.dateWrong)).toBeVisible();
  await page.getByLabel(w.keys.date).fill(new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10));
  expect(await faults(page)).toEqual([]);
  await page.getByRole("button", { name: w.keys.make }).click();
  const dialog = page.getByRole("dialog", { name: w.keys.onceTitle });
  await expect(dialog.locator(".key-once")).toHaveText(/^\S{20,}$/);
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  const entry = page.locator(".entry", { hasText: key });
  await expect(entry).toContainText(w.keys.only(w.keys.scopeNames.image));
  await expect(entry).toContainText("50,000,000");
  await expect(entry).toContainText(w.keys.ends);
  await page.getByRole("button", { name: w.keys.revokeAria(key) }).click();
  await page.getByRole("dialog").getByRole("button", { name: w.keys.revoke }).click();
  await expect(page.locator(".entry", { hasText: key })).toHaveCount(0);

  await page.getByRole("link", { name: w.tabs.audit }).click();
  await expect(page.locator("tbody tr").first()).toBeVisible();

  await page.getByRole("button", { name: en.app.signOut }).click();
  await expect(page.getByRole("heading", { name: en.signIn.title })).toBeVisible();
  for (const width of [360, 768, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    expect(await faults(page)).toEqual([]);
  }
  await page.getByLabel(en.signIn.name).fill(NAME);
  await page.getByLabel(en.signIn.password).fill("wrong password");
  await page.getByRole("button", { name: en.signIn.action }).last().click();
  await expect(page.getByRole("alert").first()).toBeVisible();

  // Who may only look is not offered to make anything.
  await page.getByLabel(en.signIn.name).fill(person);
  await page.getByLabel(en.signIn.password).fill("a quiet reader 1789");
  await page.getByRole("button", { name: en.signIn.action }).last().click();
  await expect(page.locator(".account-name")).toContainText(person);
  await page.getByRole("button", { name: en.app.signOut }).click();

  await expect(page.getByRole("heading", { name: en.signIn.title })).toBeVisible();
  await page.getByLabel(en.signIn.name).fill(NAME);
  await page.getByLabel(en.signIn.password).fill(PASSWORD);
  await page.getByRole("button", { name: en.signIn.action }).last().click();
  await page.getByRole("link", { name: en.app.pages.settings }).first().click();
  await page.getByRole("link", { name: w.tabs.accounts }).click();
  await page.getByRole("button", { name: w.accounts.removeAria(person) }).click();
  await page.getByRole("dialog").getByRole("button", { name: w.accounts.remove }).click();
  await expect(page.locator(".entry", { hasText: person })).toHaveCount(0);
});
