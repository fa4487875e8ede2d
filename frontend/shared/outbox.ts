import { type Clock, systemClock } from "./clock";
import type { RefusalCode } from "./wire";

/** Why a message was not taken: the server's word, or `offline` when nobody answered in time. */
export type Failure = RefusalCode | "offline";

/**
 * A message that the server has not acknowledged. `note` is whatever the surface wants to show with
 * it. Once acknowledged it leaves, and stored, delivered and seen follow from seq and marks.
 */
export interface Unsent<Frame, Note> {
  frame: Frame;
  note: Note;
  queued_at: number;
  state: "queued" | "failed";
  failure: Failure | null;
}

export interface OutboxWiring<Frame, Note> {
  /** False: not connected. The message waits for `flush`. */
  send: (frame: Frame) => boolean;
  onChange: (unsent: readonly Unsent<Frame, Note>[]) => void;
  clock?: Clock;
  /** Milliseconds without an answer after which a message counts as failed. */
  patience?: number;
}

/** Keeps messages until they are acknowledged and sends them again, in order, under the same id. */
export class Outbox<Frame extends { id: string }, Note = null> {
  readonly #wiring: OutboxWiring<Frame, Note>;
  readonly #clock: Clock;
  readonly #patience: number;
  readonly #timers = new Map<string, () => void>();
  #unsent: readonly Unsent<Frame, Note>[] = [];

  constructor(wiring: OutboxWiring<Frame, Note>) {
    this.#wiring = wiring;
    this.#clock = wiring.clock ?? systemClock;
    this.#patience = wiring.patience ?? 30_000;
  }

  get unsent(): readonly Unsent<Frame, Note>[] {
    return this.#unsent;
  }

  add(frame: Frame, note: Note): void {
    this.#unsent = [
      ...this.#unsent,
      { frame, note, queued_at: this.#clock.now(), state: "queued", failure: null },
    ];
    this.#hurry(frame);
    this.#tell();
  }

  /** The connection is back. Refused messages stay: the same answer would come again. */
  flush(): void {
    const again = this.#unsent.filter((one) => one.state === "queued" || one.failure === "offline");
    if (again.length === 0) return;
    for (const one of again) {
      this.#set(one.frame.id, "queued", null);
      this.#hurry(one.frame);
    }
    this.#tell();
  }

  /** True if the message was ours. A late answer to a failed one counts too: it is stored. */
  acknowledge(id: string): boolean {
    const isOurs = this.#unsent.some((one) => one.frame.id === id);
    if (isOurs) this.discard(id);
    return isOurs;
  }

  refuse(id: string, code: RefusalCode): boolean {
    if (!this.#unsent.some((one) => one.frame.id === id)) return false;
    this.#forget(id);
    this.#set(id, "failed", code);
    this.#tell();
    return true;
  }

  retry(id: string): void {
    const one = this.#unsent.find((other) => other.frame.id === id);
    if (one?.state !== "failed") return;
    this.#set(id, "queued", null);
    this.#hurry(one.frame);
    this.#tell();
  }

  discard(id: string): void {
    this.#forget(id);
    this.#unsent = this.#unsent.filter((one) => one.frame.id !== id);
    this.#tell();
  }

  clear(): void {
    for (const one of this.#unsent) this.#forget(one.frame.id);
    this.#unsent = [];
    this.#tell();
  }

  #hurry(frame: Frame): void {
    this.#forget(frame.id);
    const callOff = this.#clock.after(this.#patience, () => {
      this.#timers.delete(frame.id);
      this.#set(frame.id, "failed", "offline");
      this.#tell();
    });
    this.#timers.set(frame.id, callOff);
    this.#wiring.send(frame);
  }

  #set(id: string, state: "queued" | "failed", failure: Failure | null): void {
    this.#unsent = this.#unsent.map((one) => (one.frame.id === id ? { ...one, state, failure } : one));
  }

  #forget(id: string): void {
    this.#timers.get(id)?.();
    this.#timers.delete(id);
  }

  #tell(): void {
    this.#wiring.onChange(this.#unsent);
  }
}
