import type { Texts } from "../shared/i18n";

/** A part of the chat that is fetched when it is needed: addresses of its script, style and words. */
export interface Part {
  script: string;
  style: string;
  words: string;
}

/** What the server has written into the frame's document. */
export interface Bootstrap {
  key: string;
  site: string;
  ticket: string;
  name: string;
  language: string;
  direction: "ltr" | "rtl";
  texts: Texts;
  color: string;
  color_text: string;
  color_on_light: string;
  color_on_dark: string;
  notice: { shown: boolean; url: string; text: string; version: string };
  /** What the frame may read of the device (S24). */
  collects: string[];
  socket: string;
  poll: string;
  files: string;
  messages: string;
  ticket_url: string;
  /** Below it are the answers to what the visitor asks about their own data. */
  privacy: string;
  drawer: Part;
  forms: Part;
  /** The script of what is asked before a conversation ends or is mailed. */
  dialogs: string;
  /** The script that finds numbers which the server will hide. */
  masking: string;
  max_upload: number;
  visitors_may_request_transcripts: boolean;
}

export function readBootstrap(page: Document): Bootstrap {
  return JSON.parse(page.getElementById("bootstrap")?.textContent ?? "") as Bootstrap;
}
