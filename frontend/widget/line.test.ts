import { expect, test } from "vitest";
import type { Connection, Loss } from "../shared/socket";
import { FakeClock } from "../shared/testing/fakeClock";
import { FakeSocket } from "../shared/testing/fakeSocket";
import type { VisitorDown, VisitorUp } from "../shared/wire";
import { Line } from "./line";
import { LongPoll, type Post } from "./poll";

const hello: Extract<VisitorUp, { type: "hello" }> = {
  type: "hello",
  protocol: 1,
  ticket: "t",
  token: null,
  conversation: null,
  since: null,
  page: null,
  language: "en",
  time_zone: "UTC",
};
const typing: VisitorUp = { type: "typing", on: true };
const welcome = {
  type: "welcome",
  token: "viA.s",
  visitor_id: "viA",
  is_new: false,
  state: null,
  availability: "online",
};

interface Posted {
  frames: VisitorUp[];
  wait: boolean;
  answers: (status: number, frames?: unknown[]) => void;
}

function postOffice() {
  const posted: Posted[] = [];
  const post: Post = (body) =>
    new Promise((resolve) => {
      const { frames, wait } = JSON.parse(body) as { frames: VisitorUp[]; wait: boolean };
      posted.push({
        frames,
        wait,
        answers: (status, frames = []) =>
          resolve({ status, retryAfter: 3, text: JSON.stringify({ frames }) }),
      });
    });
  return { post, posted };
}

/** Lets what promises have set up come to rest. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

function wired() {
  const clock = new FakeClock();
  const sockets: FakeSocket[] = [];
  const states: [Connection, Loss | null][] = [];
  const frames: VisitorDown[] = [];
  const { post, posted } = postOffice();
  const line = new Line({
    dial: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    post,
    hello: () => hello,
    sync: () => ({ type: "sync", conversation: null, since: null }),
    onFrame: (frame) => frames.push(frame),
    onState: (state, loss) => states.push([state, loss]),
    clock,
    random: () => 1,
  });
  return { line, clock, sockets, states, frames, posted };
}

test("a socket that fails twice before it ever opened is replaced by a poll", async () => {
  const { line, clock, sockets, posted, states } = wired();
  line.start();
  sockets[0]?.drops();
  clock.pass(500);
  expect(posted).toHaveLength(0);
  sockets[1]?.drops();

  expect(posted.map(({ wait }) => wait)).toEqual([false]);
  posted[0]?.answers(200, [welcome]);
  await settle();

  expect(states.at(-1)?.[0]).toBe("open");
  expect(posted.at(-1)?.wait).toBe(true);
  line.stop();
});

test("a socket that has opened once is never given up for a poll", () => {
  const { line, clock, sockets, posted } = wired();
  line.start();
  sockets[0]?.opens();
  sockets[0]?.says(welcome);

  for (let attempt = 0; attempt < 5; attempt += 1) {
    sockets.at(-1)?.drops();
    clock.pass(30_000);
  }

  expect(posted).toHaveLength(0);
  line.stop();
});

test("a poll that fails twice gives the socket a new try", async () => {
  const { line, clock, sockets, posted } = wired();
  line.start();
  sockets[0]?.drops();
  clock.pass(500);
  sockets[1]?.drops();
  posted[0]?.answers(502);
  await settle();
  clock.pass(3_000);
  await settle();
  posted[1]?.answers(502);
  await settle();

  expect(sockets).toHaveLength(3);
  line.stop();
});

function polling() {
  const clock = new FakeClock();
  const states: [Connection, Loss | null][] = [];
  const frames: VisitorDown[] = [];
  const { post, posted } = postOffice();
  const poll = new LongPoll({
    post,
    hello: () => hello,
    onFrame: (frame) => frames.push(frame),
    onState: (state, loss) => states.push([state, loss]),
    clock,
    random: () => 1,
  });
  return { poll, clock, states, frames, posted };
}

test("frames are posted one request after the other, so that their order stays", async () => {
  const { poll, posted } = polling();
  poll.start();
  posted[0]?.answers(200, [welcome]);
  await settle();

  poll.send(typing);
  poll.send({ type: "typing", on: false });
  await settle();
  expect(posted.slice(2).map(({ frames }) => frames)).toEqual([[typing]]);
  posted[2]?.answers(200, [welcome]);
  await settle();

  expect(posted[3]?.frames).toEqual([{ type: "typing", on: false }]);
  poll.stop();
});

test("nothing can be sent before the server has answered", () => {
  const { poll } = polling();
  poll.start();

  expect(poll.send(typing)).toBe(false);
  poll.stop();
});

test("an expired ticket stops it with the code that the socket would have", async () => {
  const { poll, posted, states } = polling();
  poll.start();
  posted[0]?.answers(401);
  await settle();

  expect(states.at(-1)).toEqual(["stopped", { code: 4401, failures: 1 }]);
});

test("it waits as long as the server asks for", async () => {
  const { poll, clock, posted } = polling();
  poll.start();
  posted[0]?.answers(429);
  await settle();

  clock.pass(2_999);
  await settle();
  expect(posted).toHaveLength(1);
  clock.pass(1);
  await settle();

  expect(posted).toHaveLength(2);
  poll.stop();
});

test("what arrives after stop is not heard", async () => {
  const { poll, frames, posted } = polling();
  poll.start();
  poll.stop();
  posted[0]?.answers(200, [welcome]);
  await settle();

  expect(frames).toEqual([]);
});
