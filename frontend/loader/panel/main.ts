import type { Identity, ToFrame, ToLoader } from "../../shared/port";
import type { PageForms } from "../../shared/wire";
import { GAP, type Place } from "../launcher";
import { warn } from "../warn";
import type { Panel, Stage } from "../widget";
import { ChatFrame } from "./frame";
import { Jar } from "./jar";
import { type PanelOptions, pageForms, panelOptions } from "./options";
import { changedVariables } from "./variables";
import { visited } from "./visited";

const WIDTH = 400;
const LEAST_HEIGHT = 480;

const CSS = `
iframe{position:fixed;z-index:var(--z);bottom:var(--fy);left:var(--fl);right:var(--fr);width:min(${WIDTH}px,100vw - 16px);height:min(680px,100dvh - var(--fy) - 16px);border:0;box-sizing:border-box;border-radius:20px;background:#0000;color-scheme:light dark;box-shadow:0 2px 6px rgb(0 0 0/.1),0 24px 64px -12px rgb(0 0 0/.36);opacity:0;visibility:hidden;transform:translateY(16px) scale(.98);transform-origin:bottom;transition:opacity .2s,transform .2s cubic-bezier(.2,.7,.2,1),visibility 0s .2s}
:host([data-phone]) iframe{inset:0;width:100%;height:100dvh;border-radius:0;transform:translateY(24px)}
:host([data-open]) iframe{opacity:1;visibility:visible;transform:none;transition-delay:0s}`;

function idOf(token: string | null): string | null {
  return token?.split(".")[0] ?? null;
}

/** The page's side of the chat: the frame, the port to it, and what the device keeps. */
class ChatPanel implements Panel {
  readonly #stage: Stage;
  readonly #jar: Jar;
  readonly #options: PanelOptions;
  readonly #forms: PageForms;
  #frame: ChatFrame | null = null;
  #identity: Identity = {};
  #draft: string;
  /** The signed id that the frame uses, and the one that it was last given. */
  #token: string | null = null;
  #given: string | null = null;
  #takesFocus = false;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#options = panelOptions(stage.options);
    this.#forms = pageForms(this.#options);
    this.#jar = new Jar(stage.config, { ...this.#options, cookiePrefix: stage.options.cookiePrefix });
    this.#draft = this.#jar.draft;
    const group = this.#jar.read("group");
    if (group) this.#identity = { group };
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    stage.launcher.root.adoptedStyleSheets.push(sheet);
    addEventListener("resize", () => this.#settle());
  }

  act(): void {
    this.#jar.unlock();
    this.#keep();
  }

  show(isByVisitor: boolean): void {
    const { isOpen, hasConversation } = this.#stage;
    this.#takesFocus = isOpen && isByVisitor;
    if (isOpen || hasConversation) this.#load();
    this.#settle();
    this.#frame?.say({ type: "open", isOpen, takesFocus: this.#takesFocus });
    this.#jar.write("opened", isOpen ? "1" : "0");
    if (!isOpen) return;
    this.#jar.write("unreaded", null);
    if (!isByVisitor) return;
    this.#jar.write("barclicked", "1");
    this.#frame?.element.focus();
  }

  place(place: Place | null): void {
    this.#jar.write("position", place ? place.join() : null);
    this.#settle();
  }

  perform(name: string, value: unknown): void {
    if (name === "chat:message") {
      this.#draft = String(value).slice(0, 8000);
      this.#frame?.say({ type: "text", text: this.#draft });
    } else if (name === "variables") {
      const variables = changedVariables(value as object, this.#identity.variables ?? {});
      if (Object.keys(variables).length > 0) this.#identify({ variables });
    } else {
      if (name === "group") this.#jar.write("group", String(value));
      this.#identify({ [name]: value });
    }
  }

  layout(): void {
    this.#frame?.say({ type: "layout", isPhone: this.#stage.isPhone });
  }

  #identify(identity: Identity): void {
    const variables = { ...this.#identity.variables, ...identity.variables };
    this.#identity = { ...this.#identity, ...identity, ...(identity.variables ? { variables } : {}) };
    this.#frame?.say({ type: "identify", identity });
  }

  /** The chat stands above the button while there is room for it, and always inside the window. */
  #settle(): void {
    const { place, height } = this.#stage.launcher.stands();
    const host = this.#stage.launcher.root.host as HTMLElement;
    const side = this.#stage.launcher.side === "left" ? "--fl" : "--fr";
    const most = innerWidth - WIDTH - GAP;
    host.style.setProperty(side, `${Math.max(8, Math.min(place[0], most))}px`);
    const bottom = Math.min(place[1] + (height || 60) + 12, innerHeight - LEAST_HEIGHT - 16);
    host.style.setProperty("--fy", `${Math.max(8, bottom)}px`);
  }

  #load(): void {
    if (this.#frame) return;
    const { config, options, launcher } = this.#stage;
    const address = new URL(config.frame);
    address.searchParams.set("site", location.origin);
    if (options.lang) address.searchParams.set("lang", options.lang);
    this.#frame = new ChatFrame(
      address,
      `${config.texts.launcher.frame}: ${config.name}`,
      () => this.#start(),
      (message) => this.#hear(message),
    );
    launcher.root.append(this.#frame.element);
  }

  #start(): ToFrame {
    const { options, config, isOpen, isPhone } = this.#stage;
    this.#given = this.#jar.read("vid") ?? this.#token;
    return {
      type: "start",
      token: this.#given,
      page: visited(config.collects),
      identity: this.#identity,
      draft: this.#draft,
      isOpen,
      takesFocus: this.#takesFocus,
      isPhone,
      hasSounds: this.#options.enableSounds !== false,
      color: options.color ?? config.color,
      noticeUrl: this.#options.privacyNoticeUrl ?? null,
      forms: this.#forms,
    };
  }

  /** Writes what the device keeps of the visitor: when they act, never because a page loads. */
  #keep(): void {
    const kept = this.#jar.read("vid");
    const isForeign = kept !== null && idOf(kept) !== idOf(this.#token) && idOf(kept) !== idOf(this.#given);
    if (isForeign) {
      // Another idle tab was first: both are the visitor of that cookie.
      this.#given = kept;
      this.#frame?.say({ type: "token", token: kept });
    }
    const token = isForeign ? kept : (this.#token ?? kept);
    if (token) this.#jar.write("vid", token);
    if (this.#draft) this.#jar.draft = this.#draft;
    if (this.#identity.group) this.#jar.write("group", this.#identity.group);
  }

  #hear(message: ToLoader): void {
    const stage = this.#stage;
    switch (message.type) {
      case "identity":
        this.#token = message.token;
        stage.call.vid = message.visitorId;
        // A signature is renewed with each connection; the cookie only when it holds none or a dead one.
        if (this.#jar.isUnlocked && idOf(this.#jar.read("vid")) !== message.visitorId) this.#keep();
        break;
      case "conversation":
        stage.hasConversation = message.id !== null;
        this.#jar.write("chatid", message.id);
        break;
      case "status":
        if (stage.status === message.status) return;
        stage.status = message.status;
        stage.events.fire("status", message.status);
        break;
      case "unread":
        stage.unread = stage.isOpen ? 0 : message.count;
        this.#jar.write("unreaded", stage.unread ? String(stage.unread) : null);
        break;
      case "draft":
        this.#draft = message.text;
        this.#jar.draft = message.text;
        return;
      case "forget":
        this.#jar.clear();
        this.#token = this.#given = null;
        this.#identity = {};
        this.#draft = "";
        break;
      case "blocked":
        stage.isBlocked = message.isBlocked;
        break;
      case "dropped":
        for (const { key, word, article } of message.fields) {
          const why = word
            ? `"${word}" must not be asked in a chat ${article}`
            : "its name is taken, or it lacks label or choices";
          warn(`field "${key}" is left out: ${why}`);
        }
        return;
      case "event":
        this.#relay(message.name, message.values);
        return;
      case "interaction":
        this.act();
        return;
      case "close":
        stage.show(false, true);
        return;
      case "move":
        stage.launcher.cross();
        return;
      case "reload":
        return;
    }
    stage.draw();
  }

  // The old events begin with a model, which holds a function and cannot pass the port.
  #relay(name: string, values: unknown[]): void {
    const { config, status, events } = this.#stage;
    const facts: Record<string, string | undefined> = {
      lang: config.language,
      group: this.#identity.group,
      status,
    };
    const model = { get: (what: string) => facts[what] };
    const hasModel = name === "message" || name.startsWith("agent.");
    events.fire(name, ...(hasModel ? [model] : []), ...values);
  }
}

export default (stage: Stage): Panel => new ChatPanel(stage);
