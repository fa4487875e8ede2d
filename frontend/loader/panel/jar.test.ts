import { beforeEach, expect, test, vi } from "vitest";
import { Jar } from "./jar";
import { changedVariables } from "./variables";

const registry = {
  namespace: "ssupp.",
  cookies: [
    { key: "vid", name: "ssupp.vid", max_age: 15_724_800 },
    { key: "opened", name: "ssupp.opened", max_age: null },
    { key: "message", name: "ssupp.message", max_age: null },
  ],
};

let written: string[];
let warnings: string[];

/** A browser's jar, so that it can be seen what exactly is written. */
function fakeCookies(): string[] {
  const held = new Map<string, string>();
  const all: string[] = [];
  Object.defineProperty(document, "cookie", {
    configurable: true,
    get: () => [...held].map(([name, value]) => `${name}=${value}`).join("; "),
    set: (text: string) => {
      all.push(text);
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      if (text.includes("Max-Age=0")) held.delete(name);
      else held.set(name, value);
    },
  });
  return all;
}

beforeEach(() => {
  sessionStorage.clear();
  written = fakeCookies();
  warnings = [];
  vi.spyOn(console, "warn").mockImplementation((text: string) => {
    warnings.push(text);
  });
});

test("nothing is written before the visitor acts", () => {
  const jar = new Jar(registry, {});

  jar.write("opened", "1");
  jar.draft = "Hello";

  expect(written).toEqual([]);
  expect(sessionStorage.length).toBe(0);
});

test("cookies have the registry's lifetimes and stay with this host", () => {
  const jar = new Jar(registry, {});
  jar.unlock();

  jar.write("vid", "viA.seal");
  jar.write("opened", "1");

  expect(written).toEqual([
    "ssupp.vid=viA.seal; Max-Age=15724800; Path=/; SameSite=Strict",
    "ssupp.opened=1; Path=/; SameSite=Strict",
  ]);
});

test("a place is written as two numbers and a comma", () => {
  const jar = new Jar(
    { ...registry, cookies: [{ key: "position", name: "ssupp.position", max_age: null }] },
    {},
  );
  jar.unlock();

  jar.write("position", "640,460");

  expect(written).toEqual(["ssupp.position=640,460; Path=/; SameSite=Strict"]);
});

test("a cookie that the registry does not name is not written", () => {
  const jar = new Jar(registry, {});
  jar.unlock();

  jar.write("position", "1,2");

  expect(written).toEqual([]);
});

test("prefix, path and domain are the page's, and a foreign domain is refused with a warning", () => {
  const jar = new Jar(registry, { cookiePrefix: "a_", cookiePath: "/shop", cookieDomain: ".example.org" });
  jar.unlock();

  jar.write("opened", "0");

  expect(written).toEqual(["a_ssupp.opened=0; Path=/shop; SameSite=Strict"]);
  expect(warnings).toHaveLength(1);
});

test("who acted on an earlier page need not act again", () => {
  const earlier = new Jar(registry, {});
  earlier.unlock();
  earlier.write("vid", "viA.seal");

  const jar = new Jar(registry, {});

  expect(jar.isUnlocked).toBe(true);
  expect(jar.read("vid")).toBe("viA.seal");
});

test("the draft stays on the device, the cookie only says that there is one", () => {
  const jar = new Jar(registry, {});
  jar.unlock();

  jar.draft = "x".repeat(10_001);
  expect(jar.read("message")).toBe("1");
  expect(new Jar(registry, {}).draft).toHaveLength(10_000);
  jar.draft = "";

  expect(jar.read("message")).toBeNull();
  expect(sessionStorage.length).toBe(0);
});

test("of the variables only the changed and right ones are kept", () => {
  const given = {
    basket: 3,
    name: "same",
    nested: { a: {} },
    long: "x".repeat(1001),
    tier: { label: "Tier", value: 1 },
  };

  expect(changedVariables(given, { name: "same" })).toEqual({ basket: 3, tier: { label: "Tier", value: 1 } });
  expect(warnings).toHaveLength(2);
});

test("more than a hundred variables change nothing", () => {
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`v${n}`, n]));

  expect(changedVariables(many, {})).toEqual({});
});

test("what is cleared is gone from the device, and nothing is written until the visitor acts again", () => {
  const jar = new Jar(registry, {});
  jar.unlock();
  jar.write("vid", "viA.seal");
  jar.draft = "Hello";

  jar.clear();
  jar.write("vid", "viB.seal");

  expect(document.cookie).toBe("");
  expect(sessionStorage.length).toBe(0);
  jar.unlock();
  jar.write("vid", "viB.seal");
  expect(jar.read("vid")).toBe("viB.seal");
});
