// @vitest-environment node
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { applyVisitor, emptyVisitor } from "./visitorState";
import type { VisitorDown } from "./wire";

const FRAMES = "tests/contract/frames";
const SIDES = {
  "visitor-up": "VisitorUp",
  "visitor-down": "VisitorDown",
  "inbox-up": "InboxUp",
  "inbox-down": "InboxDown",
} as const;

function golden(side: string): { name: string; text: string }[] {
  return readdirSync(join(FRAMES, side)).map((file) => ({
    name: `${side} ${file}`,
    text: readFileSync(join(FRAMES, side, file), "utf8"),
  }));
}

/** Lets the compiler compare literals with the types of the wire: it misses no field, too many or too few. */
function judge(source: string): string {
  const folder = mkdtempSync(join(tmpdir(), "golden-"));
  try {
    const file = join(folder, "golden.ts");
    writeFileSync(file, source);
    const options = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--exactOptionalPropertyTypes",
      "--target",
      "es2022",
    ];
    execFileSync("node_modules/.bin/tsc", [...options, "--moduleResolution", "bundler", file], {
      encoding: "utf8",
    });
    return "";
  } catch (error) {
    return (error as { stdout: string }).stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const wire = JSON.stringify(resolve("frontend/shared/wire"));

test("every golden frame is exactly what our types say", () => {
  const lines = [`import type { ${Object.values(SIDES).join(", ")} } from ${wire};`];
  for (const [side, type] of Object.entries(SIDES)) {
    const frames = golden(side);
    expect(frames.length).toBeGreaterThan(0);
    frames.forEach(({ name, text }, n) => {
      lines.push(`// ${name}`, `export const ${type}${n}: ${type} = ${text.trim()};`);
    });
  }

  expect(judge(lines.join("\n"))).toBe("");
}, 60_000);

test("a frame with a field too many would be found", () => {
  const source = `import type { InboxUp } from ${wire};\nexport const a: InboxUp = { type: "count", account: "x" };`;

  expect(judge(source)).toContain("'account' does not exist");
}, 60_000);

test("every golden frame for the visitor can be applied, and twice is as once", () => {
  for (const { text } of golden("visitor-down")) {
    const frame = JSON.parse(text) as VisitorDown;
    const once = applyVisitor(emptyVisitor(), frame).state;

    expect(applyVisitor(once, frame).state).toEqual(once);
  }
});
