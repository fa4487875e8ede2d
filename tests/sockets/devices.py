"""Devices of visitors and agents, as the server sees them."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from channels.testing import WebsocketCommunicator
from django.test import Client

from accounts.models import Account
from chat import wire
from chatapp.asgi import application

ORIGIN = "http://chat.test"
SITE = "https://shop.test"

Frame = dict[str, Any]


class Device:
    """One end of one socket."""

    def __init__(
        self, path: str, *, origin: str | None = ORIGIN, headers: Mapping[str, str] | None = None
    ) -> None:
        given = {**({"origin": origin} if origin is not None else {}), **(headers or {})}
        pairs = [(name.encode(), value.encode()) for name, value in given.items()]
        self.wire = WebsocketCommunicator(application, path, headers=pairs)
        self.welcome: Frame = {}
        self.token = ""
        self.visitor_id = ""

    async def connect(self) -> bool:
        """Whether the handshake was accepted."""
        accepted, _ = await self.wire.connect(timeout=5)
        return bool(accepted)

    async def send(self, frame: Mapping[str, Any] | str) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        await self.wire.send_to(text_data=text)

    async def next(self, kind: str | None = None, *, within: float = 5) -> Frame:
        """The next frame. With a kind: the next of that kind, whatever comes before it."""
        while True:
            frame: Frame = json.loads(await self.wire.receive_from(within))
            if kind is None or frame["type"] == kind:
                return frame

    async def ask(self, frame: Mapping[str, Any]) -> Frame:
        """Send a frame that has an id, and return what answers it."""
        await self.send(frame)
        while True:
            answer = await self.next()
            if answer["type"] in {"ack", "refused"} and answer["id"] == str(frame["id"]):
                return answer

    async def say(self, body: str, **fields: Any) -> Frame:
        """Post a message, and return what answers it."""
        return await self.ask({"type": "message", "id": str(uuid4()), "body": body, **fields})

    async def hears_nothing(self, *, seconds: float = 0.4) -> bool:
        return bool(await self.wire.receive_nothing(timeout=seconds, interval=0.02))

    async def drain(self) -> list[Frame]:
        """Everything that has arrived, or does in a moment."""
        await settle()
        arrived = []
        while not await self.wire.receive_nothing(timeout=0.05, interval=0.01):
            arrived.append(await self.next())
        return arrived

    async def closed_with(self, *, within: float = 5) -> int:
        """The close code, after whatever else still comes."""
        while True:
            output = await self.wire.receive_output(within)
            if output["type"] == "websocket.close":
                code: int = output["code"]
                return code

    async def leave(self) -> None:
        await self.wire.disconnect(timeout=5)


def visitor_hello(ticket: str, token: str | None = None, **fields: Any) -> Frame:
    return {
        "type": "hello",
        "protocol": wire.PROTOCOL,
        "ticket": ticket,
        "token": token,
        "conversation": None,
        "since": None,
        "page": None,
        **fields,
    }


def visitor_path(account: Account) -> str:
    return f"/ws/visitor/{account.public_key}/"


def inbox_path(account: Account) -> str:
    return f"/ws/inbox/{account.slug}/"


def cookies(client: Client) -> dict[str, str]:
    """The headers with which the client's browser would open a socket."""
    return {"cookie": "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())}


async def settle() -> None:
    """Long enough for the bus to have delivered what was sent."""
    await asyncio.sleep(0.15)
