import { beforeEach, expect, test } from "vitest";
import { Outbox } from "./outbox";
import { FakeClock } from "./testing/fakeClock";

interface Frame {
  id: string;
}

let clock: FakeClock;
let sent: string[];
let isConnected: boolean;
let outbox: Outbox<Frame>;

beforeEach(() => {
  clock = new FakeClock();
  sent = [];
  isConnected = true;
  outbox = new Outbox<Frame>({
    send: (frame) => {
      if (isConnected) sent.push(frame.id);
      return isConnected;
    },
    onChange: () => {},
    clock,
  });
});

const states = () => outbox.unsent.map((one) => `${one.frame.id} ${one.state} ${one.failure}`);

test("a message is sent at once and stays until it is acknowledged", () => {
  outbox.add({ id: "a" }, null);
  expect(sent).toEqual(["a"]);
  expect(states()).toEqual(["a queued null"]);

  expect(outbox.acknowledge("a")).toBe(true);

  expect(outbox.unsent).toEqual([]);
});

test("after a reconnect all are sent again in their order under their ids", () => {
  isConnected = false;
  outbox.add({ id: "a" }, null);
  outbox.add({ id: "b" }, null);

  isConnected = true;
  outbox.flush();

  expect(sent).toEqual(["a", "b"]);
});

test("half a minute without an answer is a failure, and a reconnect mends it", () => {
  isConnected = false;
  outbox.add({ id: "a" }, null);
  clock.pass(30_000);
  expect(states()).toEqual(["a failed offline"]);

  isConnected = true;
  outbox.flush();

  expect(states()).toEqual(["a queued null"]);
  expect(sent).toEqual(["a"]);
});

test("a refused message is sent again only when a person says so", () => {
  outbox.add({ id: "a" }, null);
  outbox.refuse("a", "too_many");
  outbox.flush();
  expect(states()).toEqual(["a failed too_many"]);
  expect(sent).toEqual(["a"]);

  outbox.retry("a");

  expect(sent).toEqual(["a", "a"]);
  expect(states()).toEqual(["a queued null"]);
});

test("an answer that comes after the failure still counts", () => {
  outbox.add({ id: "a" }, null);
  clock.pass(30_000);

  outbox.acknowledge("a");

  expect(outbox.unsent).toEqual([]);
});

test("answers to other people's frames change nothing", () => {
  outbox.add({ id: "a" }, null);

  expect(outbox.acknowledge("b")).toBe(false);
  expect(outbox.refuse("b", "closed")).toBe(false);

  expect(states()).toEqual(["a queued null"]);
});

test("an acknowledged message leaves no timer behind", () => {
  outbox.add({ id: "a" }, null);
  outbox.acknowledge("a");

  expect(clock.waiting).toBe(0);
});
