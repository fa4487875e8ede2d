"""The two sockets: frames in, frames out, and everything about the connection itself."""

import asyncio
from typing import Any, ClassVar, Generic, TypeVar

import structlog
from django.db import InterfaceError, OperationalError
from pydantic import TypeAdapter
from redis.exceptions import RedisError

from accounts.addresses import client_address
from accounts.doors import TenantSocket
from chat import doors, frames, telemetry, wire
from chat.delivery import ClosingError, Delivery
from chat.inbox_session import InboxSession
from chat.session import Caller, VisitorSession
from chat.wire import CloseCode

HELLO_SECONDS = 10.0
"""Time to say hello. Who opens sockets and says nothing costs us one for no longer (A38)."""

IDLE_SECONDS = 75.0
"""Three heartbeats missed: whoever that was is gone."""

Session = TypeVar("Session", VisitorSession, InboxSession)
Up = TypeVar("Up", wire.VisitorUp, wire.InboxUp)

log = structlog.get_logger(__name__)


class LiveSocket(TenantSocket, Generic[Session, Up]):
    """What both sockets have in common. Handlers of one socket run strictly one after another."""

    kind: ClassVar[str]
    frames: ClassVar[TypeAdapter[Any]]
    session: Session

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._delivery = Delivery()
        self._is_open = False
        self._has_greeted = False
        self._last_sync = 0.0
        self._deadline: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # Before anything is set up for it: the browser of somebody who is logged in sends our
        # cookies along when a foreign page opens a socket (A37).
        if not doors.is_platform_origin(header(scope, b"origin")):
            await receive()
            await send({"type": "websocket.close"})
            return
        await super().__call__(scope, receive, send)

    async def dispatch(self, message: Any) -> None:
        """Run the handler for a message of the client's or of the bus.

        Channels' own would first visit a thread to look after a database connection that the
        event loop does not have. A database or Redis that is away ends the socket: the client
        comes back and sends again what was not acknowledged, under the same ids.
        """
        handler = getattr(self, str(message["type"]).replace(".", "_"))
        try:
            await handler(message)
        except ClosingError as closing:
            await self.close(closing.code)
        except (OperationalError, InterfaceError, RedisError, OSError) as error:
            log.warning("socket_interrupted", kind=self.kind, error=type(error).__name__)
            await self.close(CloseCode.RESYNC)

    # --- From the client ------------------------------------------------------------------------

    async def connect(self) -> None:
        await self.accept()
        self._is_open = True
        telemetry.socket_opened(self.kind)
        self._arm(HELLO_SECONDS)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if not self._is_open:
            return
        if not self._delivery.may_receive():
            raise ClosingError(CloseCode.TOO_MANY)
        if text_data is None:
            raise ClosingError(CloseCode.MALFORMED)
        if len(text_data) > wire.MAX_FRAME or len(text_data.encode()) > wire.MAX_FRAME:
            raise ClosingError(CloseCode.TOO_LARGE)
        try:
            frame = frames.read(self.frames, text_data)
        except frames.OldProtocolError:
            await self.send_frame(wire.Reload())
            raise ClosingError(CloseCode.RELOAD) from None
        except frames.MalformedError:
            raise ClosingError(CloseCode.MALFORMED) from None
        except frames.UnreadError as unread:
            if not self._has_greeted:
                raise ClosingError(CloseCode.HELLO_FIRST) from None
            telemetry.frame_refused(unread.code.value)
            await self.send_frame(wire.Refused(id=unread.id, code=unread.code))
            return
        await self._take(frame)

    async def _take(self, frame: Any) -> None:
        is_hello = frame.type == "hello"
        if is_hello == self._has_greeted:
            raise ClosingError(CloseCode.MALFORMED if is_hello else CloseCode.HELLO_FIRST)
        if is_hello or frame.type == "sync":
            self._delivery.answered()
            self._last_sync = asyncio.get_running_loop().time()
        if is_hello:
            await self.session.hello(frame)
            self._has_greeted = True
            self._arm(IDLE_SECONDS)
        else:
            await self.session.receive(frame)

    async def disconnect(self, code: int) -> None:
        await self._end()

    async def close(self, code: int | bool | None = None, reason: str | None = None) -> None:
        """Close with a code, once. Nothing is sent afterwards, whatever the bus brings."""
        if self._is_open:
            await self._end()
            await super().close(code, reason)

    async def _end(self) -> None:
        if not self._is_open:
            return
        self._is_open = False
        telemetry.socket_closed(self.kind)
        if self._deadline:
            self._deadline.cancel()
        try:
            await self.session.leave()
        except (RedisError, OSError) as error:
            log.warning("leave_lost", kind=self.kind, error=type(error).__name__)

    # --- To the client --------------------------------------------------------------------------

    async def send_frame(self, frame: wire.Frame) -> None:
        """Send a frame; one of the droppable lane is left out when the client is slow."""
        droppable = isinstance(frame, _DROPPABLE)
        await self._put(frame.model_dump_json(), droppable=droppable)

    async def _put(self, text: str, *, droppable: bool = False) -> None:
        if not self._is_open:
            return
        if self._delivery.may_send(droppable=droppable):
            await self.send(text_data=text)
        elif not droppable:
            raise ClosingError(CloseCode.RESYNC)

    # --- From the bus ---------------------------------------------------------------------------

    async def conversation_changed(self, message: dict[str, Any]) -> None:
        if self._has_greeted and self._is_open:
            text = await self.session.changed(message)
            if text is not None:
                await self._put(text)

    async def ephemeral(self, message: dict[str, Any]) -> None:
        if self._has_greeted and message["except"] != self.channel_name:
            await self._put(message["frame"], droppable=True)

    # --- Deadlines ------------------------------------------------------------------------------

    def _arm(self, seconds: float) -> None:
        if self._deadline:
            self._deadline.cancel()
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(seconds, self._look_at_the_clock)

    def _look_at_the_clock(self) -> None:
        if not self._has_greeted:
            self._close_soon(CloseCode.HELLO_FIRST)
            return
        # One timer for many heartbeats: it looks when it is due instead of being set anew by each.
        left = self._last_sync + IDLE_SECONDS - asyncio.get_running_loop().time()
        if left <= 0:
            self._close_soon(CloseCode.IDLE)
        else:
            self._arm(left)

    def _close_soon(self, code: int) -> None:
        task = asyncio.get_running_loop().create_task(self.close(code))
        _closing.add(task)
        task.add_done_callback(_closing.discard)


_DROPPABLE = (wire.TypingDown, wire.Availability, wire.Colleagues, wire.VisitorLive)
# The loop itself holds tasks weakly.
_closing: set[asyncio.Task[None]] = set()


class VisitorSocket(LiveSocket[VisitorSession, wire.VisitorUp]):
    """A visitor's device. The address names the account, the hello proves everything else."""

    kind = "visitor"
    frames = wire.visitor_up

    async def connect(self) -> None:
        caller = Caller(
            channel=self.channel_name,
            address=client_address(self.scope),
            user_agent=header(self.scope, b"user-agent") or "",
        )
        key = self.scope["url_route"]["kwargs"]["key"]
        self.session = VisitorSession(key, caller, self.send_frame)
        await super().connect()

    async def availability_changed(self, message: dict[str, Any]) -> None:
        if self._has_greeted:
            await self.session.availability_changed(message["status"])

    async def account_closed(self, message: dict[str, Any]) -> None:
        """The chat runs no longer; a page that is loaded now gets none."""
        await self.close(CloseCode.FORBIDDEN)

    async def visitor_forgotten(self, message: dict[str, Any]) -> None:
        """Nothing is known of the visitor any more: whatever this socket remembers is wrong."""
        await self.close(CloseCode.RESYNC)


class InboxSocket(LiveSocket[InboxSession, wire.InboxUp]):
    """An agent's inbox. The log-in says who, the membership of the account in the address whether."""

    kind = "inbox"
    frames = wire.inbox_up

    async def connect(self) -> None:
        slug = self.scope["url_route"]["kwargs"]["slug"]
        session_key = self.scope["session"].session_key
        self.session = InboxSession(slug, session_key, self.channel_name, self.send_frame)
        await super().connect()

    async def access_changed(self, message: dict[str, Any]) -> None:
        if self._has_greeted:
            await self.session.access_changed(message["member"])

    async def visitor_moved(self, message: dict[str, Any]) -> None:
        if self._has_greeted:
            await self.session.visitor_moved()


def header(scope: Any, name: bytes) -> str | None:
    """The one value of a header; None when it is missing or comes twice."""
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else None
