import type { AvailabilityStatus } from "../shared/wire";

/** What `/widget/<key>/config.js` says: all that the launcher needs before the chat is used. */
export interface Config {
  key: string;
  name: string;
  color: string;
  /** Readable on `color`. */
  color_text: string;
  side: "left" | "right";
  launcher: "bubble" | "greeting";
  language: string;
  direction: "ltr" | "rtl";
  texts: LauncherTexts;
  status: AvailabilityStatus;
  /** The cookie registry: short names, lifetimes in seconds, null for the browser's session. */
  cookies: { key: string; name: string; max_age: number | null }[];
  namespace: string;
  frame: string;
  /** The page's side of the open chat, fetched on first use. */
  panel: string;
  hides_when_offline: boolean;
  /** What the panel may read of the visit (S24). */
  collects: string[];
  groups: { key: string; name: string }[];
  version: string;
}

export interface LauncherTexts {
  launcher: { open: string; close: string; frame: string; move: string; unread: Record<string, string> };
  widget: Record<AvailabilityStatus, string>;
}
