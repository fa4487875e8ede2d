import type { MessageRow, VisitorConversationRow, VisitorDown, VisitorRow, VisitorState } from "./wire";

export interface Applied<State> {
  state: State;
  /** Something in between is missing: ask with `sync`. The state is unchanged. */
  gap: boolean;
}

export const nobody: VisitorRow = { id: "", name: "", email: "", phone: "", is_blocked: false };

export function emptyVisitor(): VisitorState {
  return { visitor: nobody, conversation: null, messages: [], has_earlier: false };
}

/** Messages by id, in order; of two with the same id the newer version stays. */
export function mergeMessages(held: readonly MessageRow[], arrived: readonly MessageRow[]): MessageRow[] {
  const byId = new Map(held.map((message) => [message.id, message]));
  for (const message of arrived) {
    const known = byId.get(message.id);
    if (!known || message.version > known.version) byId.set(message.id, message);
  }
  return [...byId.values()].sort((a, b) => a.seq - b.seq);
}

/** What changed among the messages held and after them. One from before what is loaded stays out: it
 * would stand alone in front of a hole, and comes with its page. */
export function mergeNews(held: readonly MessageRow[], arrived: readonly MessageRow[]): MessageRow[] {
  const first = held[0]?.seq ?? 0;
  return mergeMessages(
    held,
    arrived.filter((message) => message.seq >= first),
  );
}

/** Whether all of the message was taken back: only its place is left. */
export function isGone(message: MessageRow): boolean {
  return !!message.redacted_at && !message.body && message.attachments.length === 0;
}

function isWhole(conversation: VisitorConversationRow, messages: readonly MessageRow[]): boolean {
  const seqs = new Set(messages.map((message) => message.seq));
  return seqs.size === conversation.last_seq;
}

function applyChange(
  state: VisitorState,
  visitor: VisitorRow,
  conversation: VisitorConversationRow,
  messages: readonly MessageRow[],
): Applied<VisitorState> {
  const held = state.conversation;
  if (held?.id !== conversation.id) {
    // A late word from an older conversation must not bring it back.
    if (held && conversation.created_at < held.created_at) return { state, gap: false };
    if (!isWhole(conversation, messages)) return { state, gap: true };
    return {
      state: { visitor, conversation, messages: mergeMessages([], messages), has_earlier: false },
      gap: false,
    };
  }
  if (conversation.version <= held.version) return { state, gap: false };
  if (conversation.version !== held.version + 1) return { state, gap: true };
  return {
    state: { ...state, visitor, conversation, messages: mergeNews(state.messages, messages) },
    gap: false,
  };
}

function applyChanges(
  state: VisitorState,
  frame: Extract<VisitorDown, { type: "changes" }>,
): Applied<VisitorState> {
  if (frame.state) return { state: frame.state, gap: false };
  const visitor = frame.visitor ?? state.visitor;
  const { conversation } = frame;
  if (!conversation) return { state: frame.visitor ? { ...state, visitor } : state, gap: false };
  const held = state.conversation;
  if (held?.id !== conversation.id) return applyChange(state, visitor, conversation, frame.messages);
  if (conversation.version < held.version) return { state, gap: false };
  return {
    state: { ...state, visitor, conversation, messages: mergeNews(state.messages, frame.messages) },
    gap: false,
  };
}

/**
 * The state after a frame. Applying a frame twice changes nothing; after any frame the state is what
 * a fresh load would give, or `gap` says that it must be asked for.
 */
export function applyVisitor(state: VisitorState, frame: VisitorDown): Applied<VisitorState> {
  switch (frame.type) {
    case "welcome":
      return { state: frame.state ?? state, gap: false };
    case "changes":
      return applyChanges(state, frame);
    case "change":
      return applyChange(state, frame.visitor, frame.conversation, frame.messages);
    case "ack":
      return frame.change ? applyVisitor(state, frame.change) : { state, gap: false };
    default:
      return { state, gap: false };
  }
}

/** The state with a page of older messages of the same conversation put in front. */
export function addEarlier(
  state: VisitorState,
  messages: readonly MessageRow[],
  hasEarlier: boolean,
): VisitorState {
  const ours = messages.filter((message) => message.conversation === state.conversation?.id);
  return { ...state, messages: mergeMessages(state.messages, ours), has_earlier: hasEarlier };
}

export type Delivery = "stored" | "delivered" | "seen";

/** How far the visitor's own message has come. */
export function deliveryOf(message: MessageRow, conversation: VisitorConversationRow): Delivery {
  if (conversation.seen.agents >= message.seq) return "seen";
  return conversation.received.agents >= message.seq ? "delivered" : "stored";
}
