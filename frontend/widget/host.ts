import { HANDOVER, type ToFrame, type ToLoader } from "../shared/port";

/** The page that the frame stands in, reached by the port that its loader hands over. */
export class Host {
  #port: MessagePort | null = null;
  readonly #onMessage: (message: ToFrame) => void;

  /** Listens at once: the hand-over comes with the frame's `load`, and comes once. */
  constructor(site: string, onMessage: (message: ToFrame) => void) {
    this.#onMessage = onMessage;
    addEventListener("message", (event: MessageEvent<unknown>) => {
      // Any window that finds us may post. Only our own parent, on the site that the server named, is heard.
      if (event.source !== parent || event.origin !== site || event.data !== HANDOVER) return;
      const port = event.ports[0];
      if (port) this.#take(port);
    });
  }

  say(message: ToLoader): void {
    this.#port?.postMessage(message);
  }

  #take(port: MessagePort): void {
    this.#port?.close();
    this.#port = port;
    port.onmessage = (event: MessageEvent<ToFrame>) => this.#onMessage(event.data);
  }
}
