"""Long polling, for visitors whose network lets no WebSocket through."""

import asyncio
import json
import math
from http import HTTPStatus
from typing import Any, NamedTuple
from uuid import uuid4

import structlog
from channels.exceptions import StopConsumer
from channels.generic.http import AsyncHttpConsumer
from django.db import InterfaceError, OperationalError
from redis.exceptions import RedisError

from accounts import ratelimits
from accounts.addresses import client_address
from accounts.ratelimits import Rule, TooMany
from chat import doors, frames, wire
from chat.delivery import ClosingError
from chat.session import Caller, VisitorSession
from chat.sockets import header
from chat.wire import CloseCode, Refusal

MAX_BYTES = 64 * 1024
WAIT_SECONDS = 25.0
MAX_FRAMES = 20

POLL = Rule("visitor-poll", burst=600, seconds=60)
"""Polls from one address: an office of a few people who all type."""
POLL_OF = Rule("visitor-poll-of", burst=240, seconds=60)
"""Polls of one visitor, each of which begins with a hello: every frame up is one, and every frame
down ends one."""

log = structlog.get_logger(__name__)


class Poll(NamedTuple):
    """What is posted: a hello, frames to carry out, and whether to wait when there is no news."""

    hello: wire.VisitorHello
    frames: list[Any]
    wait: bool


# The HTTP form of each close code, and the refusal that its JSON carries.
_ANSWERS: dict[int, tuple[HTTPStatus, Refusal]] = {
    CloseCode.MALFORMED: (HTTPStatus.BAD_REQUEST, Refusal.INVALID),
    CloseCode.UNAUTHORISED: (HTTPStatus.UNAUTHORIZED, Refusal.NOT_ALLOWED),
    CloseCode.FORBIDDEN: (HTTPStatus.FORBIDDEN, Refusal.NOT_ALLOWED),
    CloseCode.TOO_LARGE: (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Refusal.TOO_LONG),
    CloseCode.TOO_MANY: (HTTPStatus.TOO_MANY_REQUESTS, Refusal.TOO_MANY),
    CloseCode.RESYNC: (HTTPStatus.SERVICE_UNAVAILABLE, Refusal.UNAVAILABLE),
}


class VisitorPoll(AsyncHttpConsumer):
    """One request: the same session as a socket's, and the frames that it sends are the answer.

    While it waits for news it holds neither a thread nor a transaction: it listens to the bus as
    a socket does, and the first frame ends it.
    """

    door = "visitor"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._size = 0
        self._frames: list[str] = []
        self._is_waiting = False
        self._patience_ends: float | None = None
        self._session: VisitorSession | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def receive_or_lose_patience() -> Any:
            try:
                async with asyncio.timeout_at(self._patience_ends):
                    return await receive()
            except TimeoutError:
                return {"type": "poll.over"}

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=uuid4().hex)
        await super().__call__(scope, receive_or_lose_patience, send)

    async def dispatch(self, message: Any) -> None:
        """Run the handler, without the visit to a thread that Channels' own makes first."""
        handler = getattr(self, str(message["type"]).replace(".", "_"), None)
        if handler is None:
            return
        try:
            await handler(message)
        except ClosingError as closing:
            await self._refuse(closing.code)
        except TooMany as too_many:
            await self._refuse(CloseCode.TOO_MANY, retry_after=too_many.retry_after)
        except (OperationalError, InterfaceError, RedisError, OSError) as error:
            log.warning("poll_interrupted", error=type(error).__name__)
            await self._refuse(CloseCode.RESYNC, retry_after=1)

    async def http_request(self, message: Any) -> None:
        self._size += len(message.get("body", b""))
        if self._size > MAX_BYTES:
            raise ClosingError(CloseCode.TOO_LARGE)
        self.body.append(message.get("body", b""))
        if not message.get("more_body"):
            await self._begin(b"".join(self.body))

    async def http_disconnect(self, message: Any) -> None:
        await self._leave()
        raise StopConsumer

    async def poll_over(self, message: Any) -> None:
        await self._answer()

    async def _begin(self, body: bytes) -> None:
        if self.scope["method"] != "POST":
            await self._respond(HTTPStatus.METHOD_NOT_ALLOWED, _error(Refusal.INVALID))
        if not doors.is_platform_origin(header(self.scope, b"origin")):
            raise ClosingError(CloseCode.FORBIDDEN)
        caller = Caller(
            channel=self.channel_name,
            address=client_address(self.scope),
            user_agent=header(self.scope, b"user-agent") or "",
            hellos=POLL_OF,
        )
        await ratelimits.take_async(POLL, caller.address)
        poll = self._read(body)
        scope: Any = self.scope
        self._session = VisitorSession(scope["url_route"]["kwargs"]["key"], caller, self._keep)
        has_news = await self._session.hello(poll.hello) or poll.hello.token is None
        for content in poll.frames:
            await self._take(self._session, content)
        if poll.wait and not has_news and len(self._frames) == 1:
            self._is_waiting = True
            self._patience_ends = asyncio.get_running_loop().time() + WAIT_SECONDS
        else:
            await self._answer()

    def _read(self, body: bytes) -> Poll:
        try:
            content = frames.parsed(body)
            if not isinstance(content, dict) or not isinstance(content.get("frames", []), list):
                raise ClosingError(CloseCode.MALFORMED)
            hello = frames.take(wire.visitor_up, content.get("hello"))
        except frames.OldProtocolError:
            raise ClosingError(CloseCode.RELOAD) from None
        except (frames.MalformedError, frames.UnreadError):
            raise ClosingError(CloseCode.MALFORMED) from None
        posted = content.get("frames", [])
        if not isinstance(hello, wire.VisitorHello) or len(posted) > MAX_FRAMES:
            raise ClosingError(CloseCode.MALFORMED)
        return Poll(hello, posted, wait=content.get("wait") is True)

    async def _take(self, session: VisitorSession, content: Any) -> None:
        try:
            frame = frames.take(wire.visitor_up, content)
        except (frames.MalformedError, frames.OldProtocolError):
            raise ClosingError(CloseCode.MALFORMED) from None
        except frames.UnreadError as unread:
            await self._keep(wire.Refused(id=unread.id, code=unread.code))
            return
        await session.receive(frame)

    # --- From the bus ---------------------------------------------------------------------------

    async def conversation_changed(self, message: dict[str, Any]) -> None:
        if self._is_waiting and self._session:
            text = await self._session.changed(message)
            if text is not None:
                self._frames.append(text)
            await self._answer_if_any()

    async def ephemeral(self, message: dict[str, Any]) -> None:
        if self._is_waiting and message["except"] != self.channel_name:
            self._frames.append(message["frame"])
            await self._answer()

    async def availability_changed(self, message: dict[str, Any]) -> None:
        if self._is_waiting and self._session:
            await self._session.availability_changed(message["status"])
            await self._answer_if_any()

    async def visitor_forgotten(self, message: dict[str, Any]) -> None:
        """Nothing is known of the visitor any more: the next poll begins afresh."""
        await self._answer()

    # --- The answer -----------------------------------------------------------------------------

    async def _keep(self, frame: wire.Frame) -> None:
        self._frames.append(frame.model_dump_json())

    async def _answer_if_any(self) -> None:
        # The welcome is always there.
        if len(self._frames) > 1:
            await self._answer()

    async def _answer(self) -> None:
        text = f'{{"frames":[{",".join(self._frames)}]}}'
        await self._respond(HTTPStatus.OK, text)

    async def _refuse(self, code: int, *, retry_after: float | None = None) -> None:
        if code == CloseCode.RELOAD:
            self._frames = [wire.Reload().model_dump_json()]
            await self._answer()
        # Only the session's hello refuses with a frame and then closes, and that frame tells when.
        status, refusal = _ANSWERS.get(code, _ANSWERS[CloseCode.MALFORMED])
        await self._respond(status, _error(refusal), retry_after=retry_after)

    async def _respond(
        self, status: HTTPStatus, text: str, *, retry_after: float | None = None
    ) -> None:
        """Answer, and end the request: what the bus still brings has nowhere to go."""
        await self._leave()
        headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
        if status == HTTPStatus.TOO_MANY_REQUESTS or retry_after:
            headers.append((b"retry-after", str(math.ceil(retry_after or 60)).encode()))
        await self.send_response(status, text.encode(), headers=headers)
        raise StopConsumer

    async def _leave(self) -> None:
        session, self._session = self._session, None
        if session:
            try:
                await session.leave()
            except (RedisError, OSError) as error:
                log.warning("leave_lost", kind="poll", error=type(error).__name__)


def _error(refusal: Refusal) -> str:
    return json.dumps({"error": refusal.value})
