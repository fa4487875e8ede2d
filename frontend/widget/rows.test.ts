import { expect, test } from "vitest";
import { messageRow } from "../shared/testing/rows";
import { threadRows } from "./rows";

const at = (hour: number, minute: number) => new Date(2026, 10, 23, hour, minute).toISOString();

test("messages of one voice within five minutes stand together", () => {
  const rows = threadRows(
    [
      messageRow({ seq: 1, sent_at: at(10, 0) }),
      messageRow({ seq: 2, sent_at: at(10, 4) }),
      messageRow({ seq: 3, sent_at: at(10, 20) }),
    ],
    [],
  );

  expect(rows.map((row) => (row.kind === "message" ? [row.isFirst, row.isLast] : row.kind))).toEqual([
    "day",
    [true, false],
    [false, true],
    [true, true],
  ]);
});

test("a message keeps its key when it is stored, and is not shown twice", () => {
  const frame = { type: "message" as const, id: "k1", body: "Hi", attachments: [] };
  const unsent = [
    { frame, note: [], queued_at: Date.parse(at(10, 0)), state: "queued" as const, failure: null },
  ];
  const keys = (stored: boolean) =>
    threadRows(stored ? [messageRow({ sent_at: at(10, 0) })] : [], unsent).flatMap((row) =>
      row.kind === "day" ? [] : [`${row.kind} ${row.key}`],
    );

  expect([keys(false), keys(true)]).toEqual([["unsent k1"], ["message k1"]]);
});

test("each day has its line, and an event stands alone", () => {
  const rows = threadRows(
    [
      messageRow({ seq: 1, sent_at: new Date(2026, 10, 22, 10).toISOString() }),
      messageRow({ seq: 2, sent_at: at(10, 0), event: { name: "agent_join" } }),
    ],
    [],
  );

  expect(rows.map((row) => row.kind)).toEqual(["day", "message", "day", "event"]);
});
