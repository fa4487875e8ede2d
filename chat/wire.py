"""The protocol: every frame that a visitor's or an agent's device exchanges with the server.

`frontend/shared/wire.ts` says the same in TypeScript; the golden frames under `tests/contract/`
are read by both sides. A frame is one JSON object with a `type`. Up frames may carry `id`, a
UUID of the client's: exactly one `ack` or `refused` with the same id answers it, and sending it
again is harmless. Times are ISO 8601 in UTC, ids are opaque and give no access.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

PROTOCOL = 1
"""Sent in every hello. A client with another number is told to reload."""

MAX_BODY = 8_000
MAX_FRAME = 48 * 1024
"""Bytes. Room for MAX_BODY characters of any script, also as a browser escapes them: a message that
is short enough must never be a frame that is too large. Ours closes with a code; daphne's own limit
(64 KiB) would cut without one."""

PAGE = 100
"""Messages in one answer. A client that lacks more starts afresh instead of in part."""


class CloseCode:
    """Why the server closes a socket. Below 4410 the client must not come back by itself."""

    MALFORMED = 4400
    UNAUTHORISED = 4401
    FORBIDDEN = 4403
    HELLO_FIRST = 4405
    RELOAD = 4406
    TOO_LARGE = 4413
    RESYNC = 4420
    IDLE = 4421
    TOO_MANY = 4429


class Refusal(StrEnum):
    """Why a frame was refused. Stable: clients show a text for each."""

    UNKNOWN_FRAME = "unknown_frame"
    INVALID = "invalid"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    CLOSED = "closed"
    BLOCKED = "blocked"
    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"
    UNAVAILABLE = "unavailable"
    NOTICE_REQUIRED = "notice_required"


class Change(StrEnum):
    """What happened to a conversation. Each has a scenario in the live-equals-reload test."""

    MESSAGE_POSTED = "message_posted"
    RECEIVED = "received"
    SEEN = "seen"
    ASSIGNED = "assigned"
    CLOSED = "closed"
    VISITOR_IDENTIFIED = "visitor_identified"
    VISITOR_BLOCKED = "visitor_blocked"
    VISITOR_UNBLOCKED = "visitor_unblocked"
    REDACTED = "redacted"


class Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Row(BaseModel):
    model_config = ConfigDict(frozen=True)


# --- What both sides are shown -----------------------------------------------------------------


class MemberRow(Row):
    """A member as visitors may see them: never the log-in address (S33)."""

    id: UUID
    name: str
    photo: str | None
    description: str = ""


class AuthorRow(Row):
    """`id` is a member's for `member`, a visitor's public id for `visitor`, else null. Only a
    member has a name here: what visitors say of themselves stands on their row."""

    kind: Literal["visitor", "member", "automatic", "system"]
    id: str | None
    name: str | None
    photo: str | None


class AttachmentRow(Row):
    """Addresses are signed and end at `expires_at`; null thumbnail: not an image."""

    id: UUID
    name: str
    content_type: str
    size: int
    kind: Literal["image", "file"]
    width: int | None
    height: int | None
    url: str
    thumbnail_url: str | None
    expires_at: datetime


class MessageRow(Row):
    """A message, or an event of the conversation (`event` set, `body` empty). `redacted_at`: words
    or files were taken back then, and what is here is what is left; agents are told by whom.
    `is_masked`: numbers in `body` were hidden before it was stored (S25)."""

    id: UUID
    client_id: UUID
    conversation: UUID
    seq: int
    version: int
    author: AuthorRow
    body: str
    event: dict[str, Any] | None
    attachments: list[AttachmentRow]
    sent_at: datetime
    redacted_at: datetime | None = None
    redacted_by: str | None = None
    is_masked: bool = False


class Marks(Row):
    """The highest seq that each side has: `visitor` and `agents`."""

    visitor: int
    agents: int


# --- For the visitor ---------------------------------------------------------------------------


class VisitorConversationRow(Row):
    """The visitor's projection of a conversation."""

    id: UUID
    state: Literal["pending", "open", "served", "closed"]
    version: int
    last_seq: int
    received: Marks
    seen: Marks
    unread: int
    agent: MemberRow | None
    created_at: datetime
    closed_at: datetime | None


class VisitorRow(Row):
    """What visitors told us of themselves, as they themselves are shown it."""

    id: str
    name: str
    email: str
    phone: str
    is_blocked: bool


class VisitorState(Row):
    """A fresh load for the visitor: the latest conversation with its newest messages."""

    visitor: VisitorRow
    conversation: VisitorConversationRow | None
    messages: list[MessageRow]
    has_earlier: bool


class QuestionRow(Row):
    """One thing that a form asks for. Of `name`, `email` and `phone` the client has the words, so
    their label is empty; other keys are the account's or the page's own. The answer to a checkbox
    is true or false, to a select one of `options`, to a date `YYYY-MM-DD`, else text."""

    key: str
    kind: Literal["text", "email", "tel", "textarea", "select", "checkbox", "date"]
    label: str
    placeholder: str
    options: list[str]
    is_required: bool


class DroppedRow(Row):
    """A field of the page that is not asked: `word` stands on the list of `article` ("Article 9
    GDPR"), or both are empty and the field itself is not good."""

    key: str
    word: str
    article: str


class NoticeRow(Row):
    """The line that says who processes what. `version` goes back with the first message."""

    version: str
    text: str
    language: str


class BoxRow(Row):
    """A consent box, unticked and optional. `version` goes back with the tick; `details`: until
    when, and how to take it back."""

    purpose: UUID
    version: str
    title: str
    text: str
    details: str


class FormsRow(Row):
    """What this visitor is asked for here and now, without what is known of them already.

    `prechat`: before the first message of a conversation is sent; empty: nothing. `offline`: the
    same while nobody is there. `notice` stands at each of these points and in the chat;
    `requires_acknowledgement`: it must be ticked before the first message. `consents`: boxes that
    the visitor has not ticked yet; none holds anything up. `dropped`: fields of the page that the
    server refused, for the console.
    """

    prechat: list[QuestionRow]
    offline: list[QuestionRow]
    notice: NoticeRow
    requires_acknowledgement: bool
    consents: list[BoxRow]
    dropped: list[DroppedRow] = []


# --- For the inbox -----------------------------------------------------------------------------


class AnswerRow(Row):
    """What the visitor answered in a form, under the label that they were shown. `value` is text,
    or true or false for a box."""

    form: Literal["prechat", "offline"]
    key: str
    label: str
    value: str | bool


class VisitorPanelRow(Row):
    """A visitor as agents see them. Name, e-mail and phone are unverified (A10). What the account
    does not collect is empty, the address null (S24). `screen` is width and height as in "1920x1080",
    `country` (ISO 3166-1) the one to which the time zone belongs. `is_restricted`: what is known of
    the visitor is kept and not used, and not shown (Art. 18 GDPR)."""

    id: str
    name: str
    email: str
    phone: str
    variables: dict[str, Any]
    language: str
    browser: str
    os: str
    device: str
    screen: str
    time_zone: str
    country: str
    ip_address: str | None = None
    is_blocked: bool
    is_address_blocked: bool
    is_restricted: bool = False
    created_at: datetime


class GroupRow(Row):
    key: str
    name: str


class PreviewRow(Row):
    """The last message in short: at most 140 characters of text. `is_redacted`: all of it was taken
    back."""

    author: Literal["visitor", "member", "automatic", "system"]
    text: str
    has_attachment: bool
    is_redacted: bool = False


class ConversationRow(Row):
    """The inbox's projection of a conversation."""

    id: UUID
    state: Literal["pending", "open", "served", "closed"]
    rev: int
    version: int
    visitor: VisitorPanelRow
    assignee: MemberRow | None
    group: GroupRow | None
    last_seq: int
    received: Marks
    seen: Marks
    unread: int
    preview: PreviewRow | None
    answers: list[AnswerRow] = []
    waiting_since: datetime | None
    created_at: datetime
    last_message_at: datetime
    closed_at: datetime | None


class Counts(Row):
    """Conversations by view; numbers over 99 are sent as 100."""

    waiting: int
    mine: int
    all: int


class ColleagueRow(MemberRow):
    """A member as colleagues see them."""

    role: Literal["owner", "admin", "agent"]
    status: Literal["online", "away", "offline"]


class PageRow(Row):
    """A page that the visitor has open or had open in this visit."""

    url: str
    title: str
    at: datetime


# --- Visitor: up -------------------------------------------------------------------------------

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=255)]
Body = Annotated[str, StringConstraints(max_length=MAX_BODY)]


class Page(Frame):
    """Where the visitor is. Empty is what the account does not collect; of the referrer only the site
    is kept."""

    url: Annotated[str, StringConstraints(max_length=2_000)]
    title: Annotated[str, StringConstraints(max_length=300)] = ""
    referrer: Annotated[str, StringConstraints(max_length=2_000)] = ""


class PageField(Frame):
    """A question that the page adds to a form."""

    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
    kind: Literal["text", "textarea", "select", "checkbox", "date"]
    label: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
    placeholder: Annotated[str, StringConstraints(max_length=120)] = ""
    options: Annotated[
        list[Annotated[str, StringConstraints(max_length=120)]], Field(max_length=50)
    ] = []
    is_required: bool = False


class PageForms(Frame):
    """What the page changes about the forms. null: as the account has it. A field that is switched
    on here is optional, unless the account requires it."""

    prechat: bool | None = None
    name: bool | None = None
    email: bool | None = None
    phone: bool | None = None
    offline_name: bool | None = None
    fields: Annotated[list[PageField], Field(max_length=20)] = []
    offline_fields: Annotated[list[PageField], Field(max_length=20)] = []


class VisitorHello(Frame):
    """Opens a visitor's socket or poll. `since` is the version of `conversation` that the client
    has; both null on a first visit. An unknown `group` is ignored. A token that is not good makes
    a new visitor, without a hint."""

    type: Literal["hello"]
    protocol: int
    ticket: str
    token: str | None
    conversation: UUID | None
    since: int | None
    page: Page | None
    group: Annotated[str, StringConstraints(max_length=40)] | None = None
    language: Annotated[str, StringConstraints(max_length=35)] = ""
    time_zone: Annotated[str, StringConstraints(max_length=64)] = ""
    forms: PageForms | None = None


class FiledForm(Frame):
    """What a form brought, with the message that it was filled in for. `values` by key; a key that
    is not asked (any more) is left aside."""

    point: Literal["prechat", "offline"]
    values: Annotated[dict[str, str | bool], Field(max_length=50)]


class NoticeShown(Frame):
    """The notice that the visitor saw beside what they sent, or ticked."""

    version: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    how: Literal["shown", "ticked"]


class TickedBox(Frame):
    """A consent box that the visitor ticked."""

    purpose: UUID
    version: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class VisitorMessage(Frame):
    """`id` is the message's client id. `email` when nobody is there and the visitor leaves one.
    `form` goes with the message in one piece: both are stored, or the message is refused as
    `invalid` with the `field` that is missing or not good; so with `notice` and `consents`, whose
    record is made with the message. A first message without the tick that the account requires is
    refused as `notice_required`. `screen`: its size, read now that the visitor acts, with the first
    message of a conversation and where the account collects it (S24)."""

    type: Literal["message"]
    id: UUID
    body: Body = ""
    attachments: Annotated[list[UUID], Field(max_length=5)] = []
    email: Text | None = None
    form: FiledForm | None = None
    notice: NoticeShown | None = None
    consents: Annotated[list[TickedBox], Field(max_length=20)] = []
    screen: Annotated[str, StringConstraints(pattern=r"^(?:\d{1,5}x\d{1,5})?$")] = ""


class VisitorSync(Frame):
    """Hello again, heartbeat and repair: what has changed since this version?"""

    type: Literal["sync"]
    conversation: UUID | None
    since: int | None


class VisitorMark(Frame):
    """The visitor's device has, or the visitor has read, everything up to `seq`."""

    type: Literal["received", "seen"]
    seq: Annotated[int, Field(ge=0)]


class VisitorTyping(Frame):
    type: Literal["typing"]
    on: bool


class VisitorPage(Frame):
    type: Literal["page"]
    page: Page


class VisitorIdentify(Frame):
    """What the page or a form says of the visitor. Absent: unchanged. `variables` are merged."""

    type: Literal["identify"]
    id: UUID
    name: Text | None = None
    email: Text | None = None
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=50)] | None = None
    variables: dict[str, Any] | None = None
    group: Annotated[str, StringConstraints(max_length=40)] | None = None


class VisitorEnd(Frame):
    """The visitor ends the conversation."""

    type: Literal["end"]
    id: UUID


class VisitorTranscript(Frame):
    type: Literal["transcript"]
    id: UUID
    email: Text


VisitorUp = Annotated[
    VisitorHello
    | VisitorMessage
    | VisitorSync
    | VisitorMark
    | VisitorTyping
    | VisitorPage
    | VisitorIdentify
    | VisitorEnd
    | VisitorTranscript,
    Field(discriminator="type"),
]

# --- Visitor: down -----------------------------------------------------------------------------


class VisitorWelcome(Frame):
    """Answers hello. `state` is null when the client's own (`conversation`, `since`) is good: a
    `changes` frame with what it lacks follows. `token` is `<visitor id>.<signature>`."""

    type: Literal["welcome"] = "welcome"
    token: str
    visitor_id: str
    is_new: bool
    state: VisitorState | None
    availability: Literal["online", "away", "offline"]
    forms: FormsRow


class VisitorChange(Frame):
    """One change. Apply it if `conversation.version` is the next one, else ask with `sync`."""

    type: Literal["change"] = "change"
    change: Change
    visitor: VisitorRow
    conversation: VisitorConversationRow
    messages: list[MessageRow]


class VisitorChanges(Frame):
    """Answers sync. `state` set: start afresh from it. Else `conversation` (null: nothing new) and
    its messages whose version is above the one asked for."""

    type: Literal["changes"] = "changes"
    visitor: VisitorRow | None
    conversation: VisitorConversationRow | None
    messages: list[MessageRow]
    state: VisitorState | None


class VisitorAck(Frame):
    """The frame with this id is stored. `change` null: there was nothing to change."""

    type: Literal["ack"] = "ack"
    id: UUID
    change: VisitorChange | None


class Refused(Frame):
    """The frame was not carried out. `retry_after`: seconds, with `too_many`. `field`: the key of
    the form's field that is meant, with `invalid`."""

    type: Literal["refused"] = "refused"
    id: UUID | None
    code: Refusal
    retry_after: float | None = None
    field: str | None = None


class TypingDown(Frame):
    """Droppable. `by` null: the visitor. For the inbox `conversation` says where."""

    type: Literal["typing"] = "typing"
    conversation: UUID
    by: MemberRow | None
    on: bool


class Availability(Frame):
    type: Literal["availability"] = "availability"
    status: Literal["online", "away", "offline"]


class Reload(Frame):
    """The client is too old for this server: load the page again."""

    type: Literal["reload"] = "reload"


VisitorDown = Annotated[
    VisitorWelcome
    | VisitorChange
    | VisitorChanges
    | VisitorAck
    | Refused
    | TypingDown
    | Availability
    | Reload,
    Field(discriminator="type"),
]

# --- Inbox: up ---------------------------------------------------------------------------------


class InboxHello(Frame):
    """Opens an agent's socket. `rev` is the last revision that the page has."""

    type: Literal["hello"]
    protocol: int
    rev: int


class InboxSync(Frame):
    """What has changed since `rev`? `threads`: conversations whose messages the page holds, with
    the version it has of each; only their messages are sent."""

    type: Literal["sync"]
    rev: int
    threads: Annotated[dict[UUID, int], Field(max_length=20)] = {}


class InboxMessage(Frame):
    """Answering takes the conversation over if nobody has it."""

    type: Literal["message"]
    id: UUID
    conversation: UUID
    body: Body = ""
    attachments: Annotated[list[UUID], Field(max_length=5)] = []


class InboxMark(Frame):
    type: Literal["received", "seen"]
    conversation: UUID
    seq: Annotated[int, Field(ge=0)]


class InboxTyping(Frame):
    type: Literal["typing"]
    conversation: UUID
    on: bool


class InboxAssign(Frame):
    """Give the conversation to a member, or to nobody."""

    type: Literal["assign"]
    id: UUID
    conversation: UUID
    to: UUID | None


class InboxClose(Frame):
    type: Literal["close"]
    id: UUID
    conversation: UUID


class InboxBlock(Frame):
    """Block or unblock the visitor of a conversation. `with_address`: block everybody at the address
    from which they came too, while addresses are stored (S56); unblocking always takes both."""

    type: Literal["block"]
    id: UUID
    conversation: UUID
    on: bool
    with_address: bool = False


class InboxRedact(Frame):
    """Take back a message, or only this file of it."""

    type: Literal["redact"]
    id: UUID
    conversation: UUID
    message: UUID
    attachment: UUID | None = None


class InboxTranscript(Frame):
    type: Literal["transcript"]
    id: UUID
    conversation: UUID
    email: Text


class InboxStatus(Frame):
    """The member takes conversations, or is away."""

    type: Literal["status"]
    id: UUID
    is_available: bool


class InboxWatch(Frame):
    """Show the live side of this conversation's visitor (`visitor` frames); null: of nobody."""

    type: Literal["watch"]
    conversation: UUID | None


class InboxCount(Frame):
    type: Literal["count"]


InboxUp = Annotated[
    InboxHello
    | InboxSync
    | InboxMessage
    | InboxMark
    | InboxTyping
    | InboxAssign
    | InboxClose
    | InboxBlock
    | InboxRedact
    | InboxTranscript
    | InboxStatus
    | InboxWatch
    | InboxCount,
    Field(discriminator="type"),
]

# --- Inbox: down -------------------------------------------------------------------------------


class InboxWelcome(Frame):
    """Answers hello; `changes` frames with what the page lacks follow if `rev` is above its own.
    `is_read_only`: the account is closed."""

    type: Literal["welcome"] = "welcome"
    rev: int
    me: ColleagueRow
    colleagues: list[ColleagueRow]
    counts: Counts
    is_read_only: bool


class InboxChange(Frame):
    """One change. Apply it if `rev` is the next one, else ask with `sync`."""

    type: Literal["change"] = "change"
    change: Change
    rev: int
    conversation: ConversationRow
    messages: list[MessageRow]


class InboxChanges(Frame):
    """A page of what changed, oldest first. `rev`: where the client stands after it; `has_more`:
    ask again from there. `restart`: too far behind, load the inbox again."""

    type: Literal["changes"] = "changes"
    rev: int
    conversations: list[ConversationRow]
    messages: list[MessageRow]
    has_more: bool
    restart: bool


class InboxAck(Frame):
    type: Literal["ack"] = "ack"
    id: UUID
    change: InboxChange | None


class Colleagues(Frame):
    """Droppable: who of the team is here."""

    type: Literal["colleagues"] = "colleagues"
    colleagues: list[ColleagueRow]


class VisitorLive(Frame):
    """Droppable: whether the watched visitor is here, on which pages, where they are, and from which
    site this visit came."""

    type: Literal["visitor"] = "visitor"
    conversation: UUID
    is_online: bool
    pages: list[PageRow]
    referrer: str


class CountsDown(Frame):
    type: Literal["counts"] = "counts"
    counts: Counts


InboxDown = Annotated[
    InboxWelcome
    | InboxChange
    | InboxChanges
    | InboxAck
    | Refused
    | TypingDown
    | Colleagues
    | VisitorLive
    | CountsDown
    | Reload,
    Field(discriminator="type"),
]

visitor_up: TypeAdapter[VisitorUp] = TypeAdapter(VisitorUp)
visitor_down: TypeAdapter[VisitorDown] = TypeAdapter(VisitorDown)
inbox_up: TypeAdapter[InboxUp] = TypeAdapter(InboxUp)
inbox_down: TypeAdapter[InboxDown] = TypeAdapter(InboxDown)
