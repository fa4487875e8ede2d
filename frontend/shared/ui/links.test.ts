import { expect, test } from "vitest";
import { findLinks, type Link } from "./links";

function links(text: string): string[] {
  return findLinks(text)
    .filter((piece): piece is Link => typeof piece !== "string")
    .map(({ href }) => href);
}

test("addresses of the web and of mail become links", () => {
  expect(links("See https://shop.test/a?b=c#d, www.shop.test or mina@example.org.")).toEqual([
    "https://shop.test/a?b=c#d",
    "https://www.shop.test",
    "mailto:mina@example.org",
  ]);
});

test("a sentence keeps its full stop and its brackets", () => {
  expect(links("(https://shop.test/desks).")).toEqual(["https://shop.test/desks"]);
  expect(links("https://example.org/wiki/Desk_(furniture)!")).toEqual([
    "https://example.org/wiki/Desk_(furniture)",
  ]);
});

test.each([
  "javascript:alert(1)",
  "data:text/html,<b>x</b>",
  "vbscript:x",
  "JAVASCRIPT://shop.test/%0aalert(1)",
])("%s stays words", (text) => {
  expect(links(text)).toEqual([]);
});

test.each(["", "no links", "a https://shop.test b www.x.test, c@d.test!", "<https://shop.test>"])(
  "the pieces of %j joined are the same text",
  (text) => {
    const joined = findLinks(text)
      .map((piece) => (typeof piece === "string" ? piece : piece.text))
      .join("");
    expect(joined).toBe(text);
  },
);
