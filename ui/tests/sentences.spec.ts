import { expect, test } from "@playwright/test";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { translated, translatedError } from "../src/i18n/sentences";
import { errors, parts, reasons, sentences } from "../src/i18n/zh/sentences";

const crates = path.resolve(import.meta.dirname, "../../crates");

/** The texts of a Rust source as they are printed, with `{}` for every slot. */
function texts(source: string): string[] {
  const code = source
    .split(/^#\[cfg\(test\)\]/m)[0]!
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/\\\n\s*/g, "");
  return [...code.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].map((m) =>
    m[1]!.replace(/\\"/g, '"').replace(/\{[^{}]*\}/g, "{}"),
  );
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".rs") && /\/src(\/|$)/.test(entry.parentPath))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

test("every reason of a verdict can be said in Chinese", () => {
  const source = readFileSync(path.join(crates, "colophon-seal/src/verify.rs"), "utf8");
  const said = texts(source).filter((text) => /^[A-Z].* .*\.$/.test(text));
  expect(said.length).toBeGreaterThan(12);
  expect([...new Set(said)].filter((text) => !reasons.some(([english]) => english === text))).toEqual([]);
});

test("nothing is translated that the server no longer says", () => {
  const all = new Set(sources(crates).flatMap((file) => texts(readFileSync(file, "utf8"))));
  expect(sentences.map(([english]) => english).filter((english) => !all.has(english))).toEqual([]);
});

test("translations keep the slots and speak Chinese", () => {
  for (const [english, own] of [...reasons, ...parts, ...errors]) {
    expect(own, english).toMatch(/[\u4e00-\u9fff]/);
    expect(own.match(/\{\d?\}/g)?.length ?? 0, english).toBe(english.match(/\{\}/g)?.length ?? 0);
  }
});

test("what stands in a slot is kept, or translated itself", () => {
  const say = (text: string) => translated(text, sentences);
  expect(say("The credential is valid; its signer (an unnamed signer) is not on a list of trusted authorities.")).toBe(
    "凭证有效；签名者（未署名）不在受信任机构的名单中。",
  );
  expect(say("opening frames 0.0–3 s, top left corner (from the credential)")).toBe("片头 0.0–3 秒，左上角（据凭证）");
  expect(say("there is already an API key named 'press'")).toBe("已有名为“press”的密钥");
  expect(say("something new")).toBeNull();
  expect(translatedError("a tag has 1 to 60 characters; shorten it", sentences)).toBe(
    "标签长度须为 1 至 60 个字符；请缩短",
  );
  expect(translatedError("something new; shorten it", sentences)).toBeNull();
});
