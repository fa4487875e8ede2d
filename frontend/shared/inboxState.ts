import { mergeMessages, mergeNews } from "./visitorState";
import type {
  ColleagueRow,
  ConversationRow,
  Counts,
  InboxChange,
  InboxChanges,
  InboxDown,
  MemberRow,
  MessageRow,
  PageRow,
} from "./wire";

export const VIEWS = ["waiting", "mine", "all", "closed"] as const;
export type View = (typeof VIEWS)[number];

/** As many threads as one `sync` may name. */
export const MAX_THREADS = 20;

/** The messages of a conversation from some point to its end, ascending. */
export interface Thread {
  messages: MessageRow[];
  has_earlier: boolean;
  /** Everything up to this version of the conversation is in `messages`. */
  version: number;
  /** Messages are known to be missing at its end: load it again. */
  is_stale: boolean;
}

/** Where a row stands in a view. Time first, then id, as the server orders its pages. */
export interface Position {
  time: string;
  id: string;
}

/** What has been loaded of a view. */
export interface Extent {
  /** The last position loaded; null: the whole view is here. Rows behind it are not shown, because
   * others that nobody has asked for yet stand between. */
  until: Position | null;
  /** Asks for the page after it. */
  next: string | null;
}

/** Droppable: who types, and whether visitors are here. Never part of what a fresh load gives. */
export interface LiveSide {
  typing: Record<string, { visitor: boolean; members: MemberRow[] }>;
  visitors: Record<string, { is_online: boolean; pages: PageRow[]; referrer: string }>;
}

export interface InboxState {
  rev: number;
  me: ColleagueRow;
  colleagues: ColleagueRow[];
  counts: Counts;
  conversations: Record<string, ConversationRow>;
  /** Those in use, the most recently opened last. */
  threads: Record<string, Thread>;
  views: Partial<Record<View, Extent>>;
  live: LiveSide;
}

export interface Applied {
  state: InboxState;
  /** Something is missing: ask with `sync`, from the state's `rev`. */
  gap: boolean;
  /** Too far behind to catch up: the state is emptied, load views and threads again. */
  restart: boolean;
}

/** A fresh load, as the server writes it into the page. */
export interface InboxLoad {
  rev: number;
  me: ColleagueRow;
  colleagues: ColleagueRow[];
  counts: Counts;
  view: View;
  conversations: ConversationRow[];
  next: string | null;
}

/** A fresh load of one conversation. */
export interface ThreadLoad {
  conversation: ConversationRow;
  messages: MessageRow[];
  has_earlier: boolean;
}

// --- Order ---------------------------------------------------------------------------------------

/** An ISO time in UTC as a text that sorts: the fraction, which may be absent, gets six digits. */
function sortable(iso: string): string {
  const [, seconds = iso, fraction = ""] = /^([^.Z+]*)(?:\.(\d+))?/.exec(iso) ?? [];
  return `${seconds}.${fraction.padEnd(6, "0")}`;
}

export function compareTimes(a: string, b: string): number {
  const left = sortable(a);
  const right = sortable(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Below 0: `a` stands before `b`. Those who wait stand oldest first, all others newest first. */
function comparePositions(view: View, a: Position, b: Position): number {
  const ascending = compareTimes(a.time, b.time) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  return view === "waiting" ? ascending : -ascending;
}

function positionIn(view: View, row: ConversationRow): Position {
  const time = view === "waiting" ? (row.waiting_since ?? row.last_message_at) : row.last_message_at;
  return { time, id: row.id };
}

function belongs(view: View, row: ConversationRow, me: string): boolean {
  if (view === "closed") return row.state === "closed";
  if (row.state === "closed") return false;
  if (view === "waiting") return row.waiting_since !== null;
  return view === "all" || row.assignee?.id === me;
}

/** The rows of a view in order, as far as it has been loaded. */
export function rowsOf(state: InboxState, view: View): ConversationRow[] {
  const extent = state.views[view];
  if (!extent) return [];
  const { until } = extent;
  return Object.values(state.conversations)
    .filter((row) => belongs(view, row, state.me.id))
    .map((row) => ({ row, at: positionIn(view, row) }))
    .filter(({ at }) => until === null || comparePositions(view, at, until) <= 0)
    .sort((a, b) => comparePositions(view, a.at, b.at))
    .map(({ row }) => row);
}

// --- Merging -------------------------------------------------------------------------------------

function mergeRows(
  held: Record<string, ConversationRow>,
  arrived: readonly ConversationRow[],
): Record<string, ConversationRow> {
  const newer = arrived.filter((row) => row.version > (held[row.id]?.version ?? -1));
  if (newer.length === 0) return held;
  const merged = { ...held };
  for (const row of newer) merged[row.id] = row;
  return withOneVisitor(merged, new Set(newer.map((row) => row.visitor.id)));
}

/** A visitor's rows all show what the latest change says of them: only one of their conversations is
 * stamped when they give a name or are blocked. */
function withOneVisitor(
  rows: Record<string, ConversationRow>,
  visitors: ReadonlySet<string>,
): Record<string, ConversationRow> {
  const latest = new Map<string, ConversationRow>();
  const theirs = Object.values(rows).filter((row) => visitors.has(row.visitor.id));
  for (const row of theirs) {
    const known = latest.get(row.visitor.id);
    if (!known || row.rev > known.rev) latest.set(row.visitor.id, row);
  }
  const shared = { ...rows };
  for (const row of theirs) {
    const visitor = latest.get(row.visitor.id)?.visitor ?? row.visitor;
    if (row.visitor !== visitor) shared[row.id] = { ...row, visitor };
  }
  return shared;
}

function isWholeTo(messages: readonly MessageRow[], lastSeq: number): boolean {
  const first = messages[0];
  if (!first) return lastSeq === 0;
  return messages[messages.length - 1]?.seq === lastSeq && messages.length === lastSeq - first.seq + 1;
}

/** A held thread with what has come of it. Its version moves only over ground without holes. */
function extend(thread: Thread, row: ConversationRow, arrived: readonly MessageRow[]): Thread {
  if (row.version <= thread.version) return thread;
  const messages = mergeNews(thread.messages, arrived);
  const isWhole = isWholeTo(messages, row.last_seq);
  return {
    ...thread,
    messages,
    version: isWhole ? row.version : thread.version,
    is_stale: !isWhole,
  };
}

function merge(
  state: InboxState,
  rows: readonly ConversationRow[],
  messages: readonly MessageRow[],
): InboxState {
  const conversations = mergeRows(state.conversations, rows);
  let threads = state.threads;
  for (const row of rows) {
    const thread = threads[row.id];
    if (!thread) continue;
    const extended = extend(
      thread,
      row,
      messages.filter((message) => message.conversation === row.id),
    );
    if (extended !== thread) threads = { ...threads, [row.id]: extended };
  }
  if (conversations === state.conversations && threads === state.threads) return state;
  return { ...state, conversations, threads };
}

// --- Loading -------------------------------------------------------------------------------------

function extentOf(view: View, rows: readonly ConversationRow[], next: string | null): Extent {
  const last = rows[rows.length - 1];
  return { until: next !== null && last ? positionIn(view, last) : null, next };
}

export function loadInbox(load: InboxLoad): InboxState {
  return {
    rev: load.rev,
    me: load.me,
    colleagues: load.colleagues,
    counts: load.counts,
    conversations: mergeRows({}, load.conversations),
    threads: {},
    views: { [load.view]: extentOf(load.view, load.conversations, load.next) },
    live: { typing: {}, visitors: {} },
  };
}

/** The state with a page of a view: its first one, or the one after what is loaded. */
export function loadPage(
  state: InboxState,
  view: View,
  rows: readonly ConversationRow[],
  next: string | null,
): InboxState {
  const merged = merge(state, rows, []);
  return { ...merged, views: { ...merged.views, [view]: extentOf(view, rows, next) } };
}

/** The state with rows that a search found. They widen no view. */
export function loadFound(state: InboxState, rows: readonly ConversationRow[]): InboxState {
  return merge(state, rows, []);
}

/** The state with the newest messages of a conversation, in front of which older ones stay if no hole
 * lies between. What came live while the load was on its way stays behind it, and the thread counts
 * as stale until a load has caught up. Opening the twenty-first thread lets the first go. */
export function loadThread(state: InboxState, load: ThreadLoad): InboxState {
  const { id } = load.conversation;
  const held = state.threads[id];
  const merged = merge(state, [load.conversation], []);
  if (held && !held.is_stale && held.version > load.conversation.version) return merged;
  const first = load.messages[0]?.seq ?? 1;
  const older = (held?.messages ?? []).filter((message) => message.seq < first);
  const adjoins = older.length > 0 && older[older.length - 1]?.seq === first - 1;
  const later = (held?.messages ?? []).filter((message) => message.seq > load.conversation.last_seq);
  const thread: Thread = {
    messages: [...(adjoins ? older : []), ...load.messages, ...later],
    has_earlier: adjoins ? (held?.has_earlier ?? load.has_earlier) : load.has_earlier,
    version: load.conversation.version,
    is_stale: (merged.conversations[id]?.version ?? 0) > load.conversation.version,
  };
  const { [id]: _, ...others } = merged.threads;
  const kept = Object.entries(others).slice(-(MAX_THREADS - 1));
  return { ...merged, threads: { ...Object.fromEntries(kept), [id]: thread } };
}

/** The state with a page of older messages in front of a thread. */
export function loadEarlier(
  state: InboxState,
  conversation: string,
  messages: readonly MessageRow[],
  hasEarlier: boolean,
): InboxState {
  const thread = state.threads[conversation];
  if (!thread) return state;
  const extended = {
    ...thread,
    messages: mergeMessages(thread.messages, messages),
    has_earlier: hasEarlier,
  };
  return { ...state, threads: { ...state.threads, [conversation]: extended } };
}

/** What a `sync` names: the version that the page has of each thread. */
export function threadVersions(state: InboxState): Record<string, number> {
  return Object.fromEntries(
    Object.entries(state.threads)
      .slice(-MAX_THREADS)
      .map(([id, thread]) => [id, thread.version]),
  );
}

// --- Frames --------------------------------------------------------------------------------------

function settled(state: InboxState): Applied {
  return { state, gap: false, restart: false };
}

function applyChange(state: InboxState, frame: InboxChange): Applied {
  if (frame.rev > state.rev + 1) {
    // Rows and messages merge in any order, so what has come is shown at once; only the cursor waits.
    return { state: merge(state, [frame.conversation], frame.messages), gap: true, restart: false };
  }
  const merged = merge(state, [frame.conversation], frame.messages);
  const moved = frame.rev > merged.rev ? { ...merged, rev: frame.rev } : merged;
  return settled(quieten(moved, frame));
}

/** Whoever has said something types no more. */
function quieten(state: InboxState, frame: InboxChange): InboxState {
  let quiet = state;
  for (const { author, conversation } of frame.messages) {
    if (author.kind === "visitor") quiet = stopTyping(quiet, conversation, null);
    else if (author.kind === "member" && author.id) quiet = stopTyping(quiet, conversation, author.id);
  }
  return quiet;
}

function applyChanges(state: InboxState, frame: InboxChanges): Applied {
  if (frame.restart) {
    const nothing = { conversations: {}, threads: {}, views: {} };
    return { state: { ...state, ...nothing, rev: frame.rev }, gap: false, restart: true };
  }
  const merged = merge(state, frame.conversations, frame.messages);
  const moved = frame.rev > merged.rev ? { ...merged, rev: frame.rev } : merged;
  return { state: moved, gap: frame.has_more, restart: false };
}

type Typing = LiveSide["typing"][string];

const SILENCE: Typing = { visitor: false, members: [] };

function withTyping(state: InboxState, conversation: string, after: Typing): InboxState {
  const { [conversation]: _, ...others } = state.live.typing;
  const isQuiet = !after.visitor && after.members.length === 0;
  const typing = isQuiet ? others : { ...others, [conversation]: after };
  return { ...state, live: { ...state.live, typing } };
}

/** `by` null: the visitor. */
function startTyping(state: InboxState, conversation: string, by: MemberRow | null): InboxState {
  const before = state.live.typing[conversation] ?? SILENCE;
  if (by === null) {
    return before.visitor ? state : withTyping(state, conversation, { ...before, visitor: true });
  }
  if (before.members.some((member) => member.id === by.id)) return state;
  return withTyping(state, conversation, { ...before, members: [...before.members, by] });
}

/** `member` null: the visitor. */
function stopTyping(state: InboxState, conversation: string, member: string | null): InboxState {
  const before = state.live.typing[conversation];
  if (!before) return state;
  if (member === null) {
    return before.visitor ? withTyping(state, conversation, { ...before, visitor: false }) : state;
  }
  const members = before.members.filter(({ id }) => id !== member);
  if (members.length === before.members.length) return state;
  return withTyping(state, conversation, { ...before, members });
}

function withColleagues(state: InboxState, colleagues: ColleagueRow[]): InboxState {
  const me = colleagues.find((colleague) => colleague.id === state.me.id) ?? state.me;
  return { ...state, colleagues, me };
}

/**
 * The state after a frame. Applying a frame twice, or an older one late, changes nothing. `rev` moves
 * only when nothing lies between; otherwise `gap` says to ask, and what has come is kept.
 */
export function applyInbox(state: InboxState, frame: InboxDown): Applied {
  switch (frame.type) {
    case "welcome":
      return settled({
        ...withColleagues(state, frame.colleagues),
        me: frame.me,
        counts: frame.counts,
      });
    case "change":
      return applyChange(state, frame);
    case "changes":
      return applyChanges(state, frame);
    case "ack":
      return frame.change ? applyChange(state, frame.change) : settled(state);
    case "typing":
      return settled(
        frame.on
          ? startTyping(state, frame.conversation, frame.by)
          : stopTyping(state, frame.conversation, frame.by?.id ?? null),
      );
    case "colleagues":
      return settled(withColleagues(state, frame.colleagues));
    case "visitor": {
      const visitors = {
        ...state.live.visitors,
        [frame.conversation]: {
          is_online: frame.is_online,
          pages: frame.pages,
          referrer: frame.referrer,
        },
      };
      return settled({ ...state, live: { ...state.live, visitors } });
    }
    case "counts":
      return settled({ ...state, counts: frame.counts });
    default:
      return settled(state);
  }
}

// --- Questions -----------------------------------------------------------------------------------

/** How far an agents' message has come. */
export function deliveryOf(message: MessageRow, row: ConversationRow): "stored" | "delivered" | "seen" {
  if (row.seen.visitor >= message.seq) return "seen";
  return row.received.visitor >= message.seq ? "delivered" : "stored";
}

/** Conversations with something new for this agent: theirs, and those that nobody has taken. */
export function unreadForMe(state: InboxState): number {
  return Object.values(state.conversations).filter(
    (row) =>
      row.unread > 0 && row.state !== "closed" && (row.assignee === null || row.assignee.id === state.me.id),
  ).length;
}
