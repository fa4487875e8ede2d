import { beforeEach, expect, test, vi } from "vitest";
import { isCommand, readOptions } from "./checks";
import { makeEvents } from "./events";
import { drain, isQueue, makeQueue } from "./queue";

let warnings: string[];

beforeEach(() => {
  warnings = [];
  vi.spyOn(console, "warn").mockImplementation((text: string) => {
    warnings.push(text);
  });
});

function later(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

test("what has queued up runs in order, and later calls run at once", () => {
  const queue = makeQueue();
  const calls: unknown[][] = [];
  queue("name", "Ada");
  queue._.push(["email", "ada@example.org"]);

  drain(queue, (call) => calls.push(call));
  queue("phone", "1");
  queue._.push(["group", "sales"]);

  expect(calls).toEqual([
    ["name", "Ada"],
    ["email", "ada@example.org"],
    ["phone", "1"],
    ["group", "sales"],
  ]);
});

test("the arguments object of an old snippet is understood", () => {
  const calls: unknown[][] = [];
  const stub = { _: [] as unknown[] };
  // What existing pages carry is written like this.
  (function old(..._given: unknown[]) {
    // biome-ignore lint/complexity/noArguments: this is the object under test.
    stub._.push(arguments);
  })("name", "Ada");

  drain(stub, (call) => calls.push(call));

  expect(calls).toEqual([["name", "Ada"]]);
});

test("one failing entry never stops the next and throws nothing into the page", () => {
  const queue = makeQueue();
  const calls: unknown[] = [];
  queue._.push(["first"], null, 7, ["third"]);

  drain(queue, ([name]) => {
    if (name === "first") throw new Error("broken on purpose");
    calls.push(name);
  });

  expect(calls).toEqual(["third"]);
  expect(warnings).toEqual(["[chatapp] Error: broken on purpose", "[chatapp] bad call"]);
});

test("only a function with its own list is a queue", () => {
  expect(isQueue(makeQueue())).toBe(true);
  expect([isQueue({ _: [] }), isQueue(() => {}), isQueue(undefined)]).toEqual([false, false, false]);
});

test("later sources of options win and wrong values are dropped with a warning", () => {
  const options = readOptions(
    { color: "#112233", zIndex: 5 },
    { color: "red", zIndex: 7, hideWidget: "yes", lang: undefined, gaKey: "G-1" },
  );

  expect(options).toEqual({ color: "#112233", zIndex: 7 });
  expect(warnings).toEqual([
    '[chatapp] option "color" has a wrong value',
    '[chatapp] option "hideWidget" has a wrong value',
    '[chatapp] option "gaKey" is ignored',
  ]);
});

test("nothing set means no options, and names of built-in things are no options", () => {
  expect(readOptions(undefined, null, { constructor: 1, toString: 2 })).toEqual({});
});

test.each([
  ["name", "a".repeat(255), true],
  ["name", "a".repeat(256), false],
  ["email", "ada@example.org", true],
  ["email", "ada", false],
  ["phone", 49123, false],
  ["phone", "1".repeat(51), false],
  ["variables", { a: 1 }, true],
  ["variables", "a", false],
  ["chat:open", undefined, true],
  ["chat:avatar", {}, false],
])("the command %s with its value is judged: %#", (name, value, isGood) => {
  expect(isCommand(name, value)).toBe(isGood);
});

test("a command that is not known warns once, however often it is called", () => {
  isCommand("banner:set", 1);
  isCommand("banner:set", 2);

  expect(warnings).toEqual(['[chatapp] command "banner:set" is ignored']);
});

test("handlers run later, in order, and one that fails stops nobody", async () => {
  const events = makeEvents();
  const heard: string[] = [];
  events.on("message_sent", () => heard.push("first"));
  events.on("message_sent", () => {
    throw new Error("the page's own mistake");
  });
  events.on("message_sent", (text: unknown) => heard.push(String(text)));

  events.fire("message_sent", "third");
  expect(heard).toEqual([]);
  await later();

  expect(heard).toEqual(["first", "third"]);
  expect(warnings).toEqual(["[chatapp] Error: the page's own mistake"]);
});

test("who asks for the status late is told the current one", async () => {
  const events = makeEvents();
  const heard: unknown[] = [];
  events.fire("status", "online");
  events.fire("status", "away");

  events.on("status", (status: unknown) => heard.push(status));
  await later();

  expect(heard).toEqual(["away"]);
});

test("a handler that was taken off hears nothing", async () => {
  const events = makeEvents();
  const heard: unknown[] = [];
  const handler = () => heard.push("heard");
  events.on("messenger_close", handler);
  events.off("messenger_close", handler);

  events.fire("messenger_close");
  await later();

  expect(heard).toEqual([]);
});

test("an event that does not exist, or no function, is told to the page's author", () => {
  const events = makeEvents();
  events.on("message_read", () => {});
  events.on("sent", "no function");

  expect(warnings).toHaveLength(2);
});
