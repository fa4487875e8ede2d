import type { InboxLoad } from "../inboxState";
import type { ColleagueRow, ConversationRow, InboxChange, MessageRow, VisitorPanelRow } from "../wire";

export const ana: ColleagueRow = {
  id: "ana",
  name: "Ana",
  photo: null,
  description: "",
  role: "owner",
  status: "online",
};
export const ben: ColleagueRow = { ...ana, id: "ben", name: "Ben", role: "agent" };

export function visitorPanelRow(given: Partial<VisitorPanelRow> = {}): VisitorPanelRow {
  return {
    id: "viMina",
    name: "Mina",
    email: "",
    phone: "",
    variables: {},
    language: "en",
    browser: "",
    os: "",
    device: "",
    screen: "",
    time_zone: "",
    country: "",
    ip_address: null,
    is_blocked: false,
    is_address_blocked: false,
    is_restricted: false,
    created_at: "2026-11-23T09:00:00Z",
    ...given,
  };
}

/** A conversation as the inbox is told of it, with only what a test cares for spelled out. */
export function inboxRow(given: Partial<ConversationRow> = {}): ConversationRow {
  return {
    id: "c1",
    state: "open",
    rev: 1,
    version: 1,
    visitor: visitorPanelRow(),
    assignee: null,
    group: null,
    last_seq: 1,
    received: { visitor: 0, agents: 0 },
    seen: { visitor: 0, agents: 0 },
    unread: 0,
    preview: null,
    answers: [],
    waiting_since: null,
    created_at: "2026-11-23T10:00:00Z",
    last_message_at: "2026-11-23T10:00:00Z",
    closed_at: null,
    ...given,
  };
}

export function inboxLoad(given: Partial<InboxLoad> = {}): InboxLoad {
  return {
    rev: 1,
    me: ana,
    colleagues: [ana, ben],
    counts: { waiting: 0, mine: 0, all: 1 },
    view: "all",
    conversations: [inboxRow()],
    next: null,
    ...given,
  };
}

export function inboxChange(
  conversation: Partial<ConversationRow>,
  messages: MessageRow[] = [],
): InboxChange {
  const row = inboxRow(conversation);
  return { type: "change", change: "message_posted", rev: row.rev, conversation: row, messages };
}
