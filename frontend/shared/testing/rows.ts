import type { MessageRow, VisitorConversationRow, VisitorRow } from "../wire";

/** Rows as the server sends them, with only what a test cares for spelled out. */
export function visitorRow(given: Partial<VisitorRow> = {}): VisitorRow {
  return { id: "viAAAAAAAAAAAAAAAAAAAAAA", name: "", email: "", phone: "", is_blocked: false, ...given };
}

export function conversationRow(given: Partial<VisitorConversationRow> = {}): VisitorConversationRow {
  return {
    id: "c1",
    state: "open",
    version: 1,
    last_seq: 1,
    received: { visitor: 0, agents: 0 },
    seen: { visitor: 0, agents: 0 },
    unread: 0,
    agent: null,
    created_at: "2026-11-23T10:00:00Z",
    closed_at: null,
    ...given,
  };
}

export function messageRow(given: Partial<MessageRow> = {}): MessageRow {
  const seq = given.seq ?? 1;
  return {
    id: `m${seq}`,
    client_id: `k${seq}`,
    conversation: "c1",
    seq,
    version: seq,
    author: { kind: "visitor", id: "viAAAAAAAAAAAAAAAAAAAAAA", name: null, photo: null },
    body: `Message ${seq}`,
    event: null,
    attachments: [],
    sent_at: "2026-11-23T10:00:00Z",
    redacted_at: null,
    redacted_by: null,
    is_masked: false,
    ...given,
  };
}
