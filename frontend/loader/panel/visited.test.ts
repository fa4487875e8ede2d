import { afterEach, expect, test, vi } from "vitest";
import { visited } from "./visited";

afterEach(() => vi.restoreAllMocks());

test("of the page before, the site alone is told", () => {
  vi.spyOn(document, "referrer", "get").mockReturnValue("https://search.example:8443/find?q=tea#top");

  expect(visited(["pages", "referrer"]).referrer).toBe("https://search.example:8443");
});

test("the site's own page before is none to tell", () => {
  vi.spyOn(document, "referrer", "get").mockReturnValue(`${location.origin}/tea`);

  expect(visited(["referrer"]).referrer).toBe("");
});

test("what the account does not collect is not read", () => {
  const referrer = vi.spyOn(document, "referrer", "get");
  const title = vi.spyOn(document, "title", "get");

  expect(visited(["screen"])).toEqual({ url: "", title: "", referrer: "" });
  expect(referrer).not.toHaveBeenCalled();
  expect(title).not.toHaveBeenCalled();
});
