import { expect, test } from "@playwright/test";
import { en, faults, open, overflow, zh } from "./studio";

const routes = [
  "film",
  "write/chat",
  "write/write",
  "write/translate",
  "write/extract",
  "pictures/words",
  "pictures/edit",
  "pictures/faces",
  "sound/speech",
  "sound/music",
  "sound/effects",
  "sound/transcribe",
  "sound/audiobook",
  "gallery",
  "verify",
  "mark",
  "jobs",
  "models",
  "settings/general",
  "settings/marks",
  "settings/keys",
  "settings/accounts",
  "settings/audit",
  "settings/system",
];
const widths = [360, 768, 1280, 1440];

for (const route of routes) {
  test(`${route} can be used by everyone`, async ({ page }) => {
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    await open(page, route);
    for (const theme of ["light", "dark"] as const) {
      await page.evaluate((to) => localStorage.setItem("theme", JSON.stringify(to)), theme);
      await page.addInitScript((to) => localStorage.setItem("theme", JSON.stringify(to)), theme);
      await page.reload();
      await expect(page.locator("h1").first()).toBeVisible();
      await expect(page.locator(".skeleton")).toHaveCount(0);
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        await expect(page.locator(".notice")).toBeVisible();
        expect(await overflow(page), `${theme} ${width}: wider than the window`).toBe(0);
        expect(await faults(page), `${theme} ${width}`).toEqual([]);
      }
    }
    expect(problems).toEqual([]);
  });
}

test("every page speaks Chinese", async ({ page }) => {
  for (const [name, title] of Object.entries(zh.app.pages)) {
    await open(page, name, { language: "zh" });
    await expect(page.locator("html")).toHaveAttribute("lang", "zh-CN");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect(page.locator(".notice")).toContainText("人工智能（AI）生成");
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await overflow(page), name).toBe(0);
    expect(await faults(page), name).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  }
});

test("the language follows the browser and can be switched", async ({ browser }) => {
  const context = await browser.newContext({ locale: "zh-CN" });
  const page = await context.newPage();
  await page.goto("./#/verify");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(zh.verify.title);
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(en.verify.title);
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(en.verify.title);
  await context.close();
});

test("the keyboard is enough", async ({ page }) => {
  await open(page, "film");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: en.app.skip })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(page.getByLabel(en.film.brief)).toBeFocused();
  await page.setViewportSize({ width: 360, height: 740 });
  const more = page.getByRole("button", { name: en.app.more }).last();
  await more.focus();
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: en.app.menu });
  await expect(sheet).toBeVisible();
  expect(await faults(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
  await expect(more).toBeFocused();
});

test("nothing is asked of other hosts", async ({ page, baseURL }) => {
  const strangers: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(new URL(baseURL!).origin) && !/^(blob|data):/.test(url)) strangers.push(url);
  });
  for (const name of Object.keys(en.app.pages)) await open(page, name);
  expect(strangers).toEqual([]);
});

test("an address that leads nowhere says so", async ({ page }) => {
  await page.goto("./#/nowhere");
  await expect(page.getByText(en.app.notFound)).toBeVisible();
});
