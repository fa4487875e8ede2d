import { daysAgo } from "../shared/format";
import type { MessageRow } from "../shared/wire";
import type { UnsentMessage } from "./chat";

export type Row =
  | { kind: "day"; key: string; at: string }
  | { kind: "event"; key: string; message: MessageRow }
  | ({ kind: "message"; key: string; message: MessageRow } & Place)
  | ({ kind: "unsent"; key: string; unsent: UnsentMessage } & Place);

/** Where a bubble stands among those of the same voice. */
interface Place {
  isFirst: boolean;
  isLast: boolean;
}

const TOGETHER = 5 * 60_000;

/**
 * What the thread shows from top to bottom: days, events, messages in groups of one voice within five
 * minutes, and at the end what is on its way. A message keeps its key when it is stored.
 */
export function threadRows(messages: readonly MessageRow[], unsent: readonly UnsentMessage[]): Row[] {
  const rows: Row[] = [];
  const voices: { who: string; at: number }[] = [];
  let day = "";
  const add = (row: Row, who: string, at: number) => {
    const iso = new Date(at).toISOString();
    if (!day || daysAgo(day, at) !== 0) {
      rows.push({ kind: "day", key: `day ${iso}`, at: iso });
      voices.push({ who: "", at });
      day = iso;
    }
    rows.push(row);
    voices.push({ who, at });
  };
  const alone = { isFirst: true, isLast: true };
  const stored = new Set<string>();

  for (const message of messages) {
    const at = Date.parse(message.sent_at);
    const key = message.client_id;
    stored.add(key);
    if (message.event) add({ kind: "event", key, message }, "", at);
    else add({ kind: "message", key, message, ...alone }, `${message.author.kind} ${message.author.id}`, at);
  }
  const own = messages.find((message) => message.author.kind === "visitor");
  for (const one of unsent) {
    if (stored.has(one.frame.id)) continue;
    add(
      { kind: "unsent", key: one.frame.id, unsent: one, ...alone },
      `visitor ${own?.author.id}`,
      one.queued_at,
    );
  }

  const isTogether = (index: number) => {
    const [a, b] = [voices[index - 1], voices[index]];
    return Boolean(a && b && a.who && a.who === b.who && b.at - a.at < TOGETHER);
  };
  return rows.map((row, index) =>
    row.kind === "message" || row.kind === "unsent"
      ? { ...row, isFirst: !isTogether(index), isLast: !isTogether(index + 1) }
      : row,
  );
}
