import { type Clock, systemClock } from "../shared/clock";

/** Things to do later, by name: setting one again puts it off. */
export class Timers {
  readonly #due = new Map<string, () => void>();

  constructor(private readonly clock: Clock = systemClock) {}

  has(name: string): boolean {
    return this.#due.has(name);
  }

  later(name: string, milliseconds: number, run: () => void): void {
    this.cancel(name);
    this.#due.set(
      name,
      this.clock.after(milliseconds, () => {
        this.#due.delete(name);
        run();
      }),
    );
  }

  cancel(name: string): void {
    this.#due.get(name)?.();
    this.#due.delete(name);
  }
}
