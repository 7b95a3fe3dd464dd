// Bundles the studio into dist/: index.html and hashed, immutable assets.
import { build, context } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, "dist");
const watching = process.argv.includes("--watch");
/** The most that all scripts together may weigh, gzipped. */
const BUDGET = 200_000;

/** Writes index.html with the names that the bundler gave, and prints the sizes. */
const page = {
  name: "page",
  setup(b) {
    b.onEnd(async (result) => {
      if (result.errors.length > 0) return;
      const outputs = Object.entries(result.metafile.outputs);
      const of = (entry) => {
        const found = outputs.find(([, o]) => o.entryPoint === entry);
        if (!found) throw new Error(`no output for ${entry}`);
        return "/" + path.relative(dist, path.join(root, found[0]));
      };
      // What the entry imports at once is fetched together with it.
      const now = new Set();
      const follow = (file) => {
        for (const one of result.metafile.outputs[file].imports) {
          if (one.kind !== "import-statement" || now.has(one.path)) continue;
          now.add(one.path);
          follow(one.path);
        }
      };
      follow(outputs.find(([, o]) => o.entryPoint === "src/main.tsx")[0]);
      const preloads = [...now].map((file) => `<link rel="modulepreload" href="/${path.relative(dist, path.join(root, file))}">`);
      const html = await readFile(path.join(root, "src/index.html"), "utf8");
      const icon = await readFile(path.join(root, "src/favicon.svg"));
      const name = `favicon-${createHash("sha256").update(icon).digest("hex").slice(0, 8)}.svg`;
      await writeFile(path.join(dist, "assets", name), icon);
      await writeFile(
        path.join(dist, "index.html"),
        html
          .replace("%PRELOADS%", preloads.join("\n"))
          .replace("%SCRIPT%", of("src/main.tsx"))
          .replace("%STYLE%", of("styles/main.css"))
          .replace("%ICON%", `/assets/${name}`),
      );
      let total = 0;
      for (const [file] of outputs.filter(([f]) => /\.(js|css)$/.test(f))) {
        const size = gzipSync(await readFile(path.join(root, file))).length;
        if (file.endsWith(".js")) total += size;
        if (!watching) console.log(`${String(size).padStart(7)}  ${path.basename(file)}`);
      }
      console.log(`${String(total).padStart(7)}  bytes of scripts, gzipped`);
      if (total > BUDGET) throw new Error(`scripts weigh more than ${BUDGET} bytes`);
    });
  },
};

const options = {
  absWorkingDir: root,
  entryPoints: ["src/main.tsx", "styles/main.css"],
  outdir: "dist/assets",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome111", "firefox114", "safari16.4"],
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: !watching,
  sourcemap: watching ? "linked" : false,
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
  plugins: [page],
};

await rm(dist, { recursive: true, force: true });
await mkdir(path.join(dist, "assets"), { recursive: true });
if (watching) await (await context(options)).watch();
else await build(options);
