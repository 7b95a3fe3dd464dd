import { defineConfig } from "@playwright/test";

/** The server that is tested: COLOPHON_URL, or the mock where that is not set. */
const url = process.env["COLOPHON_URL"];
const mock = "http://127.0.0.1:8398/";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  workers: 1,
  fullyParallel: false,
  timeout: 240_000,
  expect: { timeout: 15_000 },
  reporter: [["list"]],
  use: {
    baseURL: url ?? mock,
    locale: "en-US",
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"],
    },
  },
  projects: [
    { name: "studio", testIgnore: /accounts/ },
    // Accounts end the time without sign-in, so they come last.
    { name: "accounts", testMatch: /accounts/, dependencies: ["studio"] },
  ],
  ...(url ? {} : { webServer: { command: "node dev/mock.mjs 8398", url: mock, timeout: 60_000 } }),
});
