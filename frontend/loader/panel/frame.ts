import { HANDOVER, type ToFrame, type ToLoader } from "../../shared/port";

/** The chat's frame and the port to it. */
export class ChatFrame {
  readonly element = document.createElement("iframe");
  readonly #start: () => ToFrame;
  readonly #onMessage: (message: ToLoader) => void;
  #port: MessagePort | null = null;
  #reloads = 0;

  constructor(address: URL, title: string, start: () => ToFrame, onMessage: (message: ToLoader) => void) {
    this.#start = start;
    this.#onMessage = onMessage;
    this.element.title = title;
    this.element.allow = "autoplay";
    this.element.src = address.href;
    // `load` fires for a blocked frame too, and again after every reload: each gets a port of its own,
    // which only a document of our origin can receive.
    this.element.addEventListener("load", () => this.#handOver(address.origin));
  }

  say(message: ToFrame): void {
    this.#port?.postMessage(message);
  }

  #handOver(origin: string): void {
    const { port1, port2 } = new MessageChannel();
    this.#port?.close();
    this.#port = port1;
    port1.onmessage = (event: MessageEvent<ToLoader>) => {
      if (event.data.type === "reload") this.#reload();
      else this.#onMessage(event.data);
    };
    port1.postMessage(this.#start());
    this.element.contentWindow?.postMessage(HANDOVER, origin, [port2]);
  }

  // A server that is newer than this page asks for a reload; one that keeps asking is not listened to.
  #reload(): void {
    this.#reloads += 1;
    const { element } = this;
    if (this.#reloads <= 2) element.src = String(element.src);
  }
}
