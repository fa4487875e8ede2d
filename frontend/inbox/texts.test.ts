import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Texts } from "../shared/i18n";

const TEXTS = join(import.meta.dirname, "../../chat/texts");
const LANGUAGES = ["en", "de", "cs"] as const;

function read(language: string): Map<string, string> {
  const flat = new Map<string, string>();
  const walk = (node: Texts, path: string) => {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === "string") flat.set(path + key, value);
      else walk(value, `${path}${key}.`);
    }
  };
  walk(JSON.parse(readFileSync(join(TEXTS, `${language}.json`), "utf8")) as Texts, "");
  return flat;
}

const english = read("en");

function places(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
}

test.each(LANGUAGES)("%s has every key of English, and no other", (language) => {
  expect([...read(language).keys()].sort()).toEqual([...english.keys()].sort());
});

test.each(LANGUAGES)("%s fills the same places", (language) => {
  const texts = read(language);
  for (const [key, text] of english) expect([key, places(texts.get(key) ?? "")]).toEqual([key, places(text)]);
});

test("every key that the inbox spells out has a text", () => {
  const sources = readdirSync(import.meta.dirname)
    .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
    .map((name) => readFileSync(join(import.meta.dirname, name), "utf8"));
  const keys = sources.flatMap((source) =>
    [...source.matchAll(/\bt\(\s*"([\w.]+)"/g)].map(([, key]) => key ?? ""),
  );

  expect(keys.length).toBeGreaterThan(50);
  expect(keys.filter((key) => !english.has(key) && !english.has(`${key}.other`))).toEqual([]);
});
