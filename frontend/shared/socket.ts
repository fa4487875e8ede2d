import { backoff } from "./backoff";
import { type Clock, systemClock } from "./clock";

/** What of a WebSocket is used, so that a test can play the far end. */
export type Wire = Pick<WebSocket, "onopen" | "onmessage" | "onclose" | "send" | "close">;

/**
 * connecting: the first attempt, or one after a pause. open: the server has answered the hello.
 * waiting: lost, the next attempt is set. stopped: by `stop()`, or by a code that forbids coming back.
 */
export type Connection = "connecting" | "open" | "waiting" | "stopped";

export interface Loss {
  /** The close code; 1006 where there was none. */
  code: number;
  /** How many attempts in a row have ended before the server answered. */
  failures: number;
}

export interface Wiring<Up, Down> {
  /** May throw: that counts as a failed attempt. */
  dial: () => Wire;
  /** The first frame on every opening. */
  hello: () => Up;
  /** Heartbeat, credit and repair in one frame; the server answers each. */
  sync: () => Up;
  onFrame: (frame: Down) => void;
  onState: (state: Connection, loss: Loss | null) => void;
  clock?: Clock;
  random?: () => number;
}

const HEARTBEAT = 25_000;
const PATIENCE = 12_000;
const CREDIT = 32;
/** The server has asked for quiet. */
const TOO_MANY = 4429;
const QUIET = 20_000;

function isFatal(code: number): boolean {
  return code >= 4400 && code < 4410;
}

/** Reconnects until it is stopped or sent away, and on every opening says hello again. */
export class LiveSocket<Up, Down> {
  readonly #wiring: Wiring<Up, Down>;
  readonly #clock: Clock;
  #wire: Wire | null = null;
  #state: Connection = "stopped";
  #failures = 0;
  #received = 0;
  #forgetTimer: () => void = () => {};
  #forgetDeadline: () => void = () => {};
  #hasDeadline = false;

  constructor(wiring: Wiring<Up, Down>) {
    this.#wiring = wiring;
    this.#clock = wiring.clock ?? systemClock;
  }

  get state(): Connection {
    return this.#state;
  }

  start(): void {
    if (this.#state !== "stopped") return;
    this.#failures = 0;
    globalThis.addEventListener?.("online", this.#hurry);
    globalThis.document?.addEventListener("visibilitychange", this.#hurry);
    this.#dial();
  }

  stop(): void {
    if (this.#state === "stopped") return;
    this.#leave();
    this.#turn("stopped", null);
  }

  /** Hands the frame to an open connection. False: there is none, nothing was sent. */
  send(frame: Up): boolean {
    if (this.#state !== "open" || !this.#wire) return false;
    return this.#write(frame);
  }

  /** Asks the server at once what was missed. */
  sync(): void {
    if (this.send(this.#wiring.sync())) this.#expectAnswer();
  }

  #write(frame: Up): boolean {
    try {
      this.#wire?.send(JSON.stringify(frame));
      return true;
    } catch {
      return false;
    }
  }

  #turn(state: Connection, loss: Loss | null): void {
    this.#state = state;
    this.#wiring.onState(state, loss);
  }

  #dial(): void {
    this.#turn("connecting", null);
    let wire: Wire;
    try {
      wire = this.#wiring.dial();
    } catch {
      this.#lose(1006);
      return;
    }
    this.#wire = wire;
    this.#received = 0;
    // A proxy may take the connection and then say nothing for ever.
    this.#expectAnswer();
    wire.onopen = () => {
      if (wire === this.#wire) this.#write(this.#wiring.hello());
    };
    wire.onmessage = (event) => {
      if (wire === this.#wire) this.#receive(event.data);
    };
    wire.onclose = (event) => {
      if (wire === this.#wire) this.#lose(event.code || 1006);
    };
  }

  #receive(text: unknown): void {
    this.#hasDeadline = false;
    this.#forgetDeadline();
    let frame: Down;
    try {
      frame = JSON.parse(String(text)) as Down;
    } catch {
      return;
    }
    if (this.#state !== "open") {
      this.#failures = 0;
      this.#beatLater();
      this.#turn("open", null);
    }
    this.#received += 1;
    this.#wiring.onFrame(frame);
    if (this.#received % CREDIT === 0) this.sync();
  }

  #beatLater(): void {
    this.#forgetTimer();
    this.#forgetTimer = this.#clock.after(HEARTBEAT, () => {
      this.sync();
      this.#beatLater();
    });
  }

  #expectAnswer(): void {
    if (this.#hasDeadline) return;
    this.#hasDeadline = true;
    this.#forgetDeadline();
    this.#forgetDeadline = this.#clock.after(PATIENCE, () => this.#lose(1006));
  }

  #lose(code: number): void {
    this.#drop();
    this.#failures += 1;
    const loss = { code, failures: this.#failures };
    if (isFatal(code)) {
      this.#leave();
      this.#turn("stopped", loss);
      return;
    }
    const pause = Math.max(backoff(this.#failures - 1, this.#wiring.random), code === TOO_MANY ? QUIET : 0);
    this.#forgetTimer = this.#clock.after(pause, () => this.#dial());
    this.#turn("waiting", loss);
  }

  #drop(): void {
    const wire = this.#wire;
    this.#wire = null;
    this.#hasDeadline = false;
    this.#forgetTimer();
    this.#forgetDeadline();
    wire?.close();
  }

  #leave(): void {
    this.#drop();
    globalThis.removeEventListener?.("online", this.#hurry);
    globalThis.document?.removeEventListener("visibilitychange", this.#hurry);
  }

  readonly #hurry = (): void => {
    if (globalThis.document?.visibilityState === "hidden") return;
    if (this.#state === "waiting") {
      this.#forgetTimer();
      this.#dial();
    } else if (this.#state === "open") {
      this.sync();
    }
  };
}
