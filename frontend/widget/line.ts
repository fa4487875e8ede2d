import type { Clock } from "../shared/clock";
import { type Connection, LiveSocket, type Loss, type Wire } from "../shared/socket";
import type { VisitorDown, VisitorUp } from "../shared/wire";
import { LongPoll, type Post } from "./poll";

type Hello = Extract<VisitorUp, { type: "hello" }>;

export interface LineWiring {
  dial: () => Wire;
  post: Post;
  hello: () => Hello;
  sync: () => VisitorUp;
  onFrame: (frame: VisitorDown) => void;
  onState: (state: Connection, loss: Loss | null) => void;
  clock?: Clock;
  random?: () => number;
}

/** Attempts after which a socket that never opened counts as blocked, and a poll as failing. */
const PATIENCE = 2;

/**
 * The way to the server: a socket, or a poll where a socket fails twice without ever having opened. A
 * socket that has worked once on this page is never given up, and a poll that fails gives it a new try:
 * then it is the network that is gone, not the socket that is blocked.
 */
export class Line {
  readonly #socket: LiveSocket<VisitorUp, VisitorDown>;
  readonly #poll: LongPoll;
  #current: LiveSocket<VisitorUp, VisitorDown> | LongPoll;
  #hasOpened = false;
  #isStarted = false;

  constructor(wiring: LineWiring) {
    const { clock, random } = wiring;
    const time = { ...(clock ? { clock } : {}), ...(random ? { random } : {}) };
    this.#socket = new LiveSocket<VisitorUp, VisitorDown>({
      ...time,
      dial: wiring.dial,
      hello: wiring.hello,
      sync: wiring.sync,
      onFrame: wiring.onFrame,
      onState: (state, loss) => {
        if (this.#current !== this.#socket) return;
        if (state === "open") this.#hasOpened = true;
        wiring.onState(state, loss);
        const isBlocked = state === "waiting" && !this.#hasOpened && (loss?.failures ?? 0) >= PATIENCE;
        if (isBlocked) this.#change(this.#poll);
      },
    });
    this.#poll = new LongPoll({
      ...time,
      post: wiring.post,
      hello: wiring.hello,
      onFrame: wiring.onFrame,
      onState: (state, loss) => {
        if (this.#current !== this.#poll) return;
        wiring.onState(state, loss);
        if (state === "waiting" && (loss?.failures ?? 0) >= PATIENCE) this.#change(this.#socket);
      },
    });
    this.#current = this.#socket;
  }

  start(): void {
    this.#isStarted = true;
    this.#current.start();
  }

  stop(): void {
    this.#isStarted = false;
    this.#current.stop();
  }

  send(frame: VisitorUp): boolean {
    return this.#current.send(frame);
  }

  sync(): void {
    this.#current.sync();
  }

  #change(next: LiveSocket<VisitorUp, VisitorDown> | LongPoll): void {
    const old = this.#current;
    this.#current = next;
    old.stop();
    if (this.#isStarted) next.start();
  }
}
