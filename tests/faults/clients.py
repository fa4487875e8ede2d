"""Visitors and agents as our own clients behave: every message has an id, and is sent again under it
after each reconnect until it is acknowledged; what is missing is asked for."""

import asyncio
import contextlib
import json
import random
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from chat.wire import PROTOCOL

Frame = dict[str, Any]
HEARTBEAT = 5.0
"""Seconds. Ours is slower; a test has less time."""
PATIENCE = 8.0
"""Seconds without an answer after which a connection counts as lost."""
CREDIT = 32
FATAL = range(4400, 4410)


class Gap(Exception):
    """A frame says that something before it is missing."""


class Person:
    """One device. It comes back until it is told to stop, and keeps a log of what was acknowledged."""

    def __init__(self, name: str, url: str, headers: dict[str, str], on_sent: Callable[[], None]):
        self.name = name
        self._url = url
        self._headers = headers
        self._on_sent = on_sent
        self._socket: ClientConnection | None = None
        self._closed_with: int | None = None
        self._answers_due: float | None = None
        self.unacknowledged: dict[str, Frame] = {}
        self.said: dict[str, str] = {}
        self.acknowledged: dict[str, list[Frame]] = {}
        self.is_open = False
        self.openings = 0
        self.live_changes = 0
        self.gaps = 0
        self.trouble: str | None = None

    # --- What the two kinds say and keep ---

    def hello(self) -> Frame:
        raise NotImplementedError

    def sync(self) -> Frame:
        raise NotImplementedError

    def apply(self, frame: Frame) -> None:
        """Move the state on. Raises Gap."""
        raise NotImplementedError

    async def look_after(self) -> None:
        """What is done after each frame, when anything is."""

    # --- Talking ---

    @property
    def is_in_flight(self) -> bool:
        """A message was handed to an open connection and has not been acknowledged."""
        return self.is_open and bool(self.unacknowledged)

    async def say(self, body: str, **fields: Any) -> None:
        frame = {"type": "message", "id": str(uuid4()), "body": body, **fields}
        self.said[frame["id"]] = body
        self.unacknowledged[frame["id"]] = frame
        if self.is_open:
            await self._send(frame)
            self._on_sent()

    async def live(self) -> None:
        """Be connected, for ever."""
        failures = 0
        while True:
            try:
                async with connect(
                    self._url,
                    additional_headers=self._headers,
                    compression=None,
                    ping_interval=None,
                    open_timeout=PATIENCE,
                    close_timeout=1,
                    max_queue=None,
                ) as socket:
                    await self._converse(socket)
            except (OSError, TimeoutError, WebSocketException):
                pass
            finally:
                if self.is_open:
                    failures = 0
                self.is_open, self._socket = False, None
            if self._closed_with in FATAL:
                self.trouble = f"sent away with {self._closed_with}"
                return
            failures += 1
            await asyncio.sleep(random.uniform(0.05, min(1.0, 0.1 * 2**failures)))

    async def _converse(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._answers_due = None
        received = 0
        await self._send(self.hello())
        self._expect()
        beat = asyncio.create_task(self._beat(socket))
        try:
            async for text in socket:
                frame: Frame = json.loads(text)
                self._answers_due = None
                received += 1
                if frame["type"] == "welcome":
                    self.apply(frame)
                    self.is_open = True
                    self.openings += 1
                    for unsent in list(self.unacknowledged.values()):
                        await self._send(unsent)
                    if self.unacknowledged:
                        self._on_sent()
                    continue
                await self._take(frame)
                if received % CREDIT == 0:
                    await self._ask()
        finally:
            beat.cancel()
            self._closed_with = socket.close_code

    async def _take(self, frame: Frame) -> None:
        if frame["type"] == "refused":
            await self._refused(frame)
            return
        if frame["type"] == "ack":
            self.unacknowledged.pop(frame["id"], None)
            self.acknowledged.setdefault(frame["id"], []).append(frame)
        if frame["type"] == "change":
            self.live_changes += 1
        try:
            self.apply(frame)
        except Gap:
            self.gaps += 1
            await self._ask()
        await self.look_after()

    async def _refused(self, frame: Frame) -> None:
        unsent = self.unacknowledged.get(frame["id"])
        if frame["code"] != "too_many" or unsent is None:
            self.trouble = f"refused: {frame}"
            return

        async def later() -> None:
            await asyncio.sleep(float(frame["retry_after"] or 1))
            if self.is_open and frame["id"] in self.unacknowledged:
                await self._send(unsent)

        task = asyncio.create_task(later())
        _later.add(task)
        task.add_done_callback(_later.discard)

    async def _beat(self, socket: ClientConnection) -> None:
        clock = asyncio.get_running_loop().time
        next_beat = clock() + HEARTBEAT
        while True:
            await asyncio.sleep(0.5)
            if self._answers_due is not None and clock() > self._answers_due:
                await socket.close()
                return
            if clock() >= next_beat and self.is_open:
                next_beat = clock() + HEARTBEAT
                await self._ask()

    async def _ask(self) -> None:
        await self._send(self.sync())
        self._expect()

    def _expect(self) -> None:
        if self._answers_due is None:
            self._answers_due = asyncio.get_running_loop().time() + PATIENCE

    async def _send(self, frame: Frame) -> None:
        if self._socket:
            with contextlib.suppress(WebSocketException, OSError):
                await self._socket.send(json.dumps(frame))


# The loop itself holds tasks weakly.
_later: set[asyncio.Task[None]] = set()


class VisitorPerson(Person):
    """A visitor's device, with the state that the widget would show."""

    def __init__(self, *args: Any, ticket: str) -> None:
        super().__init__(*args)
        self._ticket = ticket
        self.token: str | None = None
        self.visitor: Frame | None = None
        self.conversation: Frame | None = None
        self.messages: dict[str, Frame] = {}

    @property
    def state(self) -> Frame:
        """As a fresh load would give it."""
        return {
            "visitor": self.visitor,
            "conversation": self.conversation,
            "messages": sorted(self.messages.values(), key=lambda one: int(one["seq"])),
        }

    def _cursor(self) -> Frame:
        held = self.conversation
        return {
            "conversation": held["id"] if held else None,
            "since": held["version"] if held else None,
        }

    def hello(self) -> Frame:
        return visitor_hello(self._ticket, self.token, **self._cursor())

    def sync(self) -> Frame:
        return {"type": "sync", **self._cursor()}

    def apply(self, frame: Frame) -> None:
        match frame["type"]:
            case "welcome":
                self.token = frame["token"]
                if frame["state"]:
                    self._load(frame["state"])
            case "ack":
                if frame["change"]:
                    self._change(frame["change"])
            case "change":
                self._change(frame)
            case "changes":
                if frame["state"]:
                    self._load(frame["state"])
                elif frame["conversation"]:
                    held = self.conversation
                    if held and frame["conversation"]["version"] >= held["version"]:
                        self._merge(frame)

    def _change(self, frame: Frame) -> None:
        row, held = frame["conversation"], self.conversation
        if held is None or held["id"] != row["id"]:
            if len(frame["messages"]) != row["last_seq"]:
                raise Gap
        elif row["version"] <= held["version"]:
            return
        elif row["version"] != held["version"] + 1:
            raise Gap
        self._merge(frame)

    def _merge(self, frame: Frame) -> None:
        self.visitor = frame["visitor"] or self.visitor
        self.conversation = frame["conversation"]
        for message in frame["messages"]:
            self.messages[message["id"]] = message

    def _load(self, state: Frame) -> None:
        self.visitor, self.conversation = state["visitor"], state["conversation"]
        self.messages = {one["id"]: one for one in state["messages"]}


class AgentPerson(Person):
    """An agent's inbox that has every thread open. A thread with a hole is loaded again, as ours is."""

    def __init__(self, *args: Any, load: Callable[[str], Awaitable[Frame | None]]) -> None:
        super().__init__(*args)
        self._load = load
        self.rev = 0
        self.rows: dict[str, Frame] = {}
        self.threads: dict[str, dict[str, Frame]] = {}
        self.versions: dict[str, int] = {}
        self.reloads = 0
        self._outdated: set[str] = set()
        self._loading: asyncio.Task[None] | None = None

    def hello(self) -> Frame:
        return {"type": "hello", "protocol": PROTOCOL, "rev": self.rev}

    def sync(self) -> Frame:
        return {"type": "sync", "rev": self.rev, "threads": dict(self.versions)}

    def thread(self, conversation: str) -> list[Frame]:
        return sorted(self.threads.get(conversation, {}).values(), key=lambda one: int(one["seq"]))

    def apply(self, frame: Frame) -> None:
        match frame["type"]:
            case "ack":
                if frame["change"]:
                    self._merge([frame["change"]["conversation"]], frame["change"]["messages"])
                    if frame["change"]["rev"] == self.rev + 1:
                        self.rev = frame["change"]["rev"]
            case "change":
                if frame["rev"] <= self.rev:
                    return
                if frame["rev"] != self.rev + 1:
                    raise Gap
                self.rev = frame["rev"]
                self._merge([frame["conversation"]], frame["messages"])
            case "changes":
                if frame["restart"]:
                    # Too far behind to be told in pages: as ours, load everything again.
                    self.rev = frame["rev"]
                    self._outdated = set(self.rows)
                    return
                self.rev = max(self.rev, frame["rev"])
                self._merge(frame["conversations"], frame["messages"])
                if frame["has_more"]:
                    raise Gap

    def _merge(self, rows: list[Frame], messages: list[Frame]) -> None:
        for row in rows:
            held = self.rows.get(row["id"])
            if held is None or row["version"] > held["version"]:
                self.rows[row["id"]] = row
            thread = self.threads.setdefault(row["id"], {})
            for message in messages:
                if message["conversation"] == row["id"]:
                    thread[message["id"]] = message
            if len(thread) == self.rows[row["id"]]["last_seq"]:
                self.versions[row["id"]] = self.rows[row["id"]]["version"]

    @property
    def stale(self) -> list[str]:
        return [
            key
            for key, row in self.rows.items()
            if key in self._outdated or len(self.threads[key]) != row["last_seq"]
        ]

    async def look_after(self) -> None:
        if self.stale and (self._loading is None or self._loading.done()):
            self._loading = asyncio.create_task(self._reload())

    async def _reload(self) -> None:
        for key in self.stale:
            loaded = await self._load(key)
            if loaded:
                self.reloads += 1
                self._outdated.discard(key)
                self._merge([loaded["conversation"]], loaded["messages"])


def visitor_hello(ticket: str, token: str | None, **fields: Any) -> Frame:
    """A visitor's first frame."""
    return {
        "type": "hello",
        "protocol": PROTOCOL,
        "ticket": ticket,
        "token": token,
        "conversation": None,
        "since": None,
        "page": None,
        **fields,
    }
