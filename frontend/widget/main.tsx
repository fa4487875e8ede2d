import { render } from "preact";
import { Chime } from "../shared/chime";
import { readable, textOn } from "../shared/colour";
import { createTranslator } from "../shared/i18n";
import { App } from "./App";
import { readBootstrap } from "./bootstrap";
import { Chat } from "./chat";
import { Provider } from "./context";
import { Host } from "./host";
import { lend } from "./kit";
import { Line } from "./line";
import { poster } from "./poll";
import "./widget.css";

lend();
const bootstrap = readBootstrap(document);

const host = new Host(bootstrap.site, (message) => {
  if (message.type === "start") paint(message.color);
  chat.hear(message);
});

const chat = new Chat({
  bootstrap,
  say: (message) => host.say(message),
  connect: (wiring) =>
    new Line({ ...wiring, dial: () => new WebSocket(bootstrap.socket), post: poster(bootstrap.poll) }),
  chime: new Chime(document),
  fetch: (...request) => fetch(...request),
});

/** The account's colour, or the page's own, of which the readable ones are worked out here. */
function paint(color: string): void {
  const isOwn = color !== bootstrap.color;
  const onLight = isOwn ? readable(color, "#ffffff") : bootstrap.color_on_light;
  const onDark = isOwn ? readable(color, "#1b2123") : bootstrap.color_on_dark;
  const { style } = document.documentElement;
  style.setProperty("--accent", color);
  style.setProperty("--accent-contrast", isOwn ? textOn(color) : bootstrap.color_text);
  style.setProperty("--accent-text", `light-dark(${onLight}, ${onDark})`);
}

paint(bootstrap.color);
const root = document.getElementById("chat");
if (root) {
  const { language } = bootstrap;
  const t = createTranslator(bootstrap.texts, language);
  render(
    <Provider value={{ chat, t, language }}>
      <App />
    </Provider>,
    root,
  );
}
