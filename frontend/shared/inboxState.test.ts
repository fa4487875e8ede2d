import { describe, expect, test } from "vitest";
import {
  applyInbox,
  compareTimes,
  deliveryOf,
  type InboxState,
  loadEarlier,
  loadFound,
  loadInbox,
  loadPage,
  loadThread,
  MAX_THREADS,
  rowsOf,
  threadVersions,
  unreadForMe,
  type View,
} from "./inboxState";
import { ana, ben, inboxChange, inboxLoad, inboxRow, visitorPanelRow } from "./testing/inboxRows";
import { messageRow } from "./testing/rows";
import type { ConversationRow, InboxChange, InboxChanges, InboxDown } from "./wire";

const started = loadInbox(inboxLoad());

function opened(state: InboxState = started): InboxState {
  return loadThread(state, { conversation: inboxRow(), messages: [messageRow()], has_earlier: false });
}

function posted(seq: number, given: Partial<ConversationRow> = {}): InboxChange {
  return inboxChange({ rev: seq, version: seq, last_seq: seq, ...given }, [messageRow({ seq })]);
}

function applyAll(state: InboxState, frames: readonly InboxDown[]): InboxState {
  return frames.reduce((before, frame) => applyInbox(before, frame).state, state);
}

function seqs(state: InboxState, id = "c1"): number[] | undefined {
  return state.threads[id]?.messages.map((message) => message.seq);
}

function ids(state: InboxState, view: View): string[] {
  return rowsOf(state, view).map((row) => row.id);
}

describe("changes", () => {
  test("the next revision is applied and moves the cursor", () => {
    const { state, gap } = applyInbox(opened(), posted(2));

    expect([gap, state.rev, seqs(state)]).toEqual([false, 2, [1, 2]]);
    expect(state.threads.c1).toMatchObject({ version: 2, is_stale: false });
  });

  test("a frame applied twice changes nothing", () => {
    const once = applyInbox(opened(), posted(2)).state;

    expect(applyInbox(once, posted(2))).toEqual({ state: once, gap: false, restart: false });
  });

  test("a revision too far ahead is shown but leaves the cursor where it was", () => {
    const { state, gap } = applyInbox(opened(), posted(3));

    expect([gap, state.rev]).toEqual([true, 1]);
    expect(state.conversations.c1?.version).toBe(3);
    expect(state.threads.c1).toMatchObject({ version: 1, is_stale: true });
  });

  test("an older row that comes late does not replace a newer one", () => {
    const newer = applyInbox(started, inboxChange({ rev: 2, version: 5, unread: 3 })).state;
    const { state } = applyInbox(newer, inboxChange({ rev: 2, version: 4, unread: 1 }));

    expect(state.conversations.c1?.unread).toBe(3);
  });

  test("the ack of one's own message is applied like the change that it carries", () => {
    const change = posted(2);

    expect(applyInbox(opened(), { type: "ack", id: "x", change }).state).toEqual(
      applyInbox(opened(), change).state,
    );
  });

  test("a change of a conversation that nobody opened keeps no messages", () => {
    const { state } = applyInbox(
      started,
      inboxChange({ id: "c2", rev: 2 }, [messageRow({ conversation: "c2" })]),
    );

    expect(Object.keys(state.threads)).toEqual([]);
    expect(Object.keys(state.conversations)).toEqual(["c1", "c2"]);
  });

  test("frames in any order with a sync at the end give the same as in order", () => {
    const frames = [2, 3, 4, 5].map((seq) => posted(seq));
    const inOrder = applyAll(opened(), frames);
    const shuffled = applyAll(opened(), [
      frames[3],
      frames[1],
      frames[1],
      frames[0],
      frames[2],
    ] as InboxDown[]);
    const healed = applyInbox(shuffled, {
      type: "changes",
      rev: 5,
      conversations: [inboxRow({ rev: 5, version: 5, last_seq: 5 })],
      messages: [2, 3, 4, 5].map((seq) => messageRow({ seq })),
      has_more: false,
      restart: false,
    });

    expect(healed).toEqual({ state: inOrder, gap: false, restart: false });
  });

  test("what a visitor says of themselves shows in all their conversations", () => {
    const old = inboxRow({ id: "c0", state: "closed", rev: 0, closed_at: "2026-11-22T10:00:00Z" });
    const state = loadFound(started, [old]);
    const named = applyInbox(
      state,
      inboxChange({ rev: 2, version: 2, visitor: visitorPanelRow({ name: "Mina S." }) }),
    );

    expect(named.state.conversations.c0?.visitor.name).toBe("Mina S.");
  });
});

describe("catching up", () => {
  test("a page of changes moves the cursor and asks for the next while there is more", () => {
    const page: InboxChanges = {
      type: "changes",
      rev: 9,
      conversations: [],
      messages: [],
      has_more: true,
      restart: false,
    };

    expect(applyInbox(started, page)).toMatchObject({ gap: true, state: { rev: 9 } });
    expect(applyInbox(started, { ...page, has_more: false })).toMatchObject({ gap: false });
  });

  test("a row without the messages that a thread lacks makes the thread stale until it is loaded", () => {
    const row = inboxRow({ rev: 4, version: 4, last_seq: 3 });
    const { state } = applyInbox(opened(), {
      type: "changes",
      rev: 4,
      conversations: [row],
      messages: [],
      has_more: false,
      restart: false,
    });
    expect(state.threads.c1).toMatchObject({ is_stale: true, version: 1 });

    const messages = [1, 2, 3].map((seq) => messageRow({ seq }));
    const loaded = loadThread(state, { conversation: row, messages, has_earlier: false });
    expect(loaded.threads.c1).toEqual({ messages, has_earlier: false, version: 4, is_stale: false });
  });

  test("too far behind empties what was held and stands at the server's revision", () => {
    const { state, restart } = applyInbox(opened(), {
      type: "changes",
      rev: 900,
      conversations: [],
      messages: [],
      has_more: false,
      restart: true,
    });

    expect(restart).toBe(true);
    expect(state).toMatchObject({ rev: 900, conversations: {}, threads: {}, views: {} });
  });

  test("a change of reading alone keeps a whole thread whole", () => {
    const { state } = applyInbox(
      opened(),
      inboxChange({ rev: 2, version: 2, seen: { visitor: 1, agents: 0 } }),
    );

    expect(state.threads.c1).toMatchObject({ version: 2, is_stale: false });
  });

  test("the sync names each open thread with its version, twenty at most", () => {
    let state = started;
    for (let number = 1; number <= MAX_THREADS + 3; number += 1) {
      const conversation = inboxRow({ id: `c${number}`, version: number, last_seq: 0 });
      state = loadThread(state, { conversation, messages: [], has_earlier: false });
    }

    const versions = threadVersions(state);
    expect(Object.keys(versions)).toHaveLength(MAX_THREADS);
    expect(versions[`c${MAX_THREADS + 3}`]).toBe(MAX_THREADS + 3);
    expect(state.threads.c1).toBeUndefined();
  });
});

describe("threads", () => {
  test("older messages stand in front", () => {
    const row = inboxRow({ version: 9, last_seq: 4 });
    const messages = [3, 4].map((seq) => messageRow({ seq }));
    const state = loadThread(started, { conversation: row, messages, has_earlier: true });
    const earlier = loadEarlier(
      state,
      "c1",
      [1, 2].map((seq) => messageRow({ seq })),
      false,
    );

    expect([seqs(earlier), earlier.threads.c1?.has_earlier]).toEqual([[1, 2, 3, 4], false]);
  });

  test("loading again keeps older messages that adjoin and drops those behind a hole", () => {
    const long = loadThread(started, {
      conversation: inboxRow({ last_seq: 2 }),
      messages: [1, 2].map((seq) => messageRow({ seq })),
      has_earlier: false,
    });
    const again = (from: number) =>
      loadThread(long, {
        conversation: inboxRow({ version: 9, last_seq: from + 1 }),
        messages: [from, from + 1].map((seq) => messageRow({ seq })),
        has_earlier: true,
      });

    expect(seqs(again(3))).toEqual([1, 2, 3, 4]);
    expect(again(3).threads.c1?.has_earlier).toBe(false);
    expect(seqs(again(7))).toEqual([7, 8]);
    expect(again(7).threads.c1?.has_earlier).toBe(true);
  });

  test("a slow answer does not take back what has come since", () => {
    const newer = applyInbox(opened(), posted(2)).state;
    const late = loadThread(newer, {
      conversation: inboxRow(),
      messages: [messageRow()],
      has_earlier: false,
    });

    expect(seqs(late)).toEqual([1, 2]);
  });

  test("an answer that misses what came while it was on its way is repaired by the next one", () => {
    const [three, four] = [posted(3), posted(4)];
    const behind = applyAll(opened(), [three, four]);
    expect(behind.threads.c1?.is_stale).toBe(true);

    const load = (last_seq: number) => ({
      conversation: inboxRow({ rev: last_seq, version: last_seq, last_seq }),
      messages: Array.from({ length: last_seq }, (_, index) => messageRow({ seq: index + 1 })),
      has_earlier: false,
    });
    const halfway = loadThread(behind, load(3));
    expect(seqs(halfway)).toEqual([1, 2, 3, 4]);
    expect(halfway.threads.c1?.is_stale).toBe(true);

    const whole = loadThread(halfway, load(4));
    expect(seqs(whole)).toEqual([1, 2, 3, 4]);
    expect(whole.threads.c1).toMatchObject({ version: 4, is_stale: false });
  });
});

describe("views", () => {
  const at = (minute: number) => `2026-11-23T10:${String(minute).padStart(2, "0")}:00Z`;
  const row = (id: string, minute: number, given: Partial<ConversationRow> = {}) =>
    inboxRow({ id, visitor: visitorPanelRow({ id: `vi-${id}` }), last_message_at: at(minute), ...given });

  test("each view holds its own, in its own order", () => {
    const conversations = [
      row("late", 9, { waiting_since: at(9) }),
      row("early", 3, { waiting_since: at(3) }),
      row("mine", 5, { state: "served", assignee: ana }),
      row("bens", 6, { state: "served", assignee: ben }),
      row("over", 8, { state: "closed", closed_at: at(8), assignee: ana }),
    ];
    let state = loadInbox(inboxLoad({ conversations }));
    for (const view of ["waiting", "mine", "closed"] as const) state = loadPage(state, view, [], null);

    expect(ids(state, "waiting")).toEqual(["early", "late"]);
    expect(ids(state, "mine")).toEqual(["mine"]);
    expect(ids(state, "all")).toEqual(["late", "bens", "mine", "early"]);
    expect(ids(state, "closed")).toEqual(["over"]);
  });

  test("a view that has not been loaded shows nothing", () => {
    expect(ids(started, "mine")).toEqual([]);
  });

  test("rows behind the last one loaded are not shown until their page is", () => {
    const first = loadInbox(inboxLoad({ conversations: [row("a", 9), row("b", 7)], next: "after b" }));
    const found = loadFound(first, [row("d", 3)]);
    expect(ids(found, "all")).toEqual(["a", "b"]);

    const more = loadPage(found, "all", [row("c", 5), row("d", 3)], null);
    expect(ids(more, "all")).toEqual(["a", "b", "c", "d"]);
  });

  test("the boundary stays where it was when its row moves up", () => {
    const first = loadInbox(inboxLoad({ conversations: [row("a", 9), row("b", 7)], next: "after b" }));
    const moved = applyInbox(first, inboxChange({ ...row("b", 11), rev: 2, version: 2 })).state;
    const known = loadFound(moved, [row("inside", 8), row("behind", 6)]);

    expect(ids(known, "all")).toEqual(["b", "a", "inside"]);
  });

  test("who began to wait after the last one loaded waits for their page", () => {
    const first = loadInbox(
      inboxLoad({ view: "waiting", conversations: [row("a", 1, { waiting_since: at(1) })], next: "after a" }),
    );
    const state = applyInbox(first, inboxChange({ ...row("b", 2), rev: 2, waiting_since: at(2) })).state;

    expect(ids(state, "waiting")).toEqual(["a"]);
  });

  test("times are compared to the microsecond, with or without a fraction", () => {
    expect(compareTimes("2026-11-23T10:00:00Z", "2026-11-23T10:00:00.000001Z")).toBe(-1);
    expect(compareTimes("2026-11-23T10:00:00.5Z", "2026-11-23T10:00:00.500000Z")).toBe(0);
    expect(compareTimes("2026-11-23T10:00:00.500001Z", "2026-11-23T10:00:00.5Z")).toBe(1);
  });

  test("rows of the same moment are ordered by id, as the server pages them", () => {
    const state = loadInbox(inboxLoad({ conversations: [row("b", 5), row("c", 5), row("a", 5)] }));

    expect(ids(state, "all")).toEqual(["c", "b", "a"]);
  });
});

describe("the droppable lane", () => {
  const typing = (by: typeof ben | null, on: boolean): InboxDown => ({
    type: "typing",
    conversation: "c1",
    by,
    on,
  });

  test("those who type are held until they stop", () => {
    const both = applyAll(started, [typing(null, true), typing(ben, true), typing(ben, true)]);
    expect(both.live.typing.c1).toEqual({ visitor: true, members: [ben] });

    expect(applyAll(both, [typing(null, false), typing(ben, false)])).toEqual(started);
  });

  test("who has said something types no more", () => {
    const state = applyAll(started, [typing(null, true), typing(ben, true)]);

    const visitorSaid = applyInbox(state, posted(2)).state;
    expect(visitorSaid.live.typing.c1).toEqual({ visitor: false, members: [ben] });
    const author = { kind: "member", id: "ben", name: "Ben", photo: null } as const;
    const benSaid = inboxChange({ rev: 3, version: 3, last_seq: 3 }, [messageRow({ seq: 3, author })]);
    expect(applyInbox(visitorSaid, benSaid).state.live.typing).toEqual({});
  });

  test("colleagues say who I am too", () => {
    const away = { ...ana, status: "away" as const };
    const { state } = applyInbox(started, { type: "colleagues", colleagues: [away, ben] });

    expect([state.me.status, state.colleagues.length]).toEqual(["away", 2]);
  });
});

test("a message has come as far as the visitor's marks say", () => {
  const row = inboxRow({ received: { visitor: 2, agents: 0 }, seen: { visitor: 1, agents: 0 } });

  expect([1, 2, 3].map((seq) => deliveryOf(messageRow({ seq }), row))).toEqual([
    "seen",
    "delivered",
    "stored",
  ]);
});

test("only what is mine or nobody's counts as unread for me", () => {
  const conversations = [
    inboxRow({ id: "free", unread: 2 }),
    inboxRow({ id: "mine", unread: 1, assignee: ana }),
    inboxRow({ id: "bens", unread: 4, assignee: ben }),
    inboxRow({ id: "read", unread: 0, assignee: ana }),
  ];

  expect(unreadForMe(loadInbox(inboxLoad({ conversations })))).toBe(2);
});
