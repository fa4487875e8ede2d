import { attempt, warn } from "./warn";

const NAME =
  /^(message(_sent|_received)?|messenger_close|status|agent\.(join|leave)|sent|login|event|startup|render(ed)?)$/;

type Handler = (...values: unknown[]) => void;

/** Handlers of the page. Each runs later, in order of subscription, and fails alone. */
export interface Events {
  on: (name: string, handler: unknown) => void;
  off: (name: string, handler: unknown) => void;
  fire: (name: string, ...values: unknown[]) => void;
}

export function makeEvents(): Events {
  let handlers: [name: string, handler: Handler][] = [];
  let status: unknown;
  const run = (handler: Handler, values: unknown[]) => setTimeout(() => attempt(() => handler(...values)));
  return {
    on(name, handler) {
      if (!NAME.test(name) || typeof handler !== "function") {
        warn(`there is no event "${name}"`);
        return;
      }
      handlers.push([name, handler as Handler]);
      // Who comes late is told how things stand.
      if (name === "status" && status) run(handler as Handler, [status]);
    },
    off(name, handler) {
      handlers = handlers.filter((one) => one[0] !== name || one[1] !== handler);
    },
    fire(name, ...values) {
      if (name === "status") status = values[0];
      for (const [other, handler] of handlers) if (other === name) run(handler, values);
    },
  };
}
