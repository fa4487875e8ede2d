import { expect, test } from "vitest";
import { dayName, fileSize } from "./format";
import { createTranslator } from "./i18n";
import { uuid } from "./ids";

test("a text's places are filled and plurals follow the language", () => {
  const t = createTranslator(
    { hi: "Ahoj {name}", files: { one: "{count} soubor", few: "{count} soubory", other: "{count} souborů" } },
    "cs",
  );

  expect(t("hi", { name: "Eva" })).toBe("Ahoj Eva");
  expect([1, 3, 7].map((count) => t("files", { count }))).toEqual(["1 soubor", "3 soubory", "7 souborů"]);
});

test("a missing key shows itself, also when it is named like something built in", () => {
  const t = createTranslator({ a: { b: "c" } }, "en");

  expect([t("a.x"), t("constructor"), t("a")]).toEqual(["a.x", "constructor", "a"]);
});

test("an id has the form of a version 4 UUID", () => {
  expect(uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuid()).not.toBe(uuid());
});

test("days are named as people name them", () => {
  const now = new Date(2026, 10, 23, 12).getTime();
  const at = (day: number) => dayName(new Date(2026, 10, day, 23, 30).toISOString(), now, "en");

  expect([at(23), at(22), at(20), at(2)]).toEqual(["Today", "Yesterday", "Friday", "November 2"]);
});

test("file sizes are short", () => {
  expect(fileSize(1_240_000, "en")).toBe("1.2 MB");
});
