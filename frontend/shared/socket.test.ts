import { expect, test } from "vitest";
import { type Connection, LiveSocket, type Loss } from "./socket";
import { FakeClock } from "./testing/fakeClock";
import { FakeSocket } from "./testing/fakeSocket";

interface Frame {
  type: string;
}

function wired() {
  const clock = new FakeClock();
  const dialled: FakeSocket[] = [];
  const states: [Connection, Loss | null][] = [];
  const frames: Frame[] = [];
  const socket = new LiveSocket<Frame, Frame>({
    dial: () => {
      const wire = new FakeSocket();
      dialled.push(wire);
      return wire;
    },
    hello: () => ({ type: "hello" }),
    sync: () => ({ type: "sync" }),
    onFrame: (frame) => frames.push(frame),
    onState: (state, loss) => states.push([state, loss]),
    clock,
    random: () => 1,
  });
  const last = () => {
    const wire = dialled.at(-1);
    if (!wire) throw new Error("nothing was dialled");
    return wire;
  };
  const connect = () => {
    last().opens();
    last().says({ type: "welcome" });
  };
  return { clock, dialled, states, frames, socket, last, connect };
}

test("says hello first and is open once the server has answered", () => {
  const { socket, last, states } = wired();

  socket.start();
  last().opens();

  expect(last().sent).toEqual([{ type: "hello" }]);
  expect(socket.send({ type: "message" })).toBe(false);
  last().says({ type: "welcome" });
  expect(states.map(([state]) => state)).toEqual(["connecting", "open"]);
  expect(socket.send({ type: "message" })).toBe(true);
});

test("comes back after a loss and says hello again", () => {
  const { clock, dialled, socket, connect, last } = wired();
  socket.start();
  connect();

  last().drops();
  clock.pass(499);
  expect(dialled).toHaveLength(1);
  clock.pass(1);
  connect();

  expect(dialled).toHaveLength(2);
  expect(last().sent).toEqual([{ type: "hello" }]);
});

test("waits twice as long after each failure in a row and counts them", () => {
  const { clock, dialled, socket, last, states } = wired();
  socket.start();

  last().drops();
  clock.pass(500);
  last().drops();
  clock.pass(999);
  expect(dialled).toHaveLength(2);
  clock.pass(1);

  expect(dialled).toHaveLength(3);
  expect(states.filter(([state]) => state === "waiting").map(([, loss]) => loss?.failures)).toEqual([1, 2]);
});

test("counts failures from zero again after the server has answered", () => {
  const { clock, socket, connect, last, states } = wired();
  socket.start();
  last().drops();
  clock.pass(500);
  connect();

  last().drops();

  expect(states.at(-1)).toEqual(["waiting", { code: 1006, failures: 1 }]);
});

test("does not come back after a code below 4410", () => {
  const { clock, dialled, socket, connect, last, states } = wired();
  socket.start();
  connect();

  last().drops(4403);
  clock.pass(600_000);

  expect(dialled).toHaveLength(1);
  expect(states.at(-1)).toEqual(["stopped", { code: 4403, failures: 1 }]);
});

test("comes back after a code from 4410 on", () => {
  const { clock, dialled, socket, connect, last } = wired();
  socket.start();
  connect();

  last().drops(4420);
  clock.pass(1_000);

  expect(dialled).toHaveLength(2);
});

test("keeps quiet for a while when the server asks for it", () => {
  const { clock, dialled, socket, connect, last } = wired();
  socket.start();
  connect();

  last().drops(4429);
  clock.pass(19_999);
  expect(dialled).toHaveLength(1);
  clock.pass(1);

  expect(dialled).toHaveLength(2);
});

test("a constructor that throws is a failed attempt", () => {
  const clock = new FakeClock();
  const states: Connection[] = [];
  const socket = new LiveSocket<Frame, Frame>({
    dial: () => {
      throw new Error("refused by the page's policy");
    },
    hello: () => ({ type: "hello" }),
    sync: () => ({ type: "sync" }),
    onFrame: () => {},
    onState: (state) => states.push(state),
    clock,
  });

  socket.start();

  expect(states).toEqual(["connecting", "waiting"]);
});

test("beats every 25 seconds and gives up a connection that stays silent", () => {
  const { clock, dialled, socket, connect, last } = wired();
  socket.start();
  connect();

  clock.pass(25_000);
  expect(last().sent.at(-1)).toEqual({ type: "sync" });
  last().says({ type: "changes" });
  clock.pass(25_000);
  const silent = last();
  clock.pass(12_000);

  expect(silent.isClosed).toBe(true);
  clock.pass(500);
  expect(dialled).toHaveLength(2);
});

test("gives up an attempt that is never answered", () => {
  const { clock, dialled, socket } = wired();
  socket.start();

  clock.pass(12_500);

  expect(dialled).toHaveLength(2);
});

test("returns credit after every 32 frames", () => {
  const { socket, connect, last } = wired();
  socket.start();
  connect();

  for (let n = 0; n < 31; n += 1) last().says({ type: "typing" });

  expect(last().sent).toEqual([{ type: "hello" }, { type: "sync" }]);
});

test("dials at once when the network is back", () => {
  const { dialled, socket, last } = wired();
  socket.start();
  last().drops();

  globalThis.dispatchEvent(new Event("online"));

  expect(dialled).toHaveLength(2);
  socket.stop();
});

test("what an abandoned connection still says is not heard", () => {
  const { clock, dialled, frames, socket, connect, last } = wired();
  socket.start();
  connect();
  const old = last();
  old.drops();
  clock.pass(500);

  old.says({ type: "change" });

  expect(dialled).toHaveLength(2);
  expect(frames).toEqual([{ type: "welcome" }]);
});

test("stop ends it, with nothing left to run", () => {
  const { clock, socket, connect, last } = wired();
  socket.start();
  connect();

  socket.stop();

  expect(last().isClosed).toBe(true);
  expect(clock.waiting).toBe(0);
});
