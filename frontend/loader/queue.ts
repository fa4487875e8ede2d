import { attempt, warn } from "./warn";

/** The function of the page's snippet. `_` holds calls made before the loader came. */
export interface QueueFunction {
  (...call: unknown[]): void;
  _: unknown[];
  /** The visitor's id, once it is known. */
  vid?: string;
}

export function isQueue(value: unknown): value is QueueFunction {
  return typeof value === "function" && Array.isArray((value as Partial<QueueFunction>)._);
}

export function makeQueue(): QueueFunction {
  const queue: QueueFunction = (...call) => void queue._.push(call);
  queue._ = [];
  return queue;
}

/** Runs what has queued up, in order, and from then on every call at once. One failing call stops nothing. */
export function drain(queue: { _: unknown[] }, run: (call: unknown[]) => void): void {
  // The snippet pushes `arguments`, a page may push plain arrays.
  const perform = (entry: unknown) =>
    typeof entry === "object" && entry && "length" in entry
      ? attempt(() => run(Array.from(entry as ArrayLike<unknown>)))
      : warn("bad call");
  const waiting = [...queue._];
  queue._.push = (...entries) => {
    entries.forEach(perform);
    return entries.length;
  };
  waiting.forEach(perform);
}
