/**
 * Bundles every surface into static/build/ and says how heavy each is. Fails over a budget.
 * --watch builds again on each change (and only warns about budgets).
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import * as esbuild from "esbuild";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const OUT = join(ROOT, "static/build");
const isWatching = process.argv.includes("--watch");

/** Kilobytes after brotli, which is how browsers get them over https. */
const BUDGETS = [
  { files: ["loader.js"], kilobytes: 4 },
  { files: ["panel.js", "widget.js", "widget.css"], kilobytes: 30 },
  // What the first message does not need comes later, each with a budget of its own.
  { files: ["drawer.js", "drawer.css"], kilobytes: 8 },
  { files: ["forms.js", "forms.css"], kilobytes: 5 },
  { files: ["dialogs.js"], kilobytes: 2 },
  { files: ["masking.js"], kilobytes: 2 },
];

/** Parts of the chat that are fetched later draw with its own Preact. */
const LENT = Object.fromEntries(
  ["preact", "preact/hooks", "preact/jsx-runtime"].map((name) => [name, "./frontend/widget/lent.ts"]),
);

const surfaces = [
  // A classic script, because that is what the snippet on customers' pages appends.
  { name: "loader", entry: "frontend/loader/main.ts", format: "iife" },
  // The page side of the chat, fetched with its first use.
  { name: "panel", entry: "frontend/loader/panel/main.ts", format: "esm" },
  { name: "widget", entry: "frontend/widget/main.tsx", format: "esm" },
  { name: "drawer", entry: "frontend/widget/drawer/main.tsx", format: "esm", alias: LENT },
  { name: "forms", entry: "frontend/widget/forms/main.tsx", format: "esm", alias: LENT },
  { name: "dialogs", entry: "frontend/widget/dialogs/main.tsx", format: "esm", alias: LENT },
  { name: "masking", entry: "frontend/widget/masking.ts", format: "esm" },
  { name: "inbox", entry: "frontend/inbox/main.tsx", format: "esm" },
  { name: "settings", entry: "frontend/settings/main.ts", format: "esm" },
].filter((surface) => existsSync(join(ROOT, surface.entry)));

async function brotli(file) {
  const content = await readFile(join(OUT, file));
  return brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}

/** Prints the sizes; true if every budget is kept. */
async function weigh() {
  let isKept = true;
  for (const { files, kilobytes } of BUDGETS) {
    const present = files.filter((file) => existsSync(join(OUT, file)));
    if (present.length === 0) continue;
    const sizes = await Promise.all(present.map(brotli));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const isOver = total > kilobytes * 1000;
    isKept &&= !isOver;
    const verdict = isOver ? "OVER its budget" : "within its budget";
    console.log(
      `${present.join(" + ")}: ${(total / 1000).toFixed(2)} kB brotli, ${verdict} of ${kilobytes} kB`,
    );
  }
  return isKept;
}

const report = {
  name: "report",
  setup(build) {
    build.onEnd(async (result) => {
      if (isWatching && result.errors.length === 0) await weigh();
    });
  },
};

const contexts = await Promise.all(
  surfaces.map(({ name, entry, format, alias = {} }) =>
    esbuild.context({
      absWorkingDir: ROOT,
      entryPoints: { [name]: entry },
      outdir: OUT,
      bundle: true,
      minify: true,
      format,
      alias,
      // Where light-dark() is known, all of this is too.
      target: ["es2022", "chrome123", "firefox120", "safari17.5"],
      charset: "utf8",
      legalComments: "none",
      jsx: "automatic",
      jsxImportSource: "preact",
      logLevel: "warning",
      plugins: [report],
    }),
  ),
);

if (isWatching) {
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  await Promise.all(contexts.map((context) => context.rebuild()));
  await Promise.all(contexts.map((context) => context.dispose()));
  if (!(await weigh())) process.exitCode = 1;
}
