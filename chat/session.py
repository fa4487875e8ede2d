"""What a visitor's frames do: frame, verb, frames. Knows nothing of sockets, so that the poll,
for visitors whose sockets are blocked, does exactly the same."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar, assert_never
from uuid import UUID

import structlog
from channels.layers import get_channel_layer
from django.db import DataError
from redis.exceptions import RedisError

from accounts import ratelimits, sites
from accounts.doors import account_by_key, in_account, outside_accounts
from accounts.models import Account
from accounts.ratelimits import Rule, TooMany
from chat import (
    asking,
    availability,
    blocked_addresses,
    conversations,
    devices,
    events,
    groups,
    identity,
    letters,
    messages,
    presence,
    projections,
    technical,
    telemetry,
    telling,
    visitors,
    wire,
)
from chat.asking import Filed, Questions
from chat.authors import Author
from chat.delivery import ClosingError
from chat.events import Event
from chat.models import Conversation, Message, Visitor
from chat.refusals import RefusedError
from chat.technical import Kind
from chat.text import storable
from chat.visitors import VisitorDetails
from chat.wire import CloseCode, Refusal

R = TypeVar("R")
Send = Callable[[wire.Frame], Awaitable[None]]
"""Hands a frame to the client. Frames of the droppable lane may be left out."""

log = structlog.get_logger(__name__)
_later: set[asyncio.Task[None]] = set()


@dataclass(frozen=True)
class Caller:
    """What the transport knows of whoever calls. The address is used and forgotten, unless the
    account has switched on that it is stored. `hellos`:
    how often a visitor who is known may say hello over this transport."""

    channel: str
    address: str
    user_agent: str
    hellos: Rule = ratelimits.VISITOR_SESSION


class VisitorSession:
    """One connection of one visitor, from its hello to its end.

    Methods raise ClosingError when the connection must go. Refusals are frames.
    """

    def __init__(self, key: str, caller: Caller, send: Send) -> None:
        self._key = key
        self._caller = caller
        self._send = send
        self._layer = get_channel_layer()
        self._account: Account | None = None
        self._site = ""
        self._hello: wire.VisitorHello | None = None
        self._author: Author | None = None
        self._group_key: str | None = None
        self._status: availability.Status = "offline"
        self._is_barred = False
        self.visitor_id = ""
        # The client's cursor: what it has been sent, or said that it has.
        self.conversation: UUID | None = None
        self.version = 0

    @property
    def account(self) -> Account:
        if self._account is None:
            raise ClosingError(CloseCode.HELLO_FIRST)
        return self._account

    async def hello(self, frame: wire.VisitorHello) -> bool:
        """Let the visitor in, and say what they lack. Returns whether that is anything.

        Raises ClosingError.
        """
        if frame.protocol != wire.PROTOCOL:
            await self._send(wire.Reload())
            raise ClosingError(CloseCode.RELOAD)
        account = await outside_accounts(account_by_key, self._key)
        if account is None:
            raise ClosingError(CloseCode.UNAUTHORISED)
        known = identity.verify(account, frame.token)
        await self._take_session(account, known)
        self._account, self._hello = account, frame
        self.visitor_id = known or identity.new_visitor_id()
        self._group_key = frame.group
        # Listening begins before reading: what is committed in between waits in our queue.
        await self._listen()
        self._status = await self._announced()
        details = await self._recalled()
        welcome, changes, collected = await self._inside(
            self._read_first, frame, known is None, details
        )
        await self._send(welcome)
        if changes:
            await self._send(changes)
        await self._is_here(frame.page, collected)
        return (self.conversation, self.version) != (frame.conversation, frame.since or 0)

    async def receive(self, frame: wire.VisitorUp) -> None:
        """Carry out one frame: exactly one `ack` or `refused` for each that has an id."""
        try:
            await self._carry_out(frame)
        except RefusedError as refused:
            await self._refuse(frame, refused.code, refused.retry_after, refused.field)
        except TooMany as too_many:
            await self._refuse(frame, Refusal.TOO_MANY, too_many.retry_after)
        except DataError:
            await self._refuse(frame, Refusal.INVALID)

    async def changed(self, message: Mapping[str, Any]) -> str | None:
        """A change from the bus. Returns the frame's text if it is the next one; a gap is healed
        from the database, and what the client has already is left out."""
        conversation, version = UUID(message["conversation"]), int(message["version"])
        is_next = version == (self.version if conversation == self.conversation else 0) + 1
        if is_next:
            self.conversation, self.version = conversation, version
            return str(message["frame"])
        if conversation != self.conversation or version > self.version:
            await self._heal()
        return None

    async def availability_changed(self, status: availability.Status) -> None:
        """The account's status, from the bus."""
        if status != self._status:
            await self._send(wire.Availability(status=status))
            self._status = status

    async def leave(self) -> None:
        """The connection has ended."""
        if self._account is None:
            return
        account_id, visitor_id = self._account.pk, self.visitor_id
        for group in self._groups():
            await self._bus.group_discard(group, self._caller.channel)
        try:
            await presence.visitor_left(account_id, visitor_id, self._caller.channel)
        except (RedisError, OSError):
            return
        after_grace(lambda: tell_watchers(account_id, visitor_id))

    # --- Frames ---------------------------------------------------------------------------------

    async def _carry_out(self, frame: wire.VisitorUp) -> None:
        match frame:
            case wire.VisitorMessage():
                await self._take_message(frame)
            case wire.VisitorSync():
                await self._sync(frame)
            case wire.VisitorMark():
                await self._change(self._mark, frame)
            case wire.VisitorTyping():
                await self._typing(frame)
            case wire.VisitorPage():
                collected = await self._inside(technical.collected, self.account.pk)
                await self._is_here(frame.page, collected)
            case wire.VisitorIdentify():
                await self._identify(frame)
            case wire.VisitorEnd():
                await self._answer(frame.id, await self._change(self._end))
            case wire.VisitorTranscript():
                await self._take_transcript(frame.email)
                await self._answer(frame.id, await self._change(self._transcript, frame))
            case wire.VisitorHello():
                raise ClosingError(CloseCode.MALFORMED)
            case _ as never:
                assert_never(never)

    async def _take_message(self, frame: wire.VisitorMessage) -> None:
        await ratelimits.take_async(ratelimits.VISITOR_MESSAGE, *self._subject)
        # A form may ask something else by now, and its limit be spent: neither takes back an answer.
        if frame.form and (earlier := await self._inside(self._posted, frame)):
            await self._answer(frame.id, earlier)
            return
        details = {} if self._author else await self._recalled()
        is_mailed = await self._take_offline_message(frame)
        with events.collecting() as told:
            event = await self._inside(self._post, frame, details, is_mailed)
        # First the answer: the sender need not wait for the bus.
        await self._answer(frame.id, event)
        await events.send(told)

    async def _sync(self, frame: wire.VisitorSync) -> None:
        await self._send(await self._inside(self._resume, frame))
        await self._is_here(None, ())
        # The word of a change may have been lost.
        await self.availability_changed(await self._announced())

    async def _typing(self, frame: wire.VisitorTyping) -> None:
        if self.conversation is None:
            return
        typing = wire.TypingDown(conversation=self.conversation, by=None, on=frame.on)
        await whisper(events.inbox_group(self.account.pk), typing, but=self._caller.channel)

    async def _identify(self, frame: wire.VisitorIdentify) -> None:
        if frame.group is not None:
            self._group_key = frame.group
        said = frame.model_dump(include={"name", "email", "phone", "variables"}, exclude_none=True)
        details = {} if self._author else await self._recalled()
        with events.collecting() as told:
            event, kept = await self._inside(self._note, said, details)
        if kept is not None:
            # Before the first message there is no row: what is said is kept with the visit.
            await presence.remember_details(self.account.pk, self.visitor_id, kept)
        await self._answer(frame.id, event)
        await events.send(told)

    async def _change(self, verb: Callable[..., Event | None], *frames: wire.Frame) -> Event | None:
        with events.collecting() as told:
            event = await self._inside(verb, *frames)
        await events.send(told)
        return event

    async def _answer(self, frame_id: UUID, event: Event | None) -> None:
        change = event.visitor if event else None
        if change:
            conversation, version = change.conversation.id, change.conversation.version
            at = self.version if conversation == self.conversation else 0
            if version == at + 1 and any(one.version < version for one in change.messages):
                # Sent again, and meanwhile something else happened: the client would take this
                # for that next change, and never ask for what it brought.
                await self._heal()
            elif version == at + 1:
                # Our own copy on the bus will be one that the client has.
                self.conversation, self.version = conversation, version
        await self._send(wire.VisitorAck(id=frame_id, change=change))

    async def _heal(self) -> None:
        """Send what the client lacks, from the database."""
        changes = await self._inside(self._since, self.conversation, self.version)
        if changes.conversation or changes.state:
            await self._send(changes)

    async def _refuse(
        self,
        frame: wire.VisitorUp,
        code: Refusal,
        retry_after: float | None = None,
        field: str | None = None,
    ) -> None:
        telemetry.frame_refused(code.value)
        frame_id = getattr(frame, "id", None)
        refused = wire.Refused(id=frame_id, code=code, retry_after=retry_after, field=field)
        await self._send(refused)

    # --- Presence: the droppable lane -----------------------------------------------------------

    async def _is_here(self, page: wire.Page | None, collected: Collection[Kind]) -> None:
        came_from = ""
        if page:
            if Kind.REFERRER in collected:
                came_from = presence.site_of(page.referrer)
            if came_from == self._site:
                came_from = ""
            if Kind.PAGES not in collected:
                page = None
        try:
            await presence.visitor_here(
                self.account.pk, self.visitor_id, self._caller.channel, page, came_from
            )
        except (RedisError, OSError):
            return
        if page or came_from:
            await tell_watchers(self.account.pk, self.visitor_id)

    async def _announced(self) -> availability.Status:
        try:
            return await availability.announced(self.account.pk)
        except (RedisError, OSError):
            return self._status

    async def _recalled(self) -> dict[str, Any]:
        try:
            return await presence.recall_details(self.account.pk, self.visitor_id)
        except (RedisError, OSError):
            return {}

    # --- The bus --------------------------------------------------------------------------------

    @property
    def _bus(self) -> Any:
        assert self._layer is not None
        return self._layer

    def _groups(self) -> tuple[str, str]:
        return (
            events.visitor_group(self.account.pk, self.visitor_id),
            availability.site_group(self.account.pk),
        )

    async def _listen(self) -> None:
        for group in self._groups():
            await self._bus.group_add(group, self._caller.channel)

    async def _take_session(self, account: Account, known: str | None) -> None:
        # Whoever comes back is counted for themselves, so that an office behind one address is not
        # locked out; new ids are counted by address, or a new one would be a new allowance.
        rule = self._caller.hellos if known else ratelimits.VISITOR_SESSION
        subject = known or self._caller.address
        try:
            await ratelimits.take_async(rule, account.pk.hex, subject)
        except TooMany as too_many:
            refused = wire.Refused(id=None, code=Refusal.TOO_MANY, retry_after=too_many.retry_after)
            await self._send(refused)
            raise ClosingError(CloseCode.TOO_MANY) from too_many

    async def _take_transcript(self, email: str) -> None:
        """A visitor's id and the address they name are free, so neither alone bounds the mail."""
        await ratelimits.take_async(ratelimits.TRANSCRIPT, *self._subject)
        await ratelimits.take_async(ratelimits.TRANSCRIPT_FROM, self._caller.address)
        await ratelimits.take_async(ratelimits.TRANSCRIPT_TO, storable(email).lower())

    async def _take_offline_message(self, frame: wire.VisitorMessage) -> bool:
        """Whether an offline message may become a letter. Who sends too many is refused; that others
        do, in the account or behind the same address, takes away the letters and never the messages
        (A51)."""
        if frame.form is None or frame.form.point != "offline":
            return False
        await ratelimits.take_async(ratelimits.OFFLINE_MESSAGE, *self._subject)
        try:
            await ratelimits.take_async(ratelimits.OFFLINE_MESSAGE_FROM, self._caller.address)
            await ratelimits.take_async(ratelimits.OFFLINE_MESSAGES_MAILED, self.account.pk.hex)
        except TooMany:
            log.warning("offline_letters_too_many", account=str(self.account.pk))
            return False
        return True

    @property
    def _subject(self) -> tuple[str, str]:
        return self.account.pk.hex, self.visitor_id

    # --- In a thread, inside the account --------------------------------------------------------

    async def _inside(self, work: Callable[..., R], *args: Any) -> R:
        return await in_account(self.account.pk, work, *args)

    def _read_first(
        self, frame: wire.VisitorHello, is_new: bool, details: Mapping[str, Any]
    ) -> tuple[wire.VisitorWelcome, wire.VisitorChanges | None, Collection[Kind]]:
        site = identity.read_ticket(self.account, frame.ticket)
        if site is None:
            raise ClosingError(CloseCode.UNAUTHORISED)
        self._site = site
        collected = technical.collected(self.account.pk)
        # An account that stores no addresses has none to look for.
        self._is_barred = Kind.IP_ADDRESS in collected and blocked_addresses.is_blocked(
            self._caller.address
        )
        state, changes = None, None
        if frame.conversation is None:
            state = self._fresh()
        else:
            changes = self._since(frame.conversation, frame.since)
            state = changes.state
        visitor = visitors.find(self.visitor_id)
        if visitor:
            visitors.note_visit(visitor)
        welcome = wire.VisitorWelcome(
            token=identity.token(self.account, self.visitor_id),
            visitor_id=self.visitor_id,
            is_new=is_new,
            state=state,
            availability=self._status,
            forms=self._forms(visitor, details),
        )
        return welcome, changes if changes and changes.conversation else None, collected

    def _resume(self, frame: wire.VisitorSync) -> wire.VisitorChanges:
        found = Account.objects.filter(pk=self.account.pk, is_blocked=False)
        account = found.annotate(bars=blocked_addresses.bars(self._caller.address)).first()
        if account is None or not sites.is_allowed(account, self._site):
            raise ClosingError(CloseCode.FORBIDDEN)
        self._is_barred = account.bars
        return self._since(frame.conversation, frame.since)

    def _since(self, conversation_id: UUID | None, since: int | None) -> wire.VisitorChanges:
        """What the client lacks, and from here on its cursor."""
        latest = (
            Conversation.objects.filter(visitor__public_id=self.visitor_id)
            .select_related("visitor", "assignee")
            .order_by("-created_at")
            .first()
        )
        unchanged = wire.VisitorChanges(visitor=None, conversation=None, messages=[], state=None)
        if latest is None:
            self.conversation, self.version = None, 0
            return unchanged if conversation_id is None else self._afresh()
        self._author = Author.of_visitor(latest.visitor)
        if latest.pk != conversation_id or since is None or since > latest.version:
            return self._afresh()
        self.conversation, self.version = latest.pk, latest.version
        if since == latest.version:
            return unchanged
        missing = list(
            Message.objects.filter(conversation=latest, version__gt=since)
            .select_related("visitor", "member", "redacted_by")
            .prefetch_related("attachments")
            .order_by("seq")[: wire.PAGE + 1]
        )
        if len(missing) > wire.PAGE:
            return self._afresh()
        return wire.VisitorChanges(
            visitor=projections.visitor_row(latest.visitor),
            conversation=projections.visitor_conversation_row(latest),
            messages=[projections.message_row(one, side="visitor") for one in missing],
            state=None,
        )

    def _afresh(self) -> wire.VisitorChanges:
        return wire.VisitorChanges(
            visitor=None, conversation=None, messages=[], state=self._fresh()
        )

    def _fresh(self) -> wire.VisitorState:
        state = projections.visitor_state(self.account.pk, self.visitor_id)
        if self._is_barred:
            # Told as to anybody who is blocked: the chat is not there for them.
            visitor = state.visitor.model_copy(update={"is_blocked": True})
            state = state.model_copy(update={"visitor": visitor})
        held = state.conversation
        self.conversation, self.version = (held.id, held.version) if held else (None, 0)
        return state

    def _post(
        self, frame: wire.VisitorMessage, details: Mapping[str, Any], is_mailed: bool
    ) -> Event:
        if self._is_barred:
            # Known since the last heartbeat, so that no message pays for the question.
            raise RefusedError(Refusal.BLOCKED)
        filed = self._file(frame, details)
        if filed:
            filed = replace(filed, is_mailed=is_mailed)
        event = self._post_again(frame, filed) or self._post_first(frame, filed, details)
        if event.is_repeated:
            # What came with it was noted then, and may have been corrected or withdrawn since.
            return event
        said: dict[str, Any] = dict(filed.said) if filed else {}
        if frame.email:
            said["email"] = frame.email
        visitor = self._author.visitor if self._author else None
        if visitor and said:
            visitors.identify(visitor, **said)
        if visitor and (frame.notice or frame.consents):
            url = self._page_url() if frame.consents else ""
            telling.note(self.account, visitor, self._language, frame, page_url=url)
        return event

    def _posted(self, frame: wire.VisitorMessage) -> Event | None:
        visitor = visitors.find(self.visitor_id)
        return messages.posted(Author.of_visitor(visitor), frame.id) if visitor else None

    def _file(self, frame: wire.VisitorMessage, details: Mapping[str, Any]) -> Filed | None:
        """The form that comes with the message, checked before anything is written."""
        if frame.form is None:
            return None
        known = _known(visitors.find(self.visitor_id), details)
        if frame.email:
            known |= {"email"}
        # What is known is left out of the questions, but may be corrected all the same.
        return asking.file(self._questions(), frame.form, known=known)

    def _questions(self, known: Collection[str] = ()) -> Questions:
        page = self._hello.forms if self._hello else None
        return asking.questions(self.account.pk, self._language, page=page, known=known)

    def _forms(self, visitor: Visitor | None, details: Mapping[str, Any]) -> wire.FormsRow:
        asked = self._questions(_known(visitor, details))
        told = telling.shown(
            self.account, self._language, visitor, requires_tick=asked.requires_tick
        )
        return wire.FormsRow(
            prechat=list(asked.prechat),
            offline=list(asked.offline),
            notice=told.notice,
            requires_acknowledgement=told.must_tick,
            consents=list(told.boxes),
            dropped=list(asked.dropped),
        )

    @property
    def _language(self) -> str:
        return self._hello.language if self._hello else ""

    def _page_url(self) -> str:
        """Where the visitor agrees: the page, for an account that wants to know pages."""
        page = self._hello.page if self._hello else None
        is_told = page and page.url and Kind.PAGES in technical.collected(self.account.pk)
        return page.url if page and is_told else self._site

    def _post_again(self, frame: wire.VisitorMessage, filed: Filed | None) -> Event | None:
        """The common case, without a question asked twice: the verb itself looks whether the
        conversation is open. None: it is not, or there is none."""
        if self._author is None or self.conversation is None:
            return None
        try:
            return self._say(frame, filed, self._author, Conversation(pk=self.conversation))
        except RefusedError as refused:
            if refused.code is not Refusal.CLOSED:
                raise
            return None

    def _post_first(
        self, frame: wire.VisitorMessage, filed: Filed | None, details: Mapping[str, Any]
    ) -> Event:
        visitor = visitors.find(self.visitor_id)
        known = _known(visitor, details)
        is_back = visitor is not None
        if visitor is None:
            told = self._details({**details, **(filed.said if filed else {})}, frame)
            visitor = visitors.ensure(self.account.pk, self.visitor_id, told)
        author = Author.of_visitor(visitor)
        event = messages.posted(author, frame.id)
        if event is None:
            key = self._group_key or details.get("group")
            group = groups.find(storable(key)) if key else None
            conversation = conversations.open_for(visitor, group=group)
            if is_back:
                # After it, because whoever waits for another tab's must not hold the visitor.
                visitors.come_back(visitor, address=self._caller.address, screen=frame.screen)
            if not conversation.last_seq:
                telling.require_tick(self.account, self._language, visitor, frame.notice)
                if filed is None:
                    asking.require_nothing_missing(self._questions(), known=known)
            event = self._say(frame, filed, author, conversation)
        self._author = author
        return event

    def _say(
        self,
        frame: wire.VisitorMessage,
        filed: Filed | None,
        author: Author,
        conversation: Conversation,
    ) -> Event:
        return messages.post(
            conversation,
            author=author,
            body=frame.body,
            client_id=frame.id,
            attachments=frame.attachments,
            filed=filed,
        )

    def _details(self, said: Mapping[str, Any], frame: wire.VisitorMessage) -> VisitorDetails:
        device = devices.describe(self._caller.user_agent)
        hello = self._hello
        return VisitorDetails(
            name=said.get("name", ""),
            email=frame.email or said.get("email", ""),
            phone=said.get("phone", ""),
            variables=said.get("variables", {}),
            language=hello.language if hello else "",
            time_zone=hello.time_zone if hello else "",
            browser=device.browser,
            os=device.os,
            device=device.kind,
            screen=frame.screen,
            ip_address=self._caller.address,
        )

    def _note(
        self, said: dict[str, Any], details: dict[str, Any]
    ) -> tuple[Event | None, dict[str, Any] | None]:
        """Identify the visitor; for one without a row, what to keep until there is one."""
        if visitor := visitors.find(self.visitor_id):
            return visitors.identify(visitor, **said), None
        kept = {**details, **visitors.noted(details.get("variables", {}), **said)}
        if self._group_key:
            kept["group"] = self._group_key
        return None, kept

    def _mark(self, frame: wire.VisitorMark) -> Event | None:
        conversation = self._latest()
        return conversations.mark(conversation, side="visitor", what=frame.type, seq=frame.seq)

    def _end(self) -> Event | None:
        conversation = self._latest()
        return conversations.close(conversation, by=Author.of_visitor(conversation.visitor))

    def _transcript(self, frame: wire.VisitorTranscript) -> None:
        conversation = self._latest()
        author = Author.of_visitor(conversation.visitor)
        letters.transcript(conversation, email=storable(frame.email), by=author)

    def _latest(self) -> Conversation:
        """Always the visitor's own: no frame of theirs names a conversation (A16)."""
        visitor: Visitor | None = visitors.find(self.visitor_id)
        conversation = conversations.latest(visitor) if visitor else None
        if conversation is None:
            raise RefusedError(Refusal.NOT_FOUND)
        return conversation


def _known(visitor: Visitor | None, details: Mapping[str, Any]) -> frozenset[str]:
    """Which of name, email and phone need not be asked: they stand on the row, or the page has said
    them of somebody who has none yet."""
    said = {key: getattr(visitor, key) for key in asking.STANDARD} if visitor else details
    return frozenset(key for key in asking.STANDARD if said.get(key))


async def whisper(group: str, frame: wire.Frame, *, but: str | None = None) -> None:
    """Put a frame of the droppable lane on the bus, for everyone in the group except one channel.

    An unreachable bus loses it, which is what droppable means.
    """
    layer = get_channel_layer()
    assert layer is not None
    message = {"type": "ephemeral", "frame": frame.model_dump_json(), "except": but}
    try:
        await layer.group_send(group, message)
    except (RedisError, OSError) as error:
        log.warning("whisper_lost", error=type(error).__name__)


def watch_group(account_id: UUID, visitor_id: str) -> str:
    """The bus group of agents who look at this visitor. Built from verified ids only (A5)."""
    return f"watch.{account_id.hex}.{visitor_id}"


async def tell_watchers(account_id: UUID, visitor_id: str) -> None:
    """The visitor came, went on or left: agents who look at them look again."""
    layer = get_channel_layer()
    assert layer is not None
    try:
        await layer.group_send(watch_group(account_id, visitor_id), {"type": "visitor.moved"})
    except (RedisError, OSError) as error:
        log.warning("whisper_lost", error=type(error).__name__)


def after_grace(work: Callable[[], Awaitable[None]]) -> None:
    """Do this when whoever left has had the time to come back."""

    async def wait() -> None:
        await asyncio.sleep(presence.GRACE_SECONDS)
        try:
            await work()
        except (RedisError, OSError) as error:
            log.warning("whisper_lost", error=type(error).__name__)

    task = asyncio.get_running_loop().create_task(wait())
    # The loop itself holds tasks weakly.
    _later.add(task)
    task.add_done_callback(_later.discard)
