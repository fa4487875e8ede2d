"""What only a real server shows: handshakes, limits of the protocol, logs, a kill."""

import asyncio
import json
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from accounts.models import Account
from chat import identity, wire
from tests.servers import Web, start_web
from tests.sockets.devices import SITE, visitor_hello, visitor_path

pytestmark = pytest.mark.django_db(transaction=True)


def _dial(web: Web, path: str, origin: str | None) -> connect:
    headers = {"Origin": origin} if origin is not None else {}
    address = web.url.replace("http", "ws") + path
    return connect(address, additional_headers=headers, max_size=None)


async def _close_code(socket: ClientConnection) -> int | None:
    try:
        while True:
            await asyncio.wait_for(socket.recv(), 5)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


@pytest.mark.parametrize("door", ["visitor", "inbox"])
@pytest.mark.parametrize("origin", ["null", "https://shop.test", None])
async def test_a_foreign_page_gets_403_at_the_handshake(
    origin: str | None, door: str, acme: Account, web: Web
) -> None:
    """A36, A37"""
    path = visitor_path(acme) if door == "visitor" else f"/ws/inbox/{acme.slug}/"

    with pytest.raises(InvalidStatus) as refused:
        async with _dial(web, path, origin):
            pass

    assert refused.value.response.status_code == 403


async def test_a_frame_above_our_limit_gets_our_code(acme: Account, web: Web) -> None:
    async with _dial(web, visitor_path(acme), web.origin) as socket:
        await socket.send("x" * (wire.MAX_FRAME + 1))

        assert await _close_code(socket) == 4413


async def test_a_frame_above_the_servers_limit_disturbs_nobody(acme: Account, web: Web) -> None:
    async with (
        _dial(web, visitor_path(acme), web.origin) as neighbour,
        _dial(web, visitor_path(acme), web.origin) as socket,
    ):
        await socket.send("x" * 200_000)
        assert await _close_code(socket) in {None, 1009}

        await neighbour.send(json.dumps(visitor_hello(identity.ticket(acme, SITE))))
        assert json.loads(await asyncio.wait_for(neighbour.recv(), 5))["type"] == "welcome"


async def test_no_token_and_no_ticket_is_ever_in_a_log(acme: Account, web: Web) -> None:
    """A11: nor the address of who connects."""
    ticket = identity.ticket(acme, SITE)
    async with _dial(web, visitor_path(acme), web.origin) as socket:
        await socket.send(json.dumps(visitor_hello(ticket)))
        welcome = json.loads(await asyncio.wait_for(socket.recv(), 5))
        await socket.send(json.dumps({"type": "no such thing", "token": welcome["token"]}))
        await socket.send("{" + welcome["token"])
        assert await _close_code(socket) == 4400

    log = web.log.read_text()
    seal = welcome["token"].partition(".")[2]
    for secret in (seal, ticket, ticket.partition(".")[0], welcome["visitor_id"]):
        assert secret not in log


async def test_a_poll_passes_through_the_server(acme: Account, web: Web) -> None:
    body = json.dumps({"hello": visitor_hello(identity.ticket(acme, SITE))}).encode()
    request = Request(  # noqa: S310  (our own server)
        f"{web.url}/widget/{acme.public_key}/poll", body, {"Origin": web.origin}
    )

    def post() -> str:
        with urlopen(request, timeout=10) as response:  # noqa: S310
            return str(json.load(response)["frames"][0]["type"])

    assert await asyncio.to_thread(post) == "welcome"


async def test_what_was_acknowledged_outlives_a_kill(acme: Account) -> None:
    server = await asyncio.to_thread(start_web)
    try:
        async with _dial(server, visitor_path(acme), server.origin) as socket:
            await socket.send(json.dumps(visitor_hello(identity.ticket(acme, SITE))))
            welcome = json.loads(await asyncio.wait_for(socket.recv(), 5))
            message_id = str(uuid4())
            await socket.send(json.dumps({"type": "message", "id": message_id, "body": "Hello"}))
            ack = json.loads(await asyncio.wait_for(socket.recv(), 5))
            await asyncio.to_thread(server.restart)

        async with _dial(server, visitor_path(acme), server.origin) as socket:
            hello = visitor_hello(identity.ticket(acme, SITE), welcome["token"])
            await socket.send(json.dumps(hello))
            back = json.loads(await asyncio.wait_for(socket.recv(), 5))
    finally:
        server.stop()

    assert back["state"]["messages"] == ack["change"]["messages"]
