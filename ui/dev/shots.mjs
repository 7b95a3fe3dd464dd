// Pictures of every page, for whoever looks after the studio's appearance: one sheet for each page, the
// three widths side by side. `node dev/shots.mjs FOLDER [URL] [page…]`; LOOK=en-light,zh-dark by default.
import { chromium } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import path from "node:path";

const [folder, url = "http://127.0.0.1:8399/", ...only] = process.argv.slice(2);
if (!folder) throw new Error("name a folder for the pictures");
const looks = (process.env.LOOK ?? "en-light,zh-dark").split(",");
const widths = [360, 768, 1280];
const HEIGHT = 1500;
const pages = only.length > 0 ? only : [
  "film", "write/chat", "write/write", "write/extract", "pictures/words", "pictures/edit", "pictures/faces",
  "sound/speech", "sound/music", "sound/effects", "sound/transcribe", "sound/audiobook", "gallery", "verify", "mark",
  "jobs", "models", "settings/general", "settings/marks", "settings/keys", "settings/accounts", "settings/audit",
  "settings/system",
];
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const look of looks) {
  const [language, theme] = look.split("-");
  const context = await browser.newContext({ baseURL: url });
  await context.addInitScript(([l, t]) => {
    localStorage.setItem("language", l);
    localStorage.setItem("theme", JSON.stringify(t));
  }, [language, theme]);
  const page = await context.newPage();
  page.setDefaultTimeout(180_000);
  for (const name of pages) {
    const shots = [];
    for (const width of widths) {
      await page.setViewportSize({ width, height: HEIGHT });
      await page.goto("about:blank");
      await page.goto(`./#/${name}`);
      await page.locator("h1, .empty").first().waitFor();
      await page.waitForFunction(() => document.querySelectorAll(".skeleton").length === 0);
      if (process.env.OPEN) for (const button of await page.locator(".more-button[aria-expanded=false]").all()) await button.click();
      await page.waitForTimeout(150);
      const file = path.join(folder, `.${width}.png`);
      await page.screenshot({ path: file });
      shots.push("-i", file);
    }
    const sheet = path.join(folder, `${look}-${name.replace("/", "-")}.png`);
    execFileSync("ffmpeg", ["-v", "error", "-y", ...shots, "-filter_complex", `hstack=inputs=${widths.length}`, sheet]);
    console.log(sheet);
  }
  await context.close();
}
await browser.close();
