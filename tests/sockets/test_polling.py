"""Where no socket opens, the poll does the same."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from channels.testing import HttpCommunicator

from accounts import ratelimits
from accounts.models import Account, Membership
from accounts.ratelimits import TooMany
from chat import polling, wire
from chatapp.asgi import application
from tests.sockets.conftest import OpenInbox, OpenVisitor
from tests.sockets.devices import ORIGIN, Frame, visitor_hello

pytestmark = pytest.mark.django_db(transaction=True)


class Poller:
    """A visitor's device that polls."""

    def __init__(self, account: Account, ticket: str) -> None:
        self.path = f"/widget/{account.public_key}/poll"
        self.hello = visitor_hello(ticket)

    def request(
        self, body: bytes, *, origin: str | None = ORIGIN, method: str = "POST"
    ) -> HttpCommunicator:
        headers = [(b"origin", origin.encode())] if origin is not None else []
        return HttpCommunicator(application, method, self.path, body=body, headers=headers)

    async def post(
        self, *frames: Mapping[str, Any] | str, wait: bool = False, within: float = 5
    ) -> list[Frame]:
        body = {"hello": self.hello, "frames": frames, "wait": wait}
        request = self.request(json.dumps(body).encode())
        response = await request.get_response(timeout=within)
        assert response["status"] == 200, response
        arrived: list[Frame] = json.loads(response["body"])["frames"]
        for frame in arrived:
            self._remember(frame)
        return arrived

    def _remember(self, frame: Frame) -> None:
        if frame["type"] == "welcome":
            self.hello["token"] = frame["token"]
        for one in (frame, frame.get("state"), frame.get("change")):
            conversation = one.get("conversation") if isinstance(one, dict) else None
            if isinstance(conversation, dict):
                self.hello["conversation"] = conversation["id"]
                self.hello["since"] = conversation["version"]


@pytest.fixture
def poller(acme: Account, ticket: str) -> Poller:
    return Poller(acme, ticket)


def _message(body: str) -> dict[str, Any]:
    return {"type": "message", "id": str(uuid4()), "body": body}


async def test_a_message_is_acknowledged_and_reaches_the_agent(
    poller: Poller, ana: Membership, work: OpenInbox
) -> None:
    agent = await work(ana)

    welcome, ack = await poller.post(_message("Hello"))

    assert (welcome["type"], welcome["is_new"]) == ("welcome", True)
    assert ack["change"]["messages"][0]["body"] == "Hello"
    assert (await agent.next("change"))["messages"] == ack["change"]["messages"]


async def test_a_waiting_poll_ends_with_the_answer(
    poller: Poller, ana: Membership, work: OpenInbox
) -> None:
    agent = await work(ana)
    _, ack = await poller.post(_message("Hello"))
    conversation = ack["change"]["conversation"]["id"]

    waiting = asyncio.create_task(poller.post(wait=True, within=10))
    await asyncio.sleep(0.3)
    assert not waiting.done()
    await agent.say("Hello to you", conversation=conversation)

    welcome, change = await waiting
    assert welcome["state"] is None
    assert [message["body"] for message in change["messages"]] == ["", "Hello to you"]


async def test_a_poll_brings_at_once_what_came_in_between(
    poller: Poller, ana: Membership, work: OpenInbox
) -> None:
    agent = await work(ana)
    _, ack = await poller.post(_message("Hello"))
    await agent.say("Hello to you", conversation=ack["change"]["conversation"]["id"])

    _, changes = await poller.post(wait=True)

    assert changes["type"] == "changes"
    assert changes["messages"][-1]["body"] == "Hello to you"


async def test_a_poll_without_wait_answers_at_once(poller: Poller) -> None:
    await poller.post(_message("Hello"))

    assert [frame["type"] for frame in await poller.post()] == ["welcome"]


async def test_a_waiting_poll_without_news_ends_after_25_seconds(poller: Poller) -> None:
    await poller.post(_message("Hello"))
    began = asyncio.get_running_loop().time()

    frames = await poller.post(wait=True, within=polling.WAIT_SECONDS + 3)

    assert [frame["type"] for frame in frames] == ["welcome"]
    assert asyncio.get_running_loop().time() - began >= polling.WAIT_SECONDS - 0.1


async def test_a_waiting_poll_is_shown_that_an_agent_types(
    poller: Poller, ana: Membership, work: OpenInbox
) -> None:
    agent = await work(ana)
    _, ack = await poller.post(_message("Hello"))
    waiting = asyncio.create_task(poller.post(wait=True, within=10))
    await asyncio.sleep(0.3)

    conversation = ack["change"]["conversation"]["id"]
    await agent.send({"type": "typing", "conversation": conversation, "on": True})

    assert (await waiting)[-1]["type"] == "typing"


async def test_a_poll_says_what_a_socket_says(
    poller: Poller, visit: OpenVisitor, acme: Account
) -> None:
    """The same frames, from the same state, get the same answers."""
    await poller.post(_message("Hello"))
    device = await visit(poller.hello["token"])
    identify = {"type": "identify", "name": "Jana", "id": str(uuid4())}
    unknown = {"type": "no_such_thing", "id": str(uuid4())}
    empty = {"type": "message", "id": str(uuid4()), "body": ""}
    long = {"type": "message", "id": str(uuid4()), "body": "x" * (wire.MAX_BODY + 1)}
    again = _message("Twice")

    polled = await poller.post(identify, unknown, empty, long, again)
    spoken = [await device.ask(frame) for frame in (unknown, empty, long, again)]

    assert polled[1]["change"]["visitor"]["name"] == "Jana"
    assert polled[2:] == spoken


async def test_a_poll_shows_what_a_socket_shows(poller: Poller, visit: OpenVisitor) -> None:
    device = await visit()
    await device.say("Hello")
    poller.hello["token"] = device.token

    (polled,) = await poller.post()
    socket = await visit(device.token)

    assert polled["state"] == socket.welcome["state"]


@pytest.mark.parametrize("origin", ["null", "https://shop.test", "http://chat.test:8000", "", None])
async def test_a_poll_of_a_foreign_page_is_refused(origin: str | None, poller: Poller) -> None:
    """A36"""
    body = json.dumps({"hello": poller.hello}).encode()

    response = await poller.request(body, origin=origin).get_response(timeout=5)

    assert response["status"] == 403


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b"[" * 60_000, 400),
        (b'{"hello": null}', 400),
        (b'{"hello": {"type": "typing", "on": true}}', 400),
        (b'{"frames": 5}', 400),
        (b" " * 65_537, 413),
    ],
)
async def test_a_malformed_poll_is_refused(body: bytes, status: int, poller: Poller) -> None:
    response = await poller.request(body).get_response(timeout=5)

    assert response["status"] == status
    assert "error" in json.loads(response["body"])


async def test_a_poll_with_a_malformed_frame_is_refused(poller: Poller) -> None:
    body = json.dumps({"hello": poller.hello, "frames": [{"type": "typing"}]}).encode()

    response = await poller.request(body).get_response(timeout=5)

    assert response["status"] == 400


async def test_a_poll_with_a_bad_ticket_is_refused(poller: Poller) -> None:
    body = json.dumps({"hello": {**poller.hello, "ticket": "x"}}).encode()

    response = await poller.request(body).get_response(timeout=5)

    assert response["status"] == 401


async def test_a_poll_of_an_old_protocol_is_told_to_reload(poller: Poller) -> None:
    poller.hello["protocol"] = 0

    assert [frame["type"] for frame in await poller.post()] == ["reload"]


async def test_a_poll_by_get_is_refused(poller: Poller) -> None:
    response = await poller.request(b"", method="GET").get_response(timeout=5)

    assert response["status"] == 405


async def test_a_visitor_who_types_a_lot_may_poll_a_lot(poller: Poller) -> None:
    await poller.post(_message("Hello"))

    for _ in range(ratelimits.VISITOR_SESSION.burst + 5):
        await poller.post({"type": "typing", "on": True})

    assert [frame["type"] for frame in await poller.post()] == ["welcome"]


async def test_too_many_polls_must_wait(acme: Account, poller: Poller) -> None:
    (welcome,) = await poller.post()
    visitor_id = welcome["visitor_id"]
    with suppress(TooMany):
        while True:
            await ratelimits.take_async(polling.POLL_OF, acme.pk.hex, visitor_id)
    body = json.dumps({"hello": poller.hello}).encode()

    response = await poller.request(body).get_response(timeout=5)

    assert response["status"] == 429
    assert int(dict(response["headers"])[b"retry-after"]) >= 1
