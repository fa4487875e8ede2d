import { isColor } from "../shared/colour";
import type { Api } from "./main";
import { warn } from "./warn";

type Check = (value: unknown) => boolean;

const isFlag: Check = (value) => typeof value === "boolean";
const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number" && Number.isFinite(value);
const isSide: Check = (value) => value === "left" || value === "right";

const CHECKS: Record<string, Check> = {
  key: isText,
  cookieDomain: isText,
  cookiePath: (value) => isText(value) && /^\/[^;,\s]*$/.test(value as string),
  cookiePrefix: (value) => isText(value) && /^[A-Za-z0-9_-]{0,20}$/.test(value as string),
  zIndex: isNumber,
  hideWidget: isFlag,
  hideMobileWidget: isFlag,
  hideOfflineChat: isFlag,
  orientation: isSide,
  alignX: isSide,
  offsetX: isNumber,
  offsetY: isNumber,
  color: isColor,
  lang: (value) => isText(value) && /^[A-Za-z-]{2,12}$/.test(value as string),
  privacyNoticeUrl: (value) => isText(value) && /^https:\/\/\S+$/.test(value as string),
  renderTo: (value) => isText(value) || value instanceof Element,
  onStartup: (value) => typeof value === "function",
  enableSounds: isFlag,
  soundMuted: isFlag,
  smallDeviceMinWidth: isNumber,
};

/** The options of the page that we know, in their right types. */
export interface Options {
  key?: string;
  cookieDomain?: string;
  cookiePath?: string;
  cookiePrefix?: string;
  zIndex?: number;
  hideWidget?: boolean;
  hideMobileWidget?: boolean;
  hideOfflineChat?: boolean;
  orientation?: "left" | "right";
  alignX?: "left" | "right";
  offsetX?: number;
  offsetY?: number;
  color?: string;
  lang?: string;
  privacyNoticeUrl?: string;
  renderTo?: string | Element;
  onStartup?: (api: Api) => void;
  enableSounds?: boolean;
  soundMuted?: boolean;
  smallDeviceMinWidth?: number;
}

/** Reads what the page has set: later sources win, a wrong value is dropped with a warning. */
export function readOptions(...sources: unknown[]): Options {
  const options: Record<string, unknown> = {};
  for (const source of sources) {
    for (const [name, value] of Object.entries(source ?? {})) {
      const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
      if (value === undefined) continue;
      if (!check) warn(`option "${name}" is ignored`);
      else if (check(value)) options[name] = value;
      else warn(`option "${name}" has a wrong value`);
    }
  }
  return options as Options;
}
