"""Opens devices for the cast, and closes them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import Client

from accounts.models import Account, Membership
from chat import identity, wire
from tests.servers import Web, start_web
from tests.sockets.devices import (
    SITE,
    Device,
    cookies,
    inbox_path,
    visitor_hello,
    visitor_path,
)

OpenVisitor = Callable[..., Awaitable[Device]]
OpenInbox = Callable[..., Awaitable[Device]]
OpenDevice = Callable[..., Awaitable[Device]]


@pytest.fixture
def ticket(acme: Account) -> str:
    """What a frame of Acme on shop.test holds."""
    return identity.ticket(acme, SITE)


@pytest_asyncio.fixture
async def open_device() -> AsyncIterator[OpenDevice]:
    """Opens a socket at a path without saying anything."""
    opened: list[Device] = []

    async def open_it(path: str, **options: Any) -> Device:
        device = Device(path, **options)
        assert await device.connect()
        opened.append(device)
        return device

    yield open_it
    for device in opened:
        if not device.wire.future.done():
            await device.leave()


@pytest.fixture
def visit(acme: Account, ticket: str, open_device: OpenDevice) -> OpenVisitor:
    """A device of a visitor of Acme, welcomed: `device.welcome` is what it was told."""

    async def open_it(token: str | None = None, **fields: Any) -> Device:
        device = await open_device(visitor_path(acme))
        await device.send(visitor_hello(ticket, token, **fields))
        device.welcome = await device.next("welcome")
        device.token = device.welcome["token"]
        device.visitor_id = device.welcome["visitor_id"]
        return device

    return open_it


@pytest.fixture
def work(open_device: OpenDevice) -> OpenInbox:
    """A device of a member, welcomed into their account's inbox."""

    async def open_it(member: Membership, rev: int = 0) -> Device:
        client = await sync_to_async(_logged_in)(member)
        device = await open_device(inbox_path(member.account), headers=cookies(client))
        await device.send({"type": "hello", "protocol": wire.PROTOCOL, "rev": rev})
        device.welcome = await device.next("welcome")
        return device

    return open_it


@pytest.fixture(scope="session")
def web(django_db_setup: None) -> Iterator[Web]:
    """A web process as in production, for what only a real server does."""
    server = start_web()
    yield server
    server.stop()


def _logged_in(member: Membership) -> Client:
    client = Client()
    client.force_login(member.user)
    connections.close_all()
    return client
