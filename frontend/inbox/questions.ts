import { uuid } from "../shared/ids";
import type { InboxUp, RefusalCode } from "../shared/wire";

/** The server's word, or that there was none. */
export class RefusedError extends Error {
  constructor(readonly code: RefusalCode | "offline") {
    super(code);
  }
}

type Asked = Extract<InboxUp, { id: string }>;
/** A frame that still lacks its id. */
export type Question = Asked extends infer One ? (One extends Asked ? Omit<One, "id"> : never) : never;

interface Open {
  frame: Asked;
  resolve: () => void;
  reject: (refused: RefusedError) => void;
}

const PATIENCE = 15_000;

/** Frames that are answered by one `ack` or `refused`. Asking twice under one id is harmless, so
 * they are sent again when the connection comes back. */
export class Questions {
  readonly #open = new Map<string, Open>();

  constructor(private readonly send: (frame: InboxUp) => boolean) {}

  /** Settles when the server has answered. Rejects with RefusedError. */
  ask(question: Question): Promise<void> {
    const frame: Asked = { ...question, id: uuid() };
    return new Promise((resolve, reject) => {
      this.#open.set(frame.id, { frame, resolve, reject });
      this.send(frame);
      setTimeout(() => this.refuse(frame.id, "offline"), PATIENCE);
    });
  }

  repeat(): void {
    for (const { frame } of this.#open.values()) this.send(frame);
  }

  acknowledge(id: string): void {
    this.#take(id)?.resolve();
  }

  refuse(id: string, code: RefusalCode | "offline"): void {
    this.#take(id)?.reject(new RefusedError(code));
  }

  #take(id: string): Open | undefined {
    const open = this.#open.get(id);
    this.#open.delete(id);
    return open;
  }
}
