"""A night's purge among years of conversations, while an agent and visitors of the largest account
talk: how fast it is, how long it holds on to anything, and what it costs those who talk."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Self

from django.conf import settings
from django.utils import timezone

from accounts.models import Account, Membership, PlanName, Role, Site, User
from accounts.tenancy import tenant
from bench import clients, filling
from bench.figures import percentile
from bench.filling import Filled
from bench.servers import LockWaits, Worker, web, worker
from chat import identity, revisions
from chatapp.celery import app
from chatapp.embedded.postgres import Postgres
from privacy.tasks import purge_history

SHARES = [50, 20, 15, 10, 5]
"""Per cent of the messages that each account has; the first is the one that talks."""

PACE = 0.05
"""Seconds from one message to the next."""
SPEAKERS = 60
"""So many that none says more than the 30 messages a minute that the product allows."""
SITE = "https://shop.test"
WARM_UP, CALM = 5.0, 30.0
"""Seconds before what counts, and of what is measured before and after the purge."""

FILLING, PURGING, ALL = 600.0, 600.0, 1_200.0
"""Seconds after which it fails instead of going on."""


async def purge(port: int, cookie: str, postgres: Postgres, messages: int) -> None:
    """Fill in, talk, purge, and print the figures. Raises RuntimeError when anything but exactly
    what is due is gone, or when something takes too long."""
    async with _within(ALL, "this part"):
        members = await asyncio.to_thread(_prepare)
        filled = await _fill(members, messages)
        waits = LockWaits(postgres)
        with web("chatapp.asgi:application", port), worker() as working:
            await asyncio.to_thread(_wait_for_worker)
            talk = await Talk.begin(port, members[0].account, cookie)
            await talk.go_on(_after(WARM_UP))
            before = await talk.go_on(_after(CALM))
            during, seconds = await _purge(talk, filled, working)
            after = await talk.go_on(_after(CALM))
            await talk.end()
        found = [await asyncio.to_thread(filling.faults, one) for one in filled]
    if wrong := [fault for faults in found for fault in faults]:
        raise RuntimeError("\n".join(["the purge left something else than it should:", *wrong]))
    _tell_of_purge(sum(one.expired for one in filled), seconds, working.steps(), waits.read())
    _compare(before, during, after)


def _prepare() -> list[Membership]:
    """The agent's places in accounts that keep a year."""
    user = User.objects.get(email="agent@example.org")
    members = []
    for share in SHARES:
        account = Account.objects.create(
            name="Shop", slug=f"shop-{share}", plan=PlanName.PRO, live_at=timezone.now()
        )
        members.append(
            Membership.objects.create(
                account=account, user=user, role=Role.AGENT, public_name="Ada"
            )
        )
    return members


async def _fill(members: Sequence[Membership], messages: int) -> list[Filled]:
    began = time.perf_counter()
    shares = [messages * share // 1_000 for share in SHARES]
    async with _within(FILLING, f"filling in {messages:,} messages"):
        filled = await filling.fill(
            os.environ["DATABASE_URL"], dict(zip(members, shares, strict=True))
        )
        # Else the system writes down what was filled in while we measure.
        await asyncio.to_thread(os.sync)
    print(
        f"filled in {sum(one.messages for one in filled):,} messages,"
        f" {sum(one.expired for one in filled):,} of them expired,"
        f" in {time.perf_counter() - began:.0f} s; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return filled


async def _purge(
    talk: "Talk", filled: Sequence[Filled], working: Worker
) -> tuple[list[float], float]:
    """What messages took while the purge went on, and how many seconds it did."""
    began = time.perf_counter()
    # As the schedule starts it every night.
    await asyncio.to_thread(purge_history.delay)

    async def ended() -> float:
        for one in filled:
            while not await asyncio.to_thread(filling.is_purged, one):
                working.require_life()
                await asyncio.sleep(0.2)
        return time.perf_counter() - began

    async with _within(PURGING, "the purge"):
        purging = asyncio.create_task(ended())
        try:
            during = await talk.go_on(purging.done)
        finally:
            purging.cancel()
        return during, purging.result()


def _wait_for_worker() -> None:
    for _ in range(60):
        if app.control.ping(timeout=0.5):
            return
    raise RuntimeError("the worker did not answer in 30 seconds")


class Talk:
    """Visitors who write one after the other, and an agent who hears them."""

    def __init__(self, agent: clients.Agent, speakers: Sequence[clients.Visitor]) -> None:
        self._agent = agent
        self._speakers = speakers
        self._turn = 0

    @classmethod
    async def begin(cls, port: int, account: Account, cookie: str) -> Self:
        """Everybody is there, and every conversation has begun."""
        ticket, rev, tokens = await asyncio.to_thread(_invite, account)
        base, origin = f"ws://127.0.0.1:{port}", settings.PUBLIC_URL
        agent = await clients.agent(base, origin, account.slug, cookie, rev)
        speakers = []
        for token in tokens:
            one = await clients.visitor(base, origin, account.public_key, ticket, token)
            await one.send(**clients.message(clients.QUESTION))
            await agent.hears()
            await one.hears()
            speakers.append(one)
        await agent.catch_up()
        return cls(agent, speakers)

    async def go_on(self, is_over: Callable[[], bool]) -> list[float]:
        """Milliseconds from when a message should have been sent to the frame at the agent: one
        that waited for the one before it has waited too."""
        took = []
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not is_over():
            speaker = self._speakers[self._turn % len(self._speakers)]
            if (ahead := due - loop.time()) > 0:
                await asyncio.sleep(ahead)
                due = loop.time()
            await speaker.send(**clients.message(clients.QUESTION))
            await self._agent.hears()
            took.append((loop.time() - due) * 1_000)
            await speaker.hears()
            self._turn += 1
            due += PACE
            # As often as the inbox and the widget say it, one visitor after the other.
            if self._turn % 32 == 0:
                await self._agent.catch_up()
            if self._turn // len(self._speakers) % 5 == 4:
                await speaker.catch_up()
        return took

    async def end(self) -> None:
        for client in (self._agent, *self._speakers):
            await client.close()


def _invite(account: Account) -> tuple[str, int, list[str]]:
    """A ticket for the account's site, its last change, and the speakers' tokens."""
    with tenant(account.pk):
        Site.objects.create(account=account, origin=SITE)
        tokens = [
            identity.token(account, identity.new_visitor_id()) for _speaker in range(SPEAKERS)
        ]
        return identity.ticket(account, SITE), revisions.head(account.pk), tokens


def _after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


@asynccontextmanager
async def _within(seconds: float, what: str) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds) as limit:
            yield
    except TimeoutError:
        if limit.expired():
            raise RuntimeError(f"{what} took more than {seconds:.0f} s") from None
        raise


def _tell_of_purge(
    expired: int, seconds: float, steps: Sequence[float], waits: Sequence[float]
) -> None:
    print(
        f"{'expired messages purged':<44} {expired:>10,} in {seconds:.1f} s: {expired / seconds:,.0f} 1/s"
    )
    print(
        f"{'steps, one transaction each':<44} {len(steps):>10,} p50 {percentile(steps, 0.5):.1f},"
        f" p99 {percentile(steps, 0.99):.1f}, longest {max(steps):.1f} ms"
    )
    told = f"longest {max(waits):.1f} ms" if waits else ""
    print(f"{'waits for a lock of 10 ms or more':<44} {len(waits):>10,} {told}", flush=True)


def _compare(before: Sequence[float], during: Sequence[float], after: Sequence[float]) -> None:
    print(
        f"{'':<44} {'before':>10} {'during':>10} {'after':>10} {'':<4} ratio to before (to after)"
    )
    for name, figure in (
        ("p50", lambda values: percentile(values, 0.5)),
        ("p99", lambda values: percentile(values, 0.99)),
        ("longest", max),
    ):
        calm, busy, calm_again = figure(before), figure(during), figure(after)
        print(
            f"{f'message, visitor to agent, {name}':<44} {calm:>10.2f} {busy:>10.2f}"
            f" {calm_again:>10.2f} ms   {busy / calm:.2f} ({busy / calm_again:.2f})"
        )
    print(f"{'messages measured':<44} {len(before):>10,} {len(during):>10,} {len(after):>10,}")
