import type { Texts } from "../shared/i18n";
import type { View } from "../shared/inboxState";
import type { ColleagueRow, ConversationRow, Counts } from "../shared/wire";

/** What the server writes into the page: a fresh load of the inbox, and where to ask for more. */
export interface Bootstrap {
  protocol: number;
  slug: string;
  account: { name: string };
  rev: number;
  me: ColleagueRow & { wants_sound: boolean };
  colleagues: ColleagueRow[];
  counts: Counts;
  view: View;
  conversations: ConversationRow[];
  next: string | null;
  texts: Texts;
  language: string;
  /** Where a conversation's id belongs, `NO_ID` stands. */
  urls: {
    socket: string;
    list: string;
    conversation: string;
    messages: string;
    files: string;
    preferences: string;
  };
  /** Bytes. */
  max_upload: number;
  transcripts_allowed: boolean;
  csrf: string;
}

export const NO_ID = "00000000-0000-0000-0000-000000000000";

export function readBootstrap(page: Document): Bootstrap {
  return JSON.parse(page.getElementById("bootstrap")?.textContent ?? "") as Bootstrap;
}
