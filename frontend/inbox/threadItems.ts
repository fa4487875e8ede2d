import { daysAgo } from "../shared/format";
import type { Unsent } from "../shared/outbox";
import type { AttachmentRow, InboxUp, MessageRow } from "../shared/wire";

export type OutboxFrame = Extract<InboxUp, { type: "message" }>;
/** Shown with a message that is on its way: its files. */
export type OutboxNote = readonly AttachmentRow[];
export type OutboxItem = Unsent<OutboxFrame, OutboxNote>;

interface Grouped {
  isFirst: boolean;
  isLast: boolean;
}

export type ThreadItem =
  | { kind: "day"; key: string; iso: string }
  | { kind: "unread"; key: string }
  | { kind: "event"; key: string; message: MessageRow }
  | ({ kind: "message"; key: string; message: MessageRow } & Grouped)
  | ({ kind: "unsent"; key: string; item: OutboxItem } & Grouped);

const TOGETHER = 5 * 60_000;

/** Messages that stand in one group: same author, same day, minutes apart. Null: stands alone. */
interface Voice {
  author: string;
  at: number;
}

function belongTogether(a: Voice | null, b: Voice | null): boolean {
  if (!a || !b || a.author !== b.author) return false;
  return b.at - a.at < TOGETHER && daysAgo(new Date(a.at).toISOString(), b.at) === 0;
}

/**
 * What a thread shows, in order: days, messages in groups, events, a line above the first message
 * after `seenSeq` of which the agents had not read any, and at the end what is on its way. A message
 * that has arrived hides its own copy in the outbox.
 */
export function threadItems(
  messages: readonly MessageRow[],
  unsent: readonly OutboxItem[],
  me: string,
  seenSeq: number | null,
): ThreadItem[] {
  const items: ThreadItem[] = [];
  const voices: (Voice | null)[] = [];
  const add = (item: ThreadItem, voice: Voice | null) => {
    items.push(item);
    voices.push(voice);
  };
  let day: string | null = null;
  let hasUnread = false;
  const startDay = (iso: string) => {
    if (day !== null && daysAgo(day, new Date(iso).getTime()) === 0) return;
    day = iso;
    add({ kind: "day", key: `day-${iso.slice(0, 10)}-${items.length}`, iso }, null);
  };

  for (const message of messages) {
    startDay(message.sent_at);
    if (message.event) {
      add({ kind: "event", key: message.client_id, message }, null);
      continue;
    }
    if (seenSeq !== null && !hasUnread && message.seq > seenSeq && message.author.kind === "visitor") {
      hasUnread = true;
      add({ kind: "unread", key: "unread" }, null);
    }
    const author = `${message.author.kind} ${message.author.id ?? ""}`;
    add(
      { kind: "message", key: message.client_id, message, isFirst: true, isLast: true },
      { author, at: new Date(message.sent_at).getTime() },
    );
  }
  const arrived = new Set(messages.map((message) => message.client_id));
  for (const item of unsent) {
    if (arrived.has(item.frame.id)) continue;
    startDay(new Date(item.queued_at).toISOString());
    add(
      { kind: "unsent", key: item.frame.id, item, isFirst: true, isLast: true },
      { author: `member ${me}`, at: item.queued_at },
    );
  }
  return items.map((item, index) => {
    if (item.kind !== "message" && item.kind !== "unsent") return item;
    const voice = voices[index] ?? null;
    return {
      ...item,
      isFirst: !belongTogether(voices[index - 1] ?? null, voice),
      isLast: !belongTogether(voice, voices[index + 1] ?? null),
    };
  });
}
