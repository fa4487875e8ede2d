import type { Wire } from "../socket";

/** The far end of a socket, played by a test. */
export class FakeSocket implements Wire {
  onopen: WebSocket["onopen"] = null;
  onmessage: WebSocket["onmessage"] = null;
  onclose: WebSocket["onclose"] = null;
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
    this.onopen?.call(this.#asWebSocket(), new Event("open"));
  }

  says(frame: unknown): void {
    const data = typeof frame === "string" ? frame : JSON.stringify(frame);
    this.onmessage?.call(this.#asWebSocket(), new MessageEvent("message", { data }));
  }

  drops(code = 1006): void {
    this.isClosed = true;
    this.onclose?.call(this.#asWebSocket(), Object.assign(new Event("close") as CloseEvent, { code }));
  }

  // Handlers are typed with their socket as `this`; none of ours looks at it.
  #asWebSocket(): WebSocket {
    return this as unknown as WebSocket;
  }
}
