import { type InboxState, loadInbox, type View } from "../shared/inboxState";
import type { Connection } from "../shared/socket";
import type { Bootstrap } from "./bootstrap";
import type { Drafts } from "./drafts";
import type { OutboxItem } from "./threadItems";

export interface Toast {
  key: string;
  text: string;
  kind: "ok" | "danger";
}

/** Rows that a search found, in the server's order, and what asks for more of them. */
export interface Found {
  ids: readonly string[];
  next: string | null;
}

/** Open and closed conversations are searched apart. */
export interface Search {
  query: string;
  open: Found;
  closed: Found;
  state: "loading" | "done" | "failed";
}

/** The conversation that is open. */
export interface Selection {
  id: string;
  /** What the agents had read when it was opened; null: all of it. */
  seenSeq: number | null;
  state: "loading" | "ready" | "failed" | "missing" | "restricted";
  isLoadingEarlier: boolean;
}

/** Why the page cannot go on by itself. */
export type End = "outdated" | "signed_out" | "forbidden";

export interface DeskState {
  inbox: InboxState;
  view: View;
  /** Views of which a page is being loaded, and those where that went wrong. */
  loading: Partial<Record<View, boolean>>;
  failed: Partial<Record<View, boolean>>;
  search: Search | null;
  selection: Selection | null;
  drafts: Drafts;
  unsent: readonly OutboxItem[];
  connection: Connection;
  end: End | null;
  /** The account is closed: all of it can be read. */
  isReadOnly: boolean;
  wantsSound: boolean;
  toasts: readonly Toast[];
  /** Read aloud when a visitor writes. */
  announcement: string;
  /** Moves the focus into the composer when it changes. */
  composerFocus: number;
}

export function firstState({ load, wants_sound }: Bootstrap): DeskState {
  return {
    inbox: loadInbox(load),
    view: load.view,
    loading: {},
    failed: {},
    search: null,
    selection: null,
    drafts: {},
    unsent: [],
    connection: "connecting",
    end: null,
    isReadOnly: false,
    wantsSound: wants_sound,
    toasts: [],
    announcement: "",
    composerFocus: 0,
  };
}
