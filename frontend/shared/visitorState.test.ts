import { expect, test } from "vitest";
import { conversationRow, messageRow, visitorRow } from "./testing/rows";
import { addEarlier, applyVisitor, deliveryOf, emptyVisitor, isGone } from "./visitorState";
import type { MessageRow, VisitorChange, VisitorConversationRow, VisitorState } from "./wire";

function change(conversation: Partial<VisitorConversationRow>, messages: MessageRow[] = []): VisitorChange {
  return {
    type: "change",
    change: "message_posted",
    visitor: visitorRow(),
    conversation: conversationRow(conversation),
    messages,
  };
}

const first = change({}, [messageRow()]);
const started: VisitorState = applyVisitor(emptyVisitor(), first).state;

test("the first message starts the conversation", () => {
  expect(started.conversation?.id).toBe("c1");
  expect(started.messages.map((message) => message.seq)).toEqual([1]);
});

test("the next version is applied", () => {
  const { state, gap } = applyVisitor(started, change({ version: 2, last_seq: 2 }, [messageRow({ seq: 2 })]));

  expect(gap).toBe(false);
  expect(state.messages.map((message) => message.seq)).toEqual([1, 2]);
});

test("a frame applied twice changes nothing", () => {
  const frame = change({ version: 2, last_seq: 2 }, [messageRow({ seq: 2 })]);
  const once = applyVisitor(started, frame).state;

  expect(applyVisitor(once, frame)).toEqual({ state: once, gap: false });
});

test("a version too far ahead is a gap and changes nothing", () => {
  const frame = change({ version: 3, last_seq: 3 }, [messageRow({ seq: 3 })]);

  expect(applyVisitor(started, frame)).toEqual({ state: started, gap: true });
});

test("an answer to sync fills the gap, whatever number of versions it spans", () => {
  const { state, gap } = applyVisitor(started, {
    type: "changes",
    visitor: null,
    conversation: conversationRow({ version: 4, last_seq: 3 }),
    messages: [messageRow({ seq: 2, version: 2 }), messageRow({ seq: 3, version: 4 })],
    state: null,
  });

  expect(gap).toBe(false);
  expect(state.conversation?.version).toBe(4);
  expect(state.messages.map((message) => message.seq)).toEqual([1, 2, 3]);
});

test("an answer to sync that was overtaken does not turn the conversation back", () => {
  const ahead = applyVisitor(started, change({ version: 2, last_seq: 2 }, [messageRow({ seq: 2 })])).state;

  const { state } = applyVisitor(ahead, {
    type: "changes",
    visitor: null,
    conversation: conversationRow(),
    messages: [],
    state: null,
  });

  expect(state).toEqual(ahead);
});

test("a fresh state replaces what was held", () => {
  const fresh: VisitorState = {
    visitor: visitorRow(),
    conversation: conversationRow({ id: "c2", version: 7, last_seq: 200 }),
    messages: [messageRow({ conversation: "c2", seq: 200 })],
    has_earlier: true,
  };

  const frame = { type: "changes" as const, visitor: null, conversation: null, messages: [], state: fresh };

  expect(applyVisitor(started, frame).state).toEqual(fresh);
});

test("of the same message the newer version stays", () => {
  const masked = messageRow({ seq: 1, version: 2, body: "****" });

  const { state } = applyVisitor(started, change({ version: 2 }, [masked]));
  const late = applyVisitor(state, change({ version: 3 }, [messageRow()])).state;

  expect(late.messages.map((message) => message.body)).toEqual(["****"]);
});

test("an acknowledgement carries the stored change", () => {
  const { state } = applyVisitor(emptyVisitor(), { type: "ack", id: "k1", change: first });

  expect(state).toEqual(started);
});

test("a new conversation takes the place of a closed one", () => {
  const closed = applyVisitor(started, change({ version: 2, state: "closed" })).state;
  const next = change({ id: "c2", created_at: "2026-11-23T11:00:00Z" }, [
    messageRow({ id: "n1", conversation: "c2" }),
  ]);

  const { state, gap } = applyVisitor(closed, next);

  expect(gap).toBe(false);
  expect(state.conversation?.id).toBe("c2");
  expect(state.messages.map((message) => message.id)).toEqual(["n1"]);
});

test("a new conversation of which the beginning is missing is a gap", () => {
  const middle = change({ id: "c2", created_at: "2026-11-23T11:00:00Z", last_seq: 5, version: 9 }, []);

  expect(applyVisitor(started, middle)).toEqual({ state: started, gap: true });
});

test("a late word from an older conversation does not bring it back", () => {
  const old = change({ id: "c0", created_at: "2026-11-22T10:00:00Z" }, [messageRow({ conversation: "c0" })]);

  expect(applyVisitor(started, old)).toEqual({ state: started, gap: false });
});

test("earlier messages go in front, those of another conversation nowhere", () => {
  const crowded: VisitorState = { ...started, messages: [messageRow({ seq: 9 })], has_earlier: true };

  const state = addEarlier(
    crowded,
    [messageRow({ seq: 8 }), messageRow({ id: "x", conversation: "c9" })],
    false,
  );

  expect(state.messages.map((message) => message.seq)).toEqual([8, 9]);
  expect(state.has_earlier).toBe(false);
});

test("own messages are stored, then delivered, then seen", () => {
  const at = (received: number, seen: number) =>
    deliveryOf(
      messageRow({ seq: 3 }),
      conversationRow({ received: { visitor: 0, agents: received }, seen: { visitor: 0, agents: seen } }),
    );

  expect([at(2, 2), at(3, 2), at(3, 3)]).toEqual(["stored", "delivered", "seen"]);
});

test("a message from before what is loaded that was taken back leaves no hole", () => {
  const crowded: VisitorState = { ...started, messages: [messageRow({ seq: 9 })], has_earlier: true };
  const gone = messageRow({ seq: 2, version: 2, body: "", redacted_at: "2026-11-23T11:00:00Z" });

  const { state } = applyVisitor(crowded, change({ version: 2, last_seq: 9 }, [gone]));

  expect(state.messages.map((message) => message.seq)).toEqual([9]);
});

test("a message of which a file is left is not gone", () => {
  const redacted_at = "2026-11-23T11:00:00Z";

  expect(isGone(messageRow({ body: "", redacted_at }))).toBe(true);
  expect(isGone(messageRow({ body: "Still here", redacted_at }))).toBe(false);
  expect(isGone(messageRow({ body: "" }))).toBe(false);
});
