import { backoff } from "../shared/backoff";
import { type Clock, systemClock } from "../shared/clock";
import type { Connection, Loss } from "../shared/socket";
import type { VisitorDown, VisitorUp } from "../shared/wire";

type Hello = Extract<VisitorUp, { type: "hello" }>;

/** One exchange with the server. Rejects when nothing came back. */
export type Post = (body: string) => Promise<{ status: number; retryAfter: number; text: string }>;

export interface PollWiring {
  post: Post;
  hello: () => Hello;
  onFrame: (frame: VisitorDown) => void;
  onState: (state: Connection, loss: Loss | null) => void;
  clock?: Clock;
  random?: () => number;
}

/** The close codes of the socket for the statuses of the poll. */
const CODES: Record<number, number> = { 400: 4400, 401: 4401, 403: 4403, 404: 4403, 413: 4400, 429: 4429 };

class PollError extends Error {
  constructor(
    readonly code: number,
    readonly retryAfter: number,
  ) {
    super(`poll ended with ${code}`);
  }
}

/**
 * The same conversation over plain HTTP, where sockets are blocked: one request waits for news, others
 * carry what is to be said, one after the other so that their order stays.
 */
export class LongPoll {
  readonly #wiring: PollWiring;
  readonly #clock: Clock;
  #state: Connection = "stopped";
  #failures = 0;
  /** Counts starts: what an earlier one still hears is not for us. */
  #run = 0;
  #waiting: VisitorUp[] = [];
  #isSending = false;

  constructor(wiring: PollWiring) {
    this.#wiring = wiring;
    this.#clock = wiring.clock ?? systemClock;
  }

  start(): void {
    if (this.#state !== "stopped") return;
    this.#failures = 0;
    this.#run += 1;
    this.#turn("connecting", null);
    void this.#listen(this.#run);
  }

  stop(): void {
    if (this.#state === "stopped") return;
    this.#run += 1;
    this.#waiting = [];
    this.#turn("stopped", null);
  }

  send(frame: VisitorUp): boolean {
    if (this.#state !== "open") return false;
    this.#waiting.push(frame);
    void this.#speak(this.#run);
    return true;
  }

  /** Every answer says what is new, so a sync needs nothing but a request. */
  sync(): void {
    void this.#speak(this.#run, true);
  }

  async #listen(run: number): Promise<void> {
    while (run === this.#run) {
      try {
        const frames = await this.#exchange([], this.#state === "open");
        if (run !== this.#run) return;
        this.#failures = 0;
        for (const frame of frames) this.#wiring.onFrame(frame);
        // Only now, so that what is sent next carries the identity that the welcome brought.
        if (run === this.#run && this.#state !== "open") this.#turn("open", null);
      } catch (error) {
        if (run !== this.#run) return;
        if (!(await this.#lose(error))) return;
      }
    }
  }

  async #speak(run: number, evenEmpty = false): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      let isFirst = evenEmpty;
      while (run === this.#run && (isFirst || this.#waiting.length > 0)) {
        isFirst = false;
        const frames = await this.#exchange(this.#waiting.splice(0, 10), false);
        if (run !== this.#run) return;
        for (const frame of frames) this.#wiring.onFrame(frame);
      }
    } catch {
      // The listening request sees the same failure and ends in a reconnect, after which the outbox
      // sends again what was not acknowledged.
      this.#waiting = [];
    } finally {
      this.#isSending = false;
    }
  }

  /** False: there is no coming back. */
  async #lose(error: unknown): Promise<boolean> {
    this.#failures += 1;
    const code = error instanceof PollError ? error.code : 1006;
    const loss = { code, failures: this.#failures };
    if (code >= 4400 && code < 4410) {
      this.#run += 1;
      this.#turn("stopped", loss);
      return false;
    }
    const asked = error instanceof PollError ? error.retryAfter * 1000 : 0;
    const pause = Math.max(asked, backoff(this.#failures - 1, this.#wiring.random));
    this.#turn("waiting", loss);
    await new Promise<void>((resolve) => this.#clock.after(pause, resolve));
    return true;
  }

  async #exchange(frames: VisitorUp[], wait: boolean): Promise<VisitorDown[]> {
    const answer = await this.#wiring.post(JSON.stringify({ hello: this.#wiring.hello(), frames, wait }));
    if (answer.status !== 200) throw new PollError(CODES[answer.status] ?? 1006, answer.retryAfter);
    return (JSON.parse(answer.text) as { frames: VisitorDown[] }).frames;
  }

  #turn(state: Connection, loss: Loss | null): void {
    this.#state = state;
    this.#wiring.onState(state, loss);
  }
}

/** Posts to the poll's address. A request that waits is given up after a while longer than the server waits. */
export function poster(address: string): Post {
  return async (body) => {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      credentials: "omit",
      signal: AbortSignal.timeout(40_000),
    });
    return {
      status: response.status,
      retryAfter: Number(response.headers.get("Retry-After")) || 0,
      text: await response.text(),
    };
  };
}
