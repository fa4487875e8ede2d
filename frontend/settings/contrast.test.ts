import { describe, expect, it } from "vitest";
import cases from "../../tests/widget/contrast.json";
import { contrast, parseColor, textOn } from "./contrast";

describe("contrast", () => {
  it.each(cases)("of $color is what the server says", ({ color, on_white, text }) => {
    expect(contrast(color, "#ffffff")).toBeCloseTo(on_white, 1);
    expect(textOn(color)).toBe(text);
  });
});

describe("a colour as people write it", () => {
  it.each([
    ["#0B6E5F", "#0b6e5f"],
    [" 0b6e5f ", "#0b6e5f"],
    ["#f00", null],
    ["red", null],
    ["#0b6e5f0", null],
  ])("%s is read as %s", (written, read) => {
    expect(parseColor(written)).toBe(read);
  });
});
