import { expect, test } from "vitest";
import cases from "../../tests/contract/masking.json";
import { hides } from "./masking";

test.each(cases.hidden)("the browser warns of what the server hides: $said", ({ said }) => {
  expect(hides(said)).toBe(true);
});

test.each(cases.plain)("the browser is silent about what the server leaves alone: %s", (said) => {
  expect(hides(said)).toBe(false);
});
