import { LATER } from "./later";
import { warn } from "./warn";

type Check = (value: unknown) => boolean;

const isFlag: Check = (value) => value === true || value === false;
const isNumber: Check = (value) => Number.isFinite(value);
const isFunction: Check = (value) => typeof value === "function";
const isSide: Check = (value) => value === "left" || value === "right";
const fits =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === "string" && pattern.test(value);
const isText = fits(/^/);
const always: Check = () => true;

const OPTIONS: Record<string, Check> = {
  key: fits(/^\w+$/),
  cookiePrefix: fits(/^[\w-]{0,20}$/),
  zIndex: isNumber,
  hideWidget: isFlag,
  hideMobileWidget: isFlag,
  hideOfflineChat: isFlag,
  orientation: isSide,
  offsetX: isNumber,
  offsetY: isNumber,
  color: fits(/^#[\da-f]{6}$/i),
  lang: fits(/^[a-z-]{2,12}$/i),
  renderTo: (value) => isText(value) || value instanceof Element,
  onStartup: isFunction,
};

const COMMANDS: Record<string, Check> = {
  "chat:open": always,
  "chat:close": always,
  "chat:show": always,
  "chat:hide": always,
  "html:apply": always,
  "chat:message": isText,
  name: fits(/^.{0,255}$/s),
  email: fits(/^[^\s@]{1,64}@[^\s@]{1,120}\.[^\s@]{2,63}$/),
  phone: fits(/^.{0,50}$/s),
  group: isText,
  variables: (value) => typeof value === "object" && value !== null,
  on: isText,
  off: isText,
};

/** The options of the page that we know, in their right types, and what the panel has yet to judge. */
export interface Options {
  key?: string;
  cookiePrefix?: string;
  zIndex?: number;
  hideWidget?: boolean;
  hideMobileWidget?: boolean;
  hideOfflineChat?: boolean;
  orientation?: "left" | "right";
  offsetX?: number;
  offsetY?: number;
  color?: string;
  lang?: string;
  renderTo?: string | Element;
  onStartup?: (api: unknown) => void;
}

function passes(kind: string, checks: Record<string, Check>, name: string, value: unknown): boolean {
  const check = Object.hasOwn(checks, name) ? checks[name] : null;
  if (check?.(value)) return true;
  warn(`${kind} "${name}" ${check ? "has a wrong value" : "is ignored"}`);
  return false;
}

/** Reads what the page has set: later sources win, a wrong value is dropped with a warning. */
export function readOptions(...sources: unknown[]): Options {
  return Object.fromEntries(
    sources
      .flatMap((source) => Object.entries(source ?? {}))
      .filter(
        ([name, value]) =>
          value !== undefined && (LATER.test(name) || passes("option", OPTIONS, name, value)),
      ),
  );
}

/** Whether the command exists and its value is right; otherwise the page's author is told. */
export function isCommand(name: string, value: unknown): boolean {
  return passes("command", COMMANDS, name, value);
}
