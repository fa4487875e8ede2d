"""What is measured, and against what."""

import asyncio
import os
import platform
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import brotli
import django
import psycopg

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client as Browser  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import Account, Membership, PlanName, Role, Site, User  # noqa: E402
from accounts.tenancy import tenant  # noqa: E402
from bench import clients  # noqa: E402
from bench.bare import TABLE  # noqa: E402
from bench.figures import HEADING, Ratio, percentile  # noqa: E402
from bench.purge import purge  # noqa: E402
from bench.servers import free_port, resident_kib, web  # noqa: E402
from chat import identity  # noqa: E402
from chatapp.embedded.stack import Stack  # noqa: E402

ROUNDS = 5
WARM_UP = 100
# The limits of the product stay on, so no visitor says more than 30 messages within a minute and
# every round has visitors of its own.
PER_VISITOR = 25
SPEAKERS_PER_ROUND = 12
SENDERS = 50
MEMORY_ROUNDS = 3
IDLE_CONNECTIONS = 2_000
OPENED_AT_ONCE = 50
BUDGETS = {
    ("loader.js",): 4_000,
    ("panel.js", "widget.js", "widget.css"): 30_000,
}
SITE = "https://shop.test"


def _prepare() -> tuple[Account, str, str]:
    """An account with one agent; a ticket for its site; the agent's cookie."""
    account = Account.objects.create(
        name="Bench", slug="bench", plan=PlanName.PRO, live_at=timezone.now()
    )
    user = User.objects.create_user("agent@example.org", "a long enough password")
    Membership.objects.create(account=account, user=user, role=Role.AGENT, public_name="Ada")
    with tenant(account.pk):
        Site.objects.create(account=account, origin=SITE)
        ticket = identity.ticket(account, SITE)
    browser = Browser()
    browser.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(
            f"CREATE TABLE {TABLE} (id bigserial PRIMARY KEY, body text, at timestamptz DEFAULT now())"
        )
        (commit,) = connection.execute("SHOW synchronous_commit").fetchone() or ("?",)
    print(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {platform.machine()}, {os.cpu_count()} cores, Python"
        f" {platform.python_version()}, synchronous_commit={commit}, load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return account, ticket, f"{name}={browser.cookies[name].value}"


async def measure(port: int, stack: Stack, wanted: Collection[str], messages: int) -> None:
    """Print these parts of the table. Ours and the bare stack take turns, so that both meet the
    same machine. `messages`: how many the purge finds."""
    account, ticket, cookie = await asyncio.to_thread(_prepare)
    bare_port = free_port()
    ours, bare = f"ws://127.0.0.1:{port}", f"ws://127.0.0.1:{bare_port}"
    origin = settings.PUBLIC_URL

    async def new_visitor() -> clients.Visitor:
        # With a token, as somebody who comes back: new ids are limited by address, and here
        # everyone has the same one.
        token = identity.token(account, identity.new_visitor_id())
        return await clients.visitor(ours, origin, account.public_key, ticket, token)

    async def new_bare(room: str | None = None) -> clients.Client:
        return await clients.Client.open(f"{bare}/bare/{room or uuid4()}/")

    if set(wanted) - {"purge"}:
        print(HEADING)
    if {"latency", "throughput"} & set(wanted):
        with web("chatapp.asgi:application", port), web("bench.bare:application", bare_port):
            if "latency" in wanted:
                await _latency(
                    new_visitor,
                    await clients.agent(ours, origin, account.slug, cookie),
                    await new_bare("two"),
                    await new_bare("two"),
                )
            if "throughput" in wanted:
                await _throughput(new_visitor, new_bare)
    if "memory" in wanted:
        ours_grown, bare_grown = [], []
        for _ in range(MEMORY_ROUNDS):
            with web("chatapp.asgi:application", port) as process:
                ours_grown.append(await _memory(new_visitor, process.pid))
            with web("bench.bare:application", bare_port) as process:
                bare_grown.append(await _memory(new_bare, process.pid))
        name = f"memory per idle visitor, {IDLE_CONNECTIONS:,} open"
        print(Ratio(name, "KiB", ours_grown, bare_grown, "at most 1.5").row(), flush=True)
    if "sizes" in wanted:
        _sizes()
    if "purge" in wanted:
        await purge(port, cookie, stack.postgres, messages)


C = TypeVar("C", bound=clients.Client)
Open = Callable[[], Awaitable[clients.Client]]
OpenVisitor = Callable[[], Awaitable[clients.Visitor]]


async def _latency(
    new_visitor: Open,
    agent: clients.Agent,
    bare_sender: clients.Client,
    bare_receiver: clients.Client,
) -> None:
    async def ours(visitor: clients.Client) -> float:
        started = time.perf_counter()
        await visitor.send(**clients.message(clients.QUESTION))
        await agent.hears()
        elapsed = time.perf_counter() - started
        await visitor.until("ack")
        return elapsed * 1_000

    async def bare() -> float:
        started = time.perf_counter()
        await bare_sender.send(type="bare", body=clients.QUESTION)
        await bare_receiver.until("bare")
        elapsed = time.perf_counter() - started
        await bare_sender.until("bare")
        return elapsed * 1_000

    async def speakers(count: int) -> list[clients.Client]:
        """Visitors whose conversation has begun."""
        opened = [await new_visitor() for _ in range(count)]
        for one in opened:
            await ours(one)
        await agent.catch_up()
        return opened

    async def turns(count: int) -> tuple[list[float], list[float]]:
        """Milliseconds of messages of ours and of the bare stack, in turns."""
        opened = await speakers(count)
        mine, theirs = [], []
        for turn in range(PER_VISITOR):
            for visitor in opened:
                mine.append(await ours(visitor))
                theirs.append(await bare())
            # Often enough for the server's credit, seldom enough for its flood limit.
            if turn % 10 == 9:
                await agent.catch_up()
        for visitor in opened:
            await visitor.close()
        return mine, theirs

    await turns(WARM_UP // PER_VISITOR)
    found = [await turns(SPEAKERS_PER_ROUND) for _ in range(ROUNDS)]
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        ratio = Ratio(
            f"message, visitor to agent, {name}",
            "ms",
            [percentile(mine, share) for mine, _ in found],
            [percentile(theirs, share) for _, theirs in found],
            "at most 2",
        )
        print(ratio.row(), flush=True)
    for client in (agent, bare_sender, bare_receiver):
        await client.close()


async def _throughput(new_visitor: OpenVisitor, new_bare: Open) -> None:
    async def load(opened: Sequence[C], say: Callable[[C], Awaitable[None]]) -> float:
        """Messages per second that one process stores, each sender waiting for its answer."""

        async def all_of(client: C) -> None:
            for _ in range(PER_VISITOR):
                await say(client)

        started = time.perf_counter()
        await asyncio.gather(*(all_of(client) for client in opened))
        return len(opened) * PER_VISITOR / (time.perf_counter() - started)

    async def say_bare(client: clients.Client) -> None:
        await client.send(type="bare", body=clients.QUESTION)
        await client.until("bare")

    async def say_ours(client: clients.Visitor) -> None:
        await client.say(clients.QUESTION)

    bares = [await new_bare() for _ in range(SENDERS)]
    ours, bare = [], []
    for _ in range(ROUNDS):
        visitors = [await new_visitor() for _ in range(SENDERS)]
        for visitor in visitors:
            await visitor.say("Good morning")
        ours.append(await load(visitors, say_ours))
        bare.append(await load(bares, say_bare))
        for visitor in visitors:
            await visitor.close()
    name = f"messages stored by one process, {SENDERS} senders"
    print(Ratio(name, "1/s", ours, bare, "told, no budget").row(), flush=True)
    for one in bares:
        await one.close()


async def _memory(new: Open, pid: int) -> float:
    """KiB by which the process grew for each of 2,000 connections that say nothing."""
    # The first connections pay for imports, pools and threads: they are not counted.
    first = await asyncio.gather(*(new() for _ in range(OPENED_AT_ONCE)))
    await asyncio.sleep(2)
    before = resident_kib(pid)
    opened: list[clients.Client] = []
    for _ in range(0, IDLE_CONNECTIONS, OPENED_AT_ONCE):
        opened += await asyncio.gather(*(new() for _ in range(OPENED_AT_ONCE)))
    await asyncio.sleep(2)
    grown = (resident_kib(pid) - before) / len(opened)
    if any(client.socket.close_code for client in opened):
        raise RuntimeError("connections were closed while they were counted")
    await asyncio.gather(*(client.close() for client in (*opened, *first)))
    return grown


def _sizes() -> None:
    built = Path(settings.BASE_DIR) / "static" / "build"
    for files, budget in BUDGETS.items():
        size = sum(len(brotli.compress((built / file).read_bytes())) for file in files)
        name = f"{' + '.join(files)}, brotli"
        print(f"{name:<44} {size:>10,} bytes, {size / budget:.2f} of {budget:,}")
