import type { Texts } from "../shared/i18n";
import type { InboxLoad } from "../shared/inboxState";

/** What the server writes into the page: a fresh load of the inbox, and the surroundings. */
export interface Bootstrap {
  load: InboxLoad;
  account: { name: string; slug: string };
  language: string;
  texts: Texts;
  wants_sound: boolean;
  may_send_transcripts: boolean;
  /** Bytes. */
  max_upload: number;
  csrf: string;
  socket: string;
  /** `conversations` is the list; below it lie `<id>/` and `<id>/messages/`. `people` is empty for agents. */
  urls: { conversations: string; files: string; preferences: string; people: string };
}

export function readBootstrap(page: Document): Bootstrap {
  return JSON.parse(page.getElementById("bootstrap")?.textContent ?? "") as Bootstrap;
}
