import type { Options } from "./checks";
import type { Config } from "./config";

export const GAP = 20;
const STEP = 16;
const BUBBLE = "M21 11.5a8.4 8.4 0 0 1-12.4 7.4L3 21l2.1-5.6A8.4 8.4 0 1 1 21 11.5z";
const CHEVRON = "m5 9 7 7 7-7";

// A constructed stylesheet is the one kind that a strict policy of the host page lets through.
const CSS = `:host{all:initial}
div{position:fixed;z-index:var(--z);bottom:var(--y);left:var(--l);right:var(--r);font:600 15px system-ui,sans-serif}
button{all:unset;display:flex;align-items:center;justify-content:center;gap:10px;padding:0 16px;height:60px;border-radius:30px;background:var(--c);color:var(--t);cursor:pointer;touch-action:none;user-select:none;box-shadow:0 1px 3px #0003,0 8px 24px -4px #0005}
button:hover{filter:brightness(1.12)}
button:focus-visible{outline:3px solid var(--c);outline-offset:3px}
svg{width:28px;fill:none;stroke:currentcolor;stroke-width:1.75;stroke-linecap:round}
b{position:absolute;top:-4px;right:-4px;padding:0 8px;border-radius:11px;background:#b42318;color:#fff;font-size:12px;line-height:22px;pointer-events:none}
@media(forced-colors:active){button{border:2px solid}}`;

/** Pixels from the widget's side and from the bottom edge. */
export type Place = [x: number, y: number];

export interface LauncherState {
  isShown: boolean;
  isOpen: boolean;
  isPhone: boolean;
  /** What arrived while the chat was closed. */
  unread: number;
  label: string;
}

export interface Launcher {
  root: ShadowRoot;
  side: "left" | "right";
  draw: (state: LauncherState) => void;
  focus: () => void;
  /** Puts it there, or as near as the window allows. */
  move: (place: Place) => void;
  /** Where it stands, and how high it is. */
  stands: () => { place: Place; height: number };
  /** To the other side of the window and back: what dragging does, with one click. */
  cross: () => void;
}

const clamp = (value: number, most: number) => Math.max(0, Math.min(value, most));

function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, ...inner: Element[]) {
  const element = document.createElement(tag);
  element.append(...inner);
  return element;
}

/**
 * Draws the button in a shadow root of the host. `onPlace` is told where the visitor has put it; null:
 * back where it belongs.
 */
export function makeLauncher(
  host: HTMLElement,
  config: Config,
  options: Options,
  onPress: () => void,
  onPlace: (place: Place | null) => void,
): Launcher {
  const words = config.texts.launcher;
  const side = options.orientation ?? config.side;
  const inward = side === "right" ? -1 : 1;
  const home: Place = [GAP + (options.offsetX ?? 0), GAP + (options.offsetY ?? 0)];
  let wanted = home;
  let place = home;

  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];

  const drawing = (name: string) => document.createElementNS("http://www.w3.org/2000/svg", name);
  const icon = drawing("path");
  const svg = drawing("svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.append(icon);
  const label = make("span");
  const badge = make("b");
  const button = make("button", svg, label);
  const box = make("div", button, badge);
  button.setAttribute("aria-description", words.move);
  badge.ariaHidden = "true";
  box.lang = config.language;
  box.dir = config.direction;
  root.append(box);

  const set = (name: string, value: string) => host.style.setProperty(`--${name}`, value);
  const move = (to: Place) => {
    wanted = to;
    place = [
      Math.round(clamp(to[0], innerWidth - box.offsetWidth)),
      Math.round(clamp(to[1], innerHeight - box.offsetHeight)),
    ];
    set("x", `${place[0]}px`);
    set("y", `${place[1]}px`);
  };
  const put = (to: Place) => {
    move(to);
    onPlace(to === home ? null : place);
  };

  set("c", options.color ?? config.color);
  set("t", options.color ? textOn(options.color) : config.color_text);
  set("z", String(options.zIndex ?? 1e7));
  set(side[0] ?? "r", "var(--x)");
  move(home);
  addEventListener("resize", () => move(wanted));

  let from: { x: number; y: number; place: Place } | null = null;
  let hasMoved = false;
  const drop = () => {
    if (from && hasMoved) put(place);
    from = null;
  };
  button.onpointerdown = (event) => {
    hasMoved = false;
    if (event.button) return;
    from = { x: event.clientX, y: event.clientY, place };
    button.setPointerCapture(event.pointerId);
  };
  button.onpointermove = (event) => {
    if (!from) return;
    const x = (event.clientX - from.x) * inward;
    const y = from.y - event.clientY;
    // A hand that presses trembles.
    hasMoved ||= Math.hypot(x, y) > 6;
    if (hasMoved) move([from.place[0] + x, from.place[1] + y]);
  };
  button.onpointerup = button.onpointercancel = drop;
  button.onclick = (event) => {
    // A press by keyboard (no detail) follows no movement.
    if (!hasMoved || !event.detail) onPress();
  };
  button.onkeydown = (event) => {
    const step = {
      ArrowLeft: [-inward, 0],
      ArrowRight: [inward, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    }[event.key];
    if (step) put([place[0] + STEP * (step[0] ?? 0), place[1] + STEP * (step[1] ?? 0)]);
    else if (event.key === "Home") put(home);
    else return;
    event.preventDefault();
  };

  return {
    root,
    side,
    move,
    focus: () => button.focus(),
    stands: () => ({ place, height: box.offsetHeight }),
    cross: () =>
      place[0] > innerWidth / 3 ? put(home) : put([innerWidth - box.offsetWidth - GAP, place[1]]),
    draw({ isShown, isOpen, isPhone, unread, label: text }) {
      box.hidden = !isShown || (isOpen && isPhone);
      const isWide = config.launcher === "greeting" && !isOpen;
      label.textContent = text;
      label.hidden = !isWide;
      icon.setAttribute("d", isOpen ? CHEVRON : BUBBLE);
      badge.hidden = isOpen || !unread;
      badge.textContent = String(unread);
      let name = isOpen ? words.close : words.open;
      if (!badge.hidden) {
        const form = new Intl.PluralRules(config.language).select(unread);
        name += `, ${(words.unread[form] ?? words.unread.other)?.replace("{count}", String(unread))}`;
      }
      // What is written on the button stays the beginning of its name, for those who speak to it.
      button.ariaLabel = isWide ? `${text}, ${name}` : name;
      button.ariaExpanded = String(isOpen);
      move(wanted);
    },
  };
}

/** Black or white, whichever reads better on the colour: one of them always reaches 4.5 : 1. */
function textOn(color: string): string {
  const part = (at: number) => (Number.parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2;
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5) > 0.179 ? "#000" : "#fff";
}
