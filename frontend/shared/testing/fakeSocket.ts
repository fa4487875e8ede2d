import type { Wire } from "../socket";

/** The far end of a socket, played by a test. */
export class FakeSocket implements Wire {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: unknown[] = [];
  isClosed = false;

  send(text: string): void {
    if (this.isClosed) throw new Error("sent on a closed socket");
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }

  opens(): void {
    this.onopen?.();
  }

  says(frame: unknown): void {
    this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }

  drops(code = 1006): void {
    this.isClosed = true;
    this.onclose?.({ code });
  }
}
