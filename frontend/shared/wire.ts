/**
 * The protocol, as `chat/wire.py` says it in Python. Golden frames under `tests/contract/` hold
 * both sides to it. Ids are opaque; times are ISO 8601 in UTC; `seq` orders the messages of a
 * conversation; `version` counts the changes of a conversation (the visitor's cursor), `rev`
 * those of the account (the inbox's cursor).
 */

export const PROTOCOL = 1;
export const MAX_BODY = 8_000;

/** Below 4410 the client must not come back by itself. */
export const CloseCode = {
  malformed: 4400,
  unauthorised: 4401,
  forbidden: 4403,
  helloFirst: 4405,
  reload: 4406,
  tooLarge: 4413,
  resync: 4420,
  idle: 4421,
  tooMany: 4429,
} as const;

export type RefusalCode =
  | "unknown_frame"
  | "invalid"
  | "empty"
  | "too_long"
  | "too_many"
  | "closed"
  | "blocked"
  | "not_found"
  | "not_allowed"
  | "unavailable"
  | "notice_required";

export type ChangeKind =
  | "message_posted"
  | "received"
  | "seen"
  | "assigned"
  | "closed"
  | "visitor_identified"
  | "visitor_blocked"
  | "visitor_unblocked"
  | "redacted";

export type ConversationState = "pending" | "open" | "served" | "closed";
export type AvailabilityStatus = "online" | "away" | "offline";
export type AuthorKind = "visitor" | "member" | "automatic" | "system";

export interface MemberRow {
  id: string;
  name: string;
  photo: string | null;
  description: string;
}

export interface AuthorRow {
  kind: AuthorKind;
  id: string | null;
  name: string | null;
  photo: string | null;
}

export interface AttachmentRow {
  id: string;
  name: string;
  content_type: string;
  size: number;
  kind: "image" | "file";
  width: number | null;
  height: number | null;
  url: string;
  thumbnail_url: string | null;
  expires_at: string;
}

/** `name` is agent_join, agent_leave, agent_assign, offline_message or chat_close; the rest depends on it. */
export interface ConversationEvent {
  name: string;
  [detail: string]: unknown;
}

export interface MessageRow {
  id: string;
  client_id: string;
  conversation: string;
  seq: number;
  version: number;
  author: AuthorRow;
  body: string;
  event: ConversationEvent | null;
  attachments: AttachmentRow[];
  sent_at: string;
  redacted_at: string | null;
  redacted_by: string | null;
  /** Numbers in `body` were hidden before it was stored. */
  is_masked: boolean;
}

export interface Marks {
  visitor: number;
  agents: number;
}

export interface VisitorConversationRow {
  id: string;
  state: ConversationState;
  version: number;
  last_seq: number;
  received: Marks;
  seen: Marks;
  unread: number;
  agent: MemberRow | null;
  created_at: string;
  closed_at: string | null;
}

export interface VisitorRow {
  id: string;
  name: string;
  email: string;
  phone: string;
  is_blocked: boolean;
}

export interface VisitorState {
  visitor: VisitorRow;
  conversation: VisitorConversationRow | null;
  messages: MessageRow[];
  has_earlier: boolean;
}

/** One thing that a form asks for. Of `name`, `email` and `phone` the client has the words. The answer
 * to a checkbox is true or false, to a select one of `options`, to a date `YYYY-MM-DD`, else text. */
export interface QuestionRow {
  key: string;
  kind: "text" | "email" | "tel" | "textarea" | "select" | "checkbox" | "date";
  label: string;
  placeholder: string;
  options: string[];
  is_required: boolean;
}

/** A field of the page that is not asked, and the word on a list that is why. */
export interface DroppedRow {
  key: string;
  word: string;
  article: string;
}

/** The line that says who processes what. `version` goes back with the first message. */
export interface NoticeRow {
  version: string;
  text: string;
  language: string;
}

/** A consent box, unticked and optional. `version` goes back with the tick; `details`: until when, and
 * how to take it back. */
export interface BoxRow {
  purpose: string;
  version: string;
  title: string;
  text: string;
  details: string;
}

/** What this visitor is asked for, without what is known of them already. */
export interface FormsRow {
  /** Before the first message of a conversation is sent; empty: nothing. */
  prechat: QuestionRow[];
  /** The same while nobody is there. */
  offline: QuestionRow[];
  /** Stands at each of these points and in the chat. */
  notice: NoticeRow;
  /** The notice must be ticked before the first message of a conversation. */
  requires_acknowledgement: boolean;
  /** Boxes that the visitor has not ticked yet; none holds anything up. */
  consents: readonly BoxRow[];
  dropped: DroppedRow[];
}

export interface AnswerRow {
  form: "prechat" | "offline";
  key: string;
  label: string;
  value: string | boolean;
}

export type Variable = string | number | boolean | { label: string; value: string | number | boolean };

export interface VisitorPanelRow {
  id: string;
  name: string;
  email: string;
  phone: string;
  variables: Record<string, Variable>;
  language: string;
  browser: string;
  os: string;
  device: string;
  /** Width and height, as in "1920x1080". */
  screen: string;
  time_zone: string;
  /** The one to which the time zone belongs. */
  country: string;
  ip_address: string | null;
  is_blocked: boolean;
  is_address_blocked: boolean;
  is_restricted: boolean;
  created_at: string;
}

export interface GroupRow {
  key: string;
  name: string;
}

export interface PreviewRow {
  author: AuthorKind;
  text: string;
  has_attachment: boolean;
  is_redacted: boolean;
}

export interface ConversationRow {
  id: string;
  state: ConversationState;
  rev: number;
  version: number;
  visitor: VisitorPanelRow;
  assignee: MemberRow | null;
  group: GroupRow | null;
  last_seq: number;
  received: Marks;
  seen: Marks;
  unread: number;
  preview: PreviewRow | null;
  answers: AnswerRow[];
  waiting_since: string | null;
  created_at: string;
  last_message_at: string;
  closed_at: string | null;
}

export interface Counts {
  waiting: number;
  mine: number;
  all: number;
}

export interface ColleagueRow extends MemberRow {
  role: "owner" | "admin" | "agent";
  status: AvailabilityStatus;
}

export interface PageRow {
  url: string;
  title: string;
  at: string;
}

export interface Page {
  url: string;
  title: string;
  referrer: string;
}

/** A question that the page adds to a form. */
export interface PageField {
  key: string;
  kind: "text" | "textarea" | "select" | "checkbox" | "date";
  label: string;
  placeholder?: string;
  options?: string[];
  is_required?: boolean;
}

/** What the page changes about the forms; absent or null: as the account has it. */
export interface PageForms {
  prechat?: boolean | null;
  name?: boolean | null;
  email?: boolean | null;
  phone?: boolean | null;
  offline_name?: boolean | null;
  fields?: PageField[];
  offline_fields?: PageField[];
}

/** What a form brought, with the message that it was filled in for. */
export interface FiledForm {
  point: "prechat" | "offline";
  values: Record<string, string | boolean>;
}

export type VisitorUp =
  | {
      type: "hello";
      protocol: number;
      ticket: string;
      token: string | null;
      conversation: string | null;
      since: number | null;
      page: Page | null;
      group?: string | null;
      language: string;
      time_zone: string;
      forms?: PageForms | null;
    }
  | {
      type: "message";
      id: string;
      body: string;
      attachments: string[];
      email?: string | null;
      form?: FiledForm | null;
      notice?: { version: string; how: "shown" | "ticked" } | null;
      consents?: { purpose: string; version: string }[];
      screen?: string;
    }
  | { type: "sync"; conversation: string | null; since: number | null }
  | { type: "received" | "seen"; seq: number }
  | { type: "typing"; on: boolean }
  | { type: "page"; page: Page }
  | {
      type: "identify";
      id: string;
      name?: string | null;
      email?: string | null;
      phone?: string | null;
      variables?: Record<string, Variable> | null;
      group?: string | null;
    }
  | { type: "end"; id: string }
  | { type: "transcript"; id: string; email: string };

export interface VisitorChange {
  type: "change";
  change: ChangeKind;
  visitor: VisitorRow;
  conversation: VisitorConversationRow;
  messages: MessageRow[];
}

export interface Refused {
  type: "refused";
  id: string | null;
  code: RefusalCode;
  retry_after: number | null;
  /** The key of the form's field that is meant, with `invalid`. */
  field: string | null;
}

export interface TypingDown {
  type: "typing";
  conversation: string;
  by: MemberRow | null;
  on: boolean;
}

export type VisitorDown =
  | {
      type: "welcome";
      token: string;
      visitor_id: string;
      is_new: boolean;
      state: VisitorState | null;
      availability: AvailabilityStatus;
      forms: FormsRow;
    }
  | VisitorChange
  | {
      type: "changes";
      visitor: VisitorRow | null;
      conversation: VisitorConversationRow | null;
      messages: MessageRow[];
      state: VisitorState | null;
    }
  | { type: "ack"; id: string; change: VisitorChange | null }
  | Refused
  | TypingDown
  | { type: "availability"; status: AvailabilityStatus }
  | { type: "reload" };

export type InboxUp =
  | { type: "hello"; protocol: number; rev: number }
  | { type: "sync"; rev: number; threads: Record<string, number> }
  | { type: "message"; id: string; conversation: string; body: string; attachments: string[] }
  | { type: "received" | "seen"; conversation: string; seq: number }
  | { type: "typing"; conversation: string; on: boolean }
  | { type: "assign"; id: string; conversation: string; to: string | null }
  | { type: "close"; id: string; conversation: string }
  | { type: "block"; id: string; conversation: string; on: boolean; with_address: boolean }
  | { type: "redact"; id: string; conversation: string; message: string; attachment: string | null }
  | { type: "transcript"; id: string; conversation: string; email: string }
  | { type: "status"; id: string; is_available: boolean }
  | { type: "watch"; conversation: string | null }
  | { type: "count" };

export interface InboxChange {
  type: "change";
  change: ChangeKind;
  rev: number;
  conversation: ConversationRow;
  messages: MessageRow[];
}

export interface InboxChanges {
  type: "changes";
  rev: number;
  conversations: ConversationRow[];
  messages: MessageRow[];
  has_more: boolean;
  restart: boolean;
}

export type InboxDown =
  | {
      type: "welcome";
      rev: number;
      me: ColleagueRow;
      colleagues: ColleagueRow[];
      counts: Counts;
      is_read_only: boolean;
    }
  | InboxChange
  | InboxChanges
  | { type: "ack"; id: string; change: InboxChange | null }
  | Refused
  | TypingDown
  | { type: "colleagues"; colleagues: ColleagueRow[] }
  | { type: "visitor"; conversation: string; is_online: boolean; pages: PageRow[]; referrer: string }
  | { type: "counts"; counts: Counts }
  | { type: "reload" };
