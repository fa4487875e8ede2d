import { expect, test } from "vitest";
import { messageRow } from "../shared/testing/rows";
import type { MessageRow } from "../shared/wire";
import { type OutboxItem, type ThreadItem, threadItems } from "./threadItems";

const NOON = new Date(2026, 10, 23, 12).getTime();
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const byAgent = { kind: "member", id: "ana", name: "Ana", photo: null } as const;

function said(seq: number, after: number, given: Partial<MessageRow> = {}): MessageRow {
  return messageRow({ seq, sent_at: new Date(NOON + after).toISOString(), ...given });
}

function waiting(id: string, after = 0): OutboxItem {
  return {
    frame: { type: "message", id, conversation: "c1", body: "Hello", attachments: [] },
    note: [],
    queued_at: NOON + after,
    state: "queued",
    failure: null,
  };
}

function shape(items: ThreadItem[]): string[] {
  return items.map((item) => {
    if (item.kind !== "message" && item.kind !== "unsent") return item.kind;
    return `${item.kind}${item.isFirst ? " first" : ""}${item.isLast ? " last" : ""}`;
  });
}

test("messages of one author within minutes stand together", () => {
  const messages = [said(1, 0), said(2, MINUTE), said(3, 2 * MINUTE), said(4, 30 * MINUTE)];

  expect(shape(threadItems(messages, [], "ana", null))).toEqual([
    "day",
    "message first",
    "message",
    "message last",
    "message first last",
  ]);
});

test("another author, an event or another day ends a group", () => {
  const event = { name: "agent_join" };
  const messages = [
    said(1, 0),
    said(2, MINUTE, { author: byAgent }),
    said(3, 2 * MINUTE, { event, body: "" }),
    said(4, 3 * MINUTE, { author: byAgent }),
    said(5, DAY),
  ];

  expect(shape(threadItems(messages, [], "ana", null))).toEqual([
    "day",
    "message first last",
    "message first last",
    "event",
    "message first last",
    "day",
    "message first last",
  ]);
});

test("a line stands above the first thing that the visitor said after what was seen", () => {
  const messages = [
    said(1, 0),
    said(2, MINUTE, { author: byAgent }),
    said(3, 2 * MINUTE),
    said(4, 3 * MINUTE),
  ];

  const keys = threadItems(messages, [], "ana", 1).map(({ key }) => key);
  expect(keys.slice(1)).toEqual(["k1", "k2", "unread", "k3", "k4"]);
});

test("what is on its way joins the group of its author and leaves when it has arrived", () => {
  const messages = [said(1, 0, { author: byAgent })];
  expect(shape(threadItems(messages, [waiting("new", MINUTE)], "ana", null))).toEqual([
    "day",
    "message first",
    "unsent last",
  ]);

  const arrived = [...messages, said(2, MINUTE, { author: byAgent, client_id: "new" })];
  const after = threadItems(arrived, [waiting("new", MINUTE)], "ana", null);
  expect(after.map(({ key }) => key).slice(1)).toEqual(["k1", "new"]);
  expect(shape(after)).toEqual(["day", "message first", "message last"]);
});
