import type { AvailabilityStatus } from "../shared/wire";
import type { Options } from "./checks";
import { isCommand } from "./checks";
import type { Config } from "./config";
import { readCookie } from "./cookie";
import { type Events, makeEvents } from "./events";
import { type Launcher, makeLauncher, type Place } from "./launcher";
import { warn } from "./warn";

/** What button and chat share. */
export interface Stage {
  config: Config;
  options: Options;
  events: Events;
  launcher: Launcher;
  isOpen: boolean;
  isPhone: boolean;
  isBlocked: boolean;
  hasConversation: boolean;
  status: AvailabilityStatus;
  unread: number;
  /** The page's function, which shows the visitor's id. */
  call: { vid?: string };
  draw: () => void;
  show: (isOpen: boolean, isByVisitor: boolean) => void;
}

/** The page's side of the chat, which comes with its first use. */
export interface Panel {
  /** The visitor acts: from now on the device may keep what the registry names. */
  act: () => void;
  /** The chat was opened or closed. Opening it loads the frame. */
  show: (isByVisitor: boolean) => void;
  place: (place: Place | null) => void;
  /** Commands that are for the chat: message, name, email, phone, group, variables. */
  perform: (name: string, value: unknown) => void;
  layout: () => void;
}

export interface Widget {
  stage: Stage;
  perform: (name: string, value: unknown, more: unknown) => void;
  /** The chat comes back as it was left, and an answer shows on the next page. */
  resume: () => void;
}

/** The one widget of a page: what the visitor sees of it and what the page may ask. */
export function makeWidget(
  host: HTMLElement,
  config: Config,
  options: Options,
  call: { vid?: string },
): Widget {
  const read = (name: string) => readCookie((options.cookiePrefix ?? "") + config.namespace + name);
  const phone = matchMedia("(max-width:640px)");
  const events = makeEvents();
  const waiting: [name: string, value: unknown][] = [];
  let forced: boolean | null = null;
  let panel: Promise<Panel> | null = null;

  const use = (work: (panel: Panel) => void) => {
    panel ??= import(config.panel).then((module: { default: (stage: Stage) => Panel }) => {
      const made = module.default(stage);
      for (const [name, value] of waiting.splice(0)) made.perform(name, value);
      return made;
    });
    panel.then(work).catch((error) => {
      panel = null;
      warn(String(error));
    });
  };

  // First match wins, as the pages' contract orders it.
  const hidesOffline = options.hideOfflineChat ?? config.hides_when_offline;
  const isShown = () =>
    !stage.isBlocked &&
    !(stage.isPhone && options.hideMobileWidget) &&
    (forced ??
      (stage.hasConversation || (!(stage.status === "offline" && hidesOffline) && !options.hideWidget)));

  const launcher = makeLauncher(
    host,
    config,
    options,
    () => {
      use((made) => made.act());
      stage.show(!stage.isOpen, true);
    },
    (place) =>
      use((made) => {
        made.act();
        made.place(place);
      }),
  );

  const stage: Stage = {
    config,
    options,
    events,
    launcher,
    isOpen: false,
    isPhone: phone.matches,
    isBlocked: false,
    hasConversation: !!read("chatid"),
    status: config.status,
    unread: Number(read("unreaded")) || 0,
    call,
    draw: () => {
      launcher.draw({ ...stage, isShown: isShown(), label: config.texts.widget[stage.status] });
      host.toggleAttribute("data-open", isShown() && stage.isOpen);
      host.toggleAttribute("data-phone", stage.isPhone);
    },
    show(isOpen, isByVisitor) {
      const hasClosed = stage.isOpen && !isOpen;
      stage.isOpen = isOpen;
      if (isOpen) stage.unread = 0;
      stage.draw();
      use((made) => made.show(isByVisitor));
      if (hasClosed) {
        if (isByVisitor) launcher.focus();
        events.fire("messenger_close");
      }
    },
  };

  const [, x, y] = /^(\d+),(\d+)$/.exec(read("position") ?? "") ?? [];
  if (y) launcher.move([Number(x), Number(y)]);
  phone.onchange = () => {
    stage.isPhone = phone.matches;
    stage.draw();
    if (panel) use((made) => made.layout());
  };

  return {
    stage,
    perform(given, value, more) {
      const name = given.startsWith("tele") ? "phone" : given;
      if (!isCommand(name, value)) return;
      const [branch, verb] = name.split(":");
      if (name === "on" || name === "off") {
        events[name](String(value), more);
      } else if (verb === "show" || verb === "hide") {
        forced = verb === "show";
        stage.draw();
      } else if (verb === "open" || verb === "close") {
        if (verb === "open") forced = true;
        else if (!stage.isOpen) return;
        // A call of the page is not the visitor's doing, unless it runs in their click.
        if (navigator.userActivation?.isActive) use((made) => made.act());
        stage.show(verb === "open", false);
      } else if (name === "group" && !config.groups.some(({ key }) => key === value)) {
        warn(`there is no group "${value}"`);
      } else if (branch !== "html") {
        if (panel) use((made) => made.perform(name, value));
        else waiting.push([name, value]);
      }
    },
    resume() {
      stage.draw();
      events.fire("status", stage.status);
      if (read("opened") === "1") stage.show(true, false);
      else if (stage.hasConversation) use((made) => made.show(false));
    },
  };
}
