import type { Config } from "../config";
import { readCookie } from "../cookie";
import { warn } from "../warn";
import type { PanelOptions } from "./options";

export type CookieName =
  | "vid"
  | "chatid"
  | "group"
  | "opened"
  | "barclicked"
  | "message"
  | "unreaded"
  | "position";

/**
 * The cookies of the registry, first-party on the customer's site, and the draft beside them. Until
 * the visitor acts (`unlock`) nothing is written; what is there from earlier is read. A browser that
 * refuses storage changes nothing but the memory.
 */
export class Jar {
  readonly #lives: Map<string, number | null>;
  readonly #prefix: string;
  readonly #attributes: string;
  #isUnlocked: boolean;

  constructor(
    config: Pick<Config, "cookies" | "namespace">,
    options: PanelOptions & { cookiePrefix?: string | undefined },
  ) {
    this.#lives = new Map(config.cookies.map(({ key, max_age }) => [key, max_age]));
    this.#prefix = (options.cookiePrefix ?? "") + config.namespace;
    let attributes = `; Path=${options.cookiePath ?? "/"}; SameSite=Strict`;
    if (location.protocol === "https:") attributes += "; Secure";
    const domain = options.cookieDomain?.replace(/^\./, "");
    if (domain) {
      if (domain.includes(".") && `.${location.hostname}`.endsWith(`.${domain}`)) {
        attributes += `; Domain=${domain}`;
      } else {
        warn(`cookieDomain "${domain}" does not contain this page`);
      }
    }
    this.#attributes = attributes;
    // A visitor who acted on an earlier page is not asked to act again on this one.
    this.#isUnlocked = this.read("vid") !== null;
  }

  get isUnlocked(): boolean {
    return this.#isUnlocked;
  }

  unlock(): void {
    this.#isUnlocked = true;
  }

  read(name: CookieName): string | null {
    return readCookie(this.#prefix + name);
  }

  /** Null removes. Nothing happens before the visitor has acted, nor for a name not in the registry. */
  write(name: CookieName, value: string | null): void {
    if (!this.#isUnlocked || !this.#lives.has(name)) return;
    if (value === null && this.read(name) === null) return;
    const life = value === null ? 0 : this.#lives.get(name);
    const age = life === null ? "" : `; Max-Age=${life}`;
    // A place is two numbers with a comma between them, which cookies may hold as it is.
    const text = encodeURIComponent(value ?? "").replace("%2C", ",");
    try {
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store is missing on plain http.
      document.cookie = `${this.#prefix}${name}=${text}${age}${this.#attributes}`;
    } catch {
      // Sandboxed pages throw; the widget then lives without.
    }
  }

  /** Removes all of it, and waits until the visitor acts again. */
  clear(): void {
    this.draft = "";
    for (const name of this.#lives.keys()) this.write(name as CookieName, null);
    this.#isUnlocked = false;
  }

  get draft(): string {
    try {
      return (this.read("message") && sessionStorage.getItem(`${this.#prefix}message`)) || "";
    } catch {
      return "";
    }
  }

  /** The text stays on this device; the cookie only says that there is one (S81). */
  set draft(text: string) {
    if (!this.#isUnlocked) return;
    this.write("message", text ? "1" : null);
    try {
      const name = `${this.#prefix}message`;
      if (text) sessionStorage.setItem(name, text.slice(0, 10_000));
      else sessionStorage.removeItem(name);
    } catch {
      // Full or refused: the draft lives as long as the page.
    }
  }
}
