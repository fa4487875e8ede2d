"""What is measured, and against what."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import brotli
import django
import psycopg

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client as Browser  # noqa: E402

from accounts.models import Account, Membership, PlanName, Role, Site, User  # noqa: E402
from accounts.tenancy import tenant  # noqa: E402
from bench import clients  # noqa: E402
from bench.bare import TABLE  # noqa: E402
from bench.figures import HEADING, Ratio, percentile  # noqa: E402
from bench.servers import free_port, resident_kib, web  # noqa: E402
from chat import identity  # noqa: E402

ROUNDS = 5
MESSAGES_PER_ROUND = 300
WARM_UP = 100
SENDERS = 50
SECONDS_OF_LOAD = 5.0
IDLE_CONNECTIONS = 2_000
BUDGETS = {"loader.js": 4_000, "frame (widget.js + widget.css)": 30_000}
SITE = "https://shop.test"


def _prepare() -> tuple[Account, str, str]:
    """An account with one agent; a ticket for its site; the agent's cookie."""
    account = Account.objects.create(name="Bench", slug="bench", plan=PlanName.PRO)
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
    return account, ticket, f"{name}={browser.cookies[name].value}"


async def measure(port: int) -> None:
    """Print the table. Ours and the bare stack take turns, so that both meet the same machine."""
    account, ticket, cookie = await asyncio.to_thread(_prepare)
    bare_port = free_port()
    ours, bare = f"ws://127.0.0.1:{port}", f"ws://127.0.0.1:{bare_port}"
    origin = settings.PUBLIC_URL

    async def new_visitor() -> clients.Client:
        return await clients.visitor(ours, origin, account.public_key, ticket)

    async def new_bare(room: str | None = None) -> clients.Client:
        return await clients.Client.open(f"{bare}/bare/{room or uuid4()}/")

    print(HEADING)
    with web("chatapp.asgi:application", port), web("bench.bare:application", bare_port):
        await _latency(
            await new_visitor(),
            await clients.agent(ours, origin, account.slug, cookie),
            await new_bare("two"),
            await new_bare("two"),
        )
        await _throughput(new_visitor, new_bare)
    with (
        web("chatapp.asgi:application", port) as our_process,
        web("bench.bare:application", bare_port) as bare_process,
    ):
        await _memory(new_visitor, new_bare, our_process.pid, bare_process.pid)
    _sizes()


async def _latency(
    visitor: clients.Client,
    agent: clients.Client,
    bare_sender: clients.Client,
    bare_receiver: clients.Client,
) -> None:
    async def ours() -> float:
        started = time.perf_counter()
        await visitor.send(**clients.message("How long does delivery to Brno take?"))
        await agent.until("change")
        elapsed = time.perf_counter() - started
        await visitor.until("ack")
        return elapsed * 1_000

    async def bare() -> float:
        started = time.perf_counter()
        await bare_sender.send(type="bare", body="How long does delivery to Brno take?")
        await bare_receiver.until("bare")
        elapsed = time.perf_counter() - started
        await bare_sender.until("bare")
        return elapsed * 1_000

    for _ in range(WARM_UP):
        await ours()
        await bare()
    found: dict[str, list[list[float]]] = {"ours": [], "bare": []}
    for _ in range(ROUNDS):
        mine, theirs = [], []
        for _ in range(MESSAGES_PER_ROUND):
            mine.append(await ours())
            theirs.append(await bare())
        found["ours"].append(mine)
        found["bare"].append(theirs)
    for share, name in ((0.5, "p50"), (0.99, "p99")):
        ratio = Ratio(
            f"message, visitor to agent, {name}",
            "ms",
            [percentile(values, share) for values in found["ours"]],
            [percentile(values, share) for values in found["bare"]],
            "at most 2",
        )
        print(ratio.row(), flush=True)
    for client in (visitor, agent, bare_sender, bare_receiver):
        await client.close()


Open = Callable[[], Awaitable[clients.Client]]


async def _throughput(new_visitor: Open, new_bare: Open) -> None:
    async def load(
        opened: list[clients.Client], reply: str, frame: Callable[[], dict[str, object]]
    ) -> float:
        """Messages per second that one process stores, each sender waiting for its answer."""
        ends = time.perf_counter() + SECONDS_OF_LOAD
        sent = 0

        async def send_on(client: clients.Client) -> None:
            nonlocal sent
            while time.perf_counter() < ends:
                await client.send(**frame())
                await client.until(reply)
                sent += 1

        await asyncio.gather(*(send_on(client) for client in opened))
        return sent / SECONDS_OF_LOAD

    visitors = [await new_visitor() for _ in range(SENDERS)]
    bares = [await new_bare() for _ in range(SENDERS)]
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(await load(visitors, "ack", lambda: clients.message("And to Prague?")))
        bare.append(await load(bares, "bare", lambda: {"type": "bare", "body": "And to Prague?"}))
    print(
        Ratio(
            "messages stored per second, one process", "1/s", ours, bare, "told, no budget"
        ).row(),
        flush=True,
    )
    for client in (*visitors, *bares):
        await client.close()


async def _memory(new_visitor: Open, new_bare: Open, our_pid: int, bare_pid: int) -> None:
    async def per_connection(new: Open, pid: int) -> float:
        # The first connections pay for imports, pools and threads: they are not counted.
        first = [await new() for _ in range(50)]
        await asyncio.sleep(2)
        before = resident_kib(pid)
        opened: list[clients.Client] = []
        for _ in range(0, IDLE_CONNECTIONS, 50):
            opened += await asyncio.gather(*(new() for _ in range(50)))
        await asyncio.sleep(2)
        grown = (resident_kib(pid) - before) / len(opened)
        for client in (*opened, *first):
            await client.close()
        return grown

    ours = await per_connection(new_visitor, our_pid)
    bare = await per_connection(new_bare, bare_pid)
    print(
        Ratio("memory per idle visitor, 2,000 open", "KiB", [ours], [bare], "at most 1.5").row(),
        flush=True,
    )


def _sizes() -> None:
    built = Path(settings.BASE_DIR) / "static" / "build"
    sizes = {
        "loader.js": ["loader.js"],
        "frame (widget.js + widget.css)": ["widget.js", "widget.css"],
    }
    for name, files in sizes.items():
        size = sum(len(brotli.compress((built / file).read_bytes())) for file in files)
        budget = BUDGETS[name]
        print(f"{name + ', brotli':<44} {size:>10,} bytes, {size / budget:.2f} of its {budget:,}")
