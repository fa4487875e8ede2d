"""What an agent's frames do: frame, verb, frames."""

from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import Any, Literal, TypeVar, assert_never
from uuid import UUID

from channels.layers import get_channel_layer
from django.conf import settings
from django.contrib.auth import get_user
from django.db import DataError
from django.http import HttpRequest
from redis.exceptions import RedisError

from accounts import memberships, ratelimits
from accounts.doors import in_account, member_of, outside_accounts
from accounts.models import Account, Membership
from accounts.ratelimits import TooMany
from chat import (
    availability,
    conversations,
    events,
    inbox,
    letters,
    messages,
    presence,
    projections,
    redactions,
    revisions,
    technical,
    telemetry,
    visitors,
    wire,
)
from chat.authors import Author
from chat.delivery import ClosingError
from chat.events import Event
from chat.models import Conversation
from chat.refusals import RefusedError
from chat.session import Send, after_grace, watch_group, whisper
from chat.technical import Kind
from chat.text import storable
from chat.wire import CloseCode, Refusal

R = TypeVar("R")

_sessions = import_module(settings.SESSION_ENGINE)

MAX_PLACES = 100
"""Conversations of which a socket remembers whose they are."""

MAX_HEALED = 5
"""Pages that a gap is healed with, before the client is left to ask for the rest."""


_READING = (wire.InboxHello, wire.InboxSync, wire.InboxWatch, wire.InboxCount)
# What says that somebody is at it. In an account that is only read nobody is.
_TELLING = (wire.InboxMark, wire.InboxTyping)


class InboxSession:
    """One connection of one member, from its hello to its end.

    Methods raise ClosingError when the connection must go. Refusals are frames.
    """

    def __init__(self, slug: str, session_key: str | None, channel: str, send: Send) -> None:
        self._slug = slug
        self._session_key = session_key
        self._channel = channel
        self._send = send
        self._layer = get_channel_layer()
        self._member: Membership | None = None
        self._is_read_only = False
        # The client's cursor: the last revision that it has been sent or said that it has.
        self.rev = 0
        self._is_behind = False
        self._threads: dict[UUID, int] = {}
        # Whose conversation it is, so that typing costs no query per frame.
        self._places: dict[UUID, str] = {}
        self._watched: tuple[UUID, str] | None = None

    @property
    def member(self) -> Membership:
        if self._member is None:
            raise ClosingError(CloseCode.HELLO_FIRST)
        return self._member

    @property
    def account(self) -> Account:
        account: Account = self.member.account
        return account

    async def hello(self, frame: wire.InboxHello) -> None:
        """Let the member in, and say what the page lacks. Raises ClosingError."""
        if frame.protocol != wire.PROTOCOL:
            await self._send(wire.Reload())
            raise ClosingError(CloseCode.RELOAD)
        self._member = await outside_accounts(self._recognise)
        self._is_read_only = self.account.closed_at is not None
        # Listening begins before reading: what is committed in between waits in our queue.
        await self._bus.group_add(self._group, self._channel)
        online = await self._is_here()
        welcome, changes, status = await self._inside(self._read_first, frame, online)
        await self._send(welcome)
        if changes:
            self._moved_to(changes)
            await self._send(changes)
        await self._announce(status)
        # To ourselves too: a colleague's word from before we came may still be on its way.
        await whisper(self._group, wire.Colleagues(colleagues=welcome.colleagues))

    async def receive(self, frame: wire.InboxUp) -> None:
        """Carry out one frame: exactly one `ack` or `refused` for each that has an id."""
        try:
            await self._carry_out(frame)
        except RefusedError as refused:
            await self._refuse(frame, refused.code, refused.retry_after)
        except TooMany as too_many:
            await self._refuse(frame, Refusal.TOO_MANY, too_many.retry_after)
        except DataError:
            await self._refuse(frame, Refusal.INVALID)

    async def changed(self, message: Mapping[str, Any]) -> str | None:
        """A change from the bus. Returns the frame's text if it is the next one; a gap is healed
        from the database, and what the client has already is left out."""
        rev = int(message["rev"])
        if rev == self.rev + 1 and not self._is_behind:
            self.rev = rev
            return str(message["frame"])
        if rev > self.rev and not self._is_behind:
            await self._heal()
        return None

    async def access_changed(self, member: str | None) -> None:
        """Somebody's access has changed. Raises ClosingError unless ours is as it was."""
        if member is None or member == str(self.member.pk):
            await self._stay(self.member.role)

    async def visitor_moved(self) -> None:
        """The watched visitor came, went on or left."""
        if self._watched is None:
            return
        conversation, visitor_id = self._watched
        try:
            is_online = await presence.is_visitor_online(self.account.pk, visitor_id)
            pages = await presence.pages(self.account.pk, visitor_id)
            came_from = await presence.referrer(self.account.pk, visitor_id)
            # Last and each time: either may be restricted, and a kind switched off, since.
            collected = await self._inside(self._shown_of, conversation)
        except RefusedError:
            await self._unwatch()
            return
        except (RedisError, OSError):
            return
        live = wire.VisitorLive(
            conversation=conversation,
            is_online=is_online,
            pages=pages if Kind.PAGES in collected else [],
            referrer=came_from if Kind.REFERRER in collected else "",
        )
        await self._send(live)

    async def leave(self) -> None:
        """The connection has ended."""
        if self._member is None:
            return
        member = self._member
        await self._unwatch()
        await self._bus.group_discard(self._group, self._channel)
        try:
            await presence.member_left(member.account_id, member.pk, self._channel)
        except (RedisError, OSError):
            return
        after_grace(lambda: look_round(member.account))

    # --- Frames ---------------------------------------------------------------------------------

    async def _carry_out(self, frame: wire.InboxUp) -> None:
        if self._is_read_only and isinstance(frame, _TELLING):
            return
        if self._is_read_only and not isinstance(frame, _READING):
            raise RefusedError(Refusal.NOT_ALLOWED)
        match frame:
            case (
                wire.InboxMessage()
                | wire.InboxAssign()
                | wire.InboxClose()
                | wire.InboxBlock()
                | wire.InboxRedact()
            ):
                await self._change(self._verb_of(frame), frame)
            case wire.InboxSync():
                await self._sync(frame)
            case wire.InboxMark():
                await self._mark(frame)
            case wire.InboxTyping():
                await self._typing(frame)
            case wire.InboxTranscript():
                subject = self.account.pk.hex, self.member.pk.hex
                await ratelimits.take_async(ratelimits.TRANSCRIPT, *subject)
                await self._inside(self._transcript, frame)
                await self._send(wire.InboxAck(id=frame.id, change=None))
            case wire.InboxStatus():
                await self._set_status(frame)
            case wire.InboxWatch():
                await self._watch(frame)
            case wire.InboxCount():
                counts = await self._inside(inbox.counts, self.member)
                await self._send(wire.CountsDown(counts=counts))
            case wire.InboxHello():
                raise ClosingError(CloseCode.MALFORMED)
            case _ as never:
                assert_never(never)

    async def _change(
        self,
        verb: Callable[[Any], Event | None],
        frame: wire.InboxMessage
        | wire.InboxAssign
        | wire.InboxClose
        | wire.InboxBlock
        | wire.InboxRedact,
    ) -> None:
        with events.collecting() as told:
            event = await self._inside(verb, frame)
        change = event.inbox if event else None
        if change and change.rev == self.rev + 1:
            # Our own copy on the bus will be one that the client has.
            self.rev = change.rev
        # First the answer: the sender need not wait for the bus.
        await self._send(wire.InboxAck(id=frame.id, change=change))
        await events.send(told)

    async def _mark(self, frame: wire.InboxMark) -> None:
        with events.collecting() as told:
            await self._inside(self._note, frame)
        await events.send(told)

    async def _sync(self, frame: wire.InboxSync) -> None:
        role = self.member.role
        online = await self._is_here()
        changes, status, team = await self._inside(self._resume, frame, online)
        self._require(role)
        self._threads = dict(frame.threads)
        self._places.clear()
        self._moved_to(changes)
        await self._send(changes)
        # What was whispered may have been lost.
        await self._send(wire.Colleagues(colleagues=team))
        await self._announce(status)
        await self.visitor_moved()

    async def _typing(self, frame: wire.InboxTyping) -> None:
        visitor_id = await self._place(frame.conversation)
        by = projections.member_row(self.member)
        typing = wire.TypingDown(conversation=frame.conversation, by=by, on=frame.on)
        await whisper(events.visitor_group(self.account.pk, visitor_id), typing)
        await whisper(self._group, typing, but=self._channel)

    async def _set_status(self, frame: wire.InboxStatus) -> None:
        await self._inside(self._prefer, frame.is_available)
        await self._send(wire.InboxAck(id=frame.id, change=None))
        await look_round(self.account)

    async def _watch(self, frame: wire.InboxWatch) -> None:
        await self._unwatch()
        if frame.conversation is None:
            return
        visitor_id = await self._place(frame.conversation)
        self._watched = frame.conversation, visitor_id
        await self._bus.group_add(watch_group(self.account.pk, visitor_id), self._channel)
        await self.visitor_moved()

    async def _unwatch(self) -> None:
        if self._watched:
            group = watch_group(self.account.pk, self._watched[1])
            self._watched = None
            await self._bus.group_discard(group, self._channel)

    async def _refuse(
        self, frame: wire.InboxUp, code: Refusal, retry_after: float | None = None
    ) -> None:
        telemetry.frame_refused(code.value)
        frame_id = getattr(frame, "id", None)
        await self._send(wire.Refused(id=frame_id, code=code, retry_after=retry_after))

    # --- Staying up to date ---------------------------------------------------------------------

    async def _heal(self) -> None:
        for _ in range(MAX_HEALED):
            changes = await self._inside(inbox.changes_since, self.rev, self._threads, self.member)
            self._moved_to(changes)
            await self._send(changes)
            if not self._is_behind:
                return

    def _moved_to(self, changes: wire.InboxChanges) -> None:
        self.rev = changes.rev
        # Until the client has asked for the other pages, changes from the bus are no use to it.
        self._is_behind = changes.has_more

    async def _is_here(self) -> set[UUID] | None:
        """Note that the member is here. Returns who else is; None when Redis does not say."""
        try:
            return await presence.member_here(self.member.account_id, self.member.pk, self._channel)
        except (RedisError, OSError):
            return None

    async def _announce(self, status: availability.Status | None) -> None:
        if status is None:
            return
        try:
            await availability.announce(self.account.pk, status)
        except (RedisError, OSError):
            return

    async def _stay(self, role: str) -> None:
        self._member = await outside_accounts(self._recognise)
        self._require(role)

    def _require(self, role: str) -> None:
        # The page was made for another role: what it offers is no longer what may be done.
        if self.member.role != role:
            raise ClosingError(CloseCode.FORBIDDEN)
        # The account was closed or opened again: the client comes back as what it may be now.
        if self._is_read_only != (self.account.closed_at is not None):
            raise ClosingError(CloseCode.RESYNC)

    async def _place(self, conversation_id: UUID) -> str:
        """The visitor of a conversation of this account. Raises RefusedError(NOT_FOUND)."""
        if conversation_id not in self._places:
            visitor_id = await self._inside(self._visitor_of, conversation_id)
            if len(self._places) >= MAX_PLACES:
                self._places.clear()
            self._places[conversation_id] = visitor_id
        return self._places[conversation_id]

    # --- The bus --------------------------------------------------------------------------------

    @property
    def _bus(self) -> Any:
        assert self._layer is not None
        return self._layer

    @property
    def _group(self) -> str:
        return events.inbox_group(self.member.account_id)

    # --- In a thread, inside the account --------------------------------------------------------

    async def _inside(self, work: Callable[..., R], *args: Any) -> R:
        return await in_account(self.member.account_id, work, *args)

    def _recognise(self) -> Membership:
        """The member behind the log-in as it is now, not as it was when the socket opened."""
        request = HttpRequest()
        request.session = _sessions.SessionStore(self._session_key)
        user = get_user(request)
        if not user.is_authenticated:
            raise ClosingError(CloseCode.UNAUTHORISED)
        member = member_of(self._slug, user.pk)
        if member is None:
            raise ClosingError(CloseCode.FORBIDDEN)
        return member

    def _read_first(
        self, frame: wire.InboxHello, online: set[UUID] | None
    ) -> tuple[wire.InboxWelcome, wire.InboxChanges | None, availability.Status | None]:
        head = revisions.head(self.account.pk)
        changes = None
        if frame.rev != head:
            changes = inbox.changes_since(frame.rev, {}, self.member)
        self.rev = head
        welcome = wire.InboxWelcome(
            rev=head,
            me=inbox.me(self.member),
            colleagues=colleagues(self.account, online or {self.member.pk}),
            counts=inbox.counts(self.member),
            is_read_only=self._is_read_only,
        )
        return welcome, changes, self._status(online)

    def _resume(
        self, frame: wire.InboxSync, online: set[UUID] | None
    ) -> tuple[wire.InboxChanges, availability.Status | None, list[wire.ColleagueRow]]:
        member = self._recognise()
        self._member = member
        changes = inbox.changes_since(frame.rev, dict(frame.threads), member)
        return changes, self._status(online), colleagues(member.account, online or {member.pk})

    def _status(self, online: set[UUID] | None) -> availability.Status | None:
        return None if online is None else availability.status(self.account, online)

    def _verb_of(self, frame: wire.Frame) -> Callable[[Any], Event | None]:
        verbs: dict[type[wire.Frame], Callable[[Any], Event | None]] = {
            wire.InboxMessage: self._post,
            wire.InboxAssign: self._assign,
            wire.InboxClose: self._close,
            wire.InboxBlock: self._block,
            wire.InboxRedact: self._redact,
        }
        return verbs[type(frame)]

    # The verbs lock and read the row themselves: an id is all they need, and it opens nothing
    # beyond the wall.

    def _post(self, frame: wire.InboxMessage) -> Event:
        return messages.post(
            Conversation(pk=frame.conversation),
            author=Author.of_member(self.member),
            body=frame.body,
            client_id=frame.id,
            attachments=frame.attachments,
        )

    def _assign(self, frame: wire.InboxAssign) -> Event | None:
        to = self._colleague(frame.to) if frame.to else None
        return conversations.assign(Conversation(pk=frame.conversation), to=to, by=self.member)

    def _close(self, frame: wire.InboxClose) -> Event | None:
        by = Author.of_member(self.member)
        return conversations.close(Conversation(pk=frame.conversation), by=by)

    def _block(self, frame: wire.InboxBlock) -> Event | None:
        visitor = inbox.find(frame.conversation).visitor
        if frame.on:
            return visitors.block(visitor, by=self.member, with_address=frame.with_address)
        return visitors.unblock(visitor, by=self.member)

    def _redact(self, frame: wire.InboxRedact) -> Event | None:
        return redactions.redact(
            Conversation(pk=frame.conversation),
            message_id=frame.message,
            attachment_id=frame.attachment,
            by=self._recognise(),
        )

    def _note(self, frame: wire.InboxMark) -> Event | None:
        conversation = inbox.find(frame.conversation)
        return conversations.mark(conversation, side="agents", what=frame.type, seq=frame.seq)

    def _transcript(self, frame: wire.InboxTranscript) -> None:
        by = Author.of_member(self.member)
        letters.transcript(inbox.find(frame.conversation), email=storable(frame.email), by=by)

    def _prefer(self, is_available: bool) -> None:
        self._member = self._recognise()
        memberships.prefer(self._member, is_available=is_available)

    def _visitor_of(self, conversation_id: UUID) -> str:
        public_id: str = inbox.find(conversation_id).visitor.public_id
        return public_id

    def _shown_of(self, conversation_id: UUID) -> Collection[Kind]:
        """Which kinds of technical data are shown beside this conversation: none of somebody whose
        data are restricted (Art. 18 GDPR)."""
        if inbox.find(conversation_id).visitor.restricted_at:
            return ()
        return technical.collected(self.account.pk)

    def _colleague(self, member_id: UUID) -> Membership:
        found = Membership.objects.active().filter(account=self.account, pk=member_id).first()
        if found is None:
            raise RefusedError(Refusal.NOT_FOUND)
        return found


async def look_round(account: Account) -> None:
    """Somebody came, went or took a break: tell colleagues and visitors what is so now."""
    try:
        online = await presence.members_online(account.pk)
        status, team = await in_account(account.pk, _look, account, online)
        await availability.announce(account.pk, status)
    except (RedisError, OSError):
        return
    await whisper(events.inbox_group(account.pk), wire.Colleagues(colleagues=team))


def colleagues(account: Account, online: Collection[UUID]) -> list[wire.ColleagueRow]:
    """Everyone who may enter the account, by name, and who of them is here."""
    everyone = Membership.objects.active().filter(account=account).order_by("public_name", "pk")
    return [projections.colleague_row(one, _presence(one, online)) for one in everyone]


def _look(
    account: Account, online: set[UUID]
) -> tuple[availability.Status, list[wire.ColleagueRow]]:
    return availability.status(account, online), colleagues(account, online)


def _presence(member: Membership, online: Collection[UUID]) -> Literal["online", "away", "offline"]:
    if member.pk not in online:
        return "offline"
    return "online" if member.is_available else "away"
