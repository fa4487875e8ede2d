"""Bare WebSocket clients that speak just enough of the protocol to be measured."""

import asyncio
import json
from typing import Any, Self
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect

from chat.wire import PROTOCOL

QUESTION = "How long does delivery to Brno take?"
PATIENCE = 30.0
"""Seconds that one frame may take."""


class Client:
    """A socket whose frames are read one by one."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    @classmethod
    async def open(cls, url: str, **headers: str) -> Self:
        return cls(
            await connect(
                url,
                additional_headers=headers,
                compression=None,
                ping_interval=None,
                open_timeout=30,
                max_queue=None,
            )
        )

    async def send(self, **frame: Any) -> None:
        await self.socket.send(json.dumps(frame))

    async def until(self, *types: str) -> dict[str, Any]:
        """The next frame of one of these types; others are passed over. Raises RuntimeError, which
        names what came instead, after 30 seconds."""
        others: list[str] = []
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    frame: dict[str, Any] = json.loads(await self.socket.recv())
                    if frame["type"] in types:
                        return frame
                    others.append(frame["type"])
        except TimeoutError:
            raise RuntimeError(
                f"waited {PATIENCE:.0f} s for {' or '.join(types)}; came: {others or 'nothing'}"
            ) from None

    async def close(self) -> None:
        await self.socket.close()


class Visitor(Client):
    """A visitor who writes, and says `sync` only between two measurements."""

    conversation: str | None = None
    version = 0

    async def hears(self) -> None:
        """Wait until what was said is stored. Raises RuntimeError when it is refused."""
        frame = await self.until("ack", "refused")
        if frame["type"] == "refused":
            raise RuntimeError(f"a message was refused ({frame['code']})")
        if change := frame["change"]:
            self.conversation = change["conversation"]["id"]
            self.version = change["conversation"]["version"]

    async def say(self, body: str) -> None:
        """Post a message, and wait until it is stored. Raises RuntimeError when it is refused."""
        await self.send(**message(body))
        await self.hears()

    async def catch_up(self) -> None:
        """Tell the server that everything so far was read."""
        await self.send(type="sync", conversation=self.conversation, since=self.version)
        await self.until("changes")


class Agent(Client):
    """An inbox that says `sync` as often as ours does, but only between two measurements."""

    rev = 0

    async def hears(self) -> None:
        """Wait for the next change, or for changes that heal a gap."""
        frame = await self.until("change", "changes")
        self.rev = frame["rev"]

    async def catch_up(self) -> None:
        """Tell the server that everything so far was read."""
        await self.send(type="sync", rev=self.rev, threads={})
        await self.until("changes")


async def visitor(base: str, origin: str, key: str, ticket: str, token: str) -> Visitor:
    """A visitor whose hello has been answered."""
    client = await Visitor.open(f"{base}/ws/visitor/{key}/", Origin=origin)
    await client.send(
        type="hello",
        protocol=PROTOCOL,
        ticket=ticket,
        token=token,
        conversation=None,
        since=None,
        page={"url": "https://shop.test/", "title": "Shop", "referrer": ""},
    )
    await client.until("welcome")
    return client


async def agent(base: str, origin: str, slug: str, cookie: str, rev: int = 0) -> Agent:
    """An agent whose hello has been answered. `rev`: the account's last change; who has an older
    one than a page can catch up with is told to load it again, and hears nothing more."""
    client = await Agent.open(f"{base}/ws/inbox/{slug}/", Origin=origin, Cookie=cookie)
    await client.send(type="hello", protocol=PROTOCOL, rev=rev)
    client.rev = (await client.until("welcome"))["rev"]
    return client


def message(body: str) -> dict[str, Any]:
    """A visitor's message frame under a new id."""
    return {"type": "message", "id": str(uuid4()), "body": body, "attachments": []}
