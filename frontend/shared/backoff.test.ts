import { expect, test } from "vitest";
import { backoff } from "./backoff";

test("doubles up to half a minute", () => {
  const longest = [0, 1, 2, 3, 20, 5_000].map((attempt) => backoff(attempt, () => 1));

  expect(longest).toEqual([500, 1_000, 2_000, 4_000, 30_000, 30_000]);
});

test("takes up to half of the pause off at random", () => {
  expect(backoff(3, () => 0)).toBe(2_000);
  expect(backoff(3, () => 0.5)).toBe(3_000);
});
