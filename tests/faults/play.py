"""The play: 20 visitors and 3 agents talk, four processes are killed twice each, and then the
clients' own logs are held against the database."""

import asyncio
import json
import os
import random
import time
from collections.abc import Awaitable, Callable
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import django

django.setup()

import psycopg  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client as Browser  # noqa: E402
from django.utils import timezone  # noqa: E402
from websockets.asyncio.client import connect  # noqa: E402

from accounts.models import Account, Membership, PlanName, Role, Site, User  # noqa: E402
from accounts.tenancy import tenant  # noqa: E402
from chat import identity  # noqa: E402
from chat.models import Conversation, Message  # noqa: E402
from chatapp.embedded.stack import Stack  # noqa: E402
from tests.faults.clients import (  # noqa: E402
    AgentPerson,
    Frame,
    Person,
    VisitorPerson,
    visitor_hello,
)
from tests.faults.processes import ServerVictim, Victim, WebVictim, Worker  # noqa: E402
from tests.servers import Web  # noqa: E402

VISITORS = 20
AGENTS = 3
KILLS_EACH = 2
SITE = "https://shop.test"
VISITOR_PAUSE = (2.2, 4.5)
AGENT_PAUSE = (0.4, 1.2)
RECOVERS_WITHIN = 30.0
SETTLES_WITHIN = 40.0


class Play:
    """Who takes part, and where."""

    def __init__(self, stack: Stack, folder: Path, port: int) -> None:
        self.stack = stack
        self.port = port
        environment = dict(os.environ)
        self.web = Web(port, environment, folder / "web.log")
        self.worker = Worker(environment, folder)
        self.account = Account.objects.create(
            name="Faults", slug="faults", plan=PlanName.PRO, live_at=timezone.now()
        )
        with tenant(self.account.pk):
            Site.objects.create(account=self.account, origin=SITE)
            self.ticket = identity.ticket(self.account, SITE)
        self.cookies = [self._member(f"agent{number}") for number in range(AGENTS)]
        connections.close_all()
        self._sent = asyncio.Event()
        self.people: list[Person] = []
        self.visitors: list[VisitorPerson] = []
        self.agents: list[AgentPerson] = []

    def _member(self, name: str) -> str:
        user = User.objects.create_user(f"{name}@example.org", "a long enough password")
        Membership.objects.create(
            account=self.account, user=user, role=Role.AGENT, public_name=name.title()
        )
        browser = Browser()
        browser.force_login(user)
        cookie = settings.SESSION_COOKIE_NAME
        return f"{cookie}={browser.cookies[cookie].value}"

    @property
    def visitor_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/visitor/{self.account.public_key}/"

    @property
    def visitor_headers(self) -> dict[str, str]:
        return {"Origin": settings.PUBLIC_URL}

    def cast(self) -> None:
        """Everyone, not connected yet."""
        for number in range(VISITORS):
            self.visitors.append(
                VisitorPerson(
                    f"visitor{number}",
                    self.visitor_url,
                    self.visitor_headers,
                    self._sent.set,
                    ticket=self.ticket,
                )
            )
        for number, cookie in enumerate(self.cookies):
            self.agents.append(
                AgentPerson(
                    f"agent{number}",
                    f"ws://127.0.0.1:{self.port}/ws/inbox/{self.account.slug}/",
                    {"Origin": settings.PUBLIC_URL, "Cookie": cookie},
                    self._sent.set,
                    load=self._loader(cookie),
                )
            )
        self.people = [*self.visitors, *self.agents]

    def _loader(self, cookie: str) -> Callable[[str], Awaitable[Frame | None]]:
        async def load(conversation: str) -> Frame | None:
            return await asyncio.to_thread(self._load, conversation, cookie)

        return load

    def _load(self, conversation: str, cookie: str) -> Frame | None:
        """The conversation as the inbox loads it; None while the server cannot answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            path = f"/app/{self.account.slug}/inbox/conversations/{conversation}/"
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            if answer.status != 200:
                return None
            loaded: Frame = json.loads(answer.read())
            return loaded
        except (OSError, ValueError):
            return None
        finally:
            connection.close()

    # --- Talking ---

    async def chatter(self, visitor: VisitorPerson, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await visitor.say(f"{visitor.name} asks {len(visitor.said) + 1}")
            await asyncio.sleep(random.uniform(*VISITOR_PAUSE))

    async def answer(self, agent: AgentPerson, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if agent.rows:
                key = random.choice(sorted(agent.rows))
                await agent.say(f"{agent.name} answers {len(agent.said) + 1}", conversation=key)
            await asyncio.sleep(random.uniform(*AGENT_PAUSE))

    # --- Killing ---

    async def kill_and_revive(self, victim: Victim) -> None:
        """SIGKILL in the moment after a message went out, then back, until everybody talks again."""
        async with asyncio.timeout(RECOVERS_WITHIN):
            while True:
                self._sent.clear()
                await self._sent.wait()
                in_flight = [one.name for one in self.people if one.is_in_flight]
                if in_flight:
                    break
        victim.strike()
        started = time.monotonic()
        before = {one.name: len(one.acknowledged) for one in self.people}
        await asyncio.to_thread(victim.revive)
        served = time.monotonic()
        lives = {one.name: one.live_changes for one in self.agents}
        await until(
            lambda: (
                all(len(one.acknowledged) > before[one.name] for one in self.people)
                and all(one.live_changes > lives[one.name] for one in self.agents)
            ),
            RECOVERS_WITHIN,
            lambda: f"talk did not go on after {victim.name} was killed: {self.report()}",
        )
        print(  # noqa: T201
            f"killed {victim.name:<10} with {len(in_flight)} in flight; served again after"
            f" {served - started:.1f} s, everybody talked after {time.monotonic() - started:.1f} s",
            flush=True,
        )

    def report(self) -> str:
        """Who is where, for a failure."""
        return "; ".join(
            f"{one.name}: open={one.is_open} openings={one.openings} unacknowledged="
            f"{len(one.unacknowledged)} acknowledged={len(one.acknowledged)} gaps={one.gaps}"
            f" trouble={one.trouble}"
            for one in self.people
        )

    # --- Judging ---

    def stored(self) -> tuple[dict[str, Frame], dict[str, list[Frame]]]:
        """What the database holds: by client id, and by conversation in order."""
        by_client: dict[str, Frame] = {}
        threads: dict[str, list[Frame]] = {}
        # This thread may hold one from before PostgreSQL was killed.
        connections.close_all()
        with tenant(self.account.pk):
            heads = dict(Conversation.objects.values_list("pk", "last_seq"))
            for row in Message.objects.order_by("conversation", "seq"):
                found = {
                    "id": str(row.pk),
                    "seq": row.seq,
                    "body": row.body,
                    "conversation": str(row.conversation_id),
                }
                threads.setdefault(str(row.conversation_id), []).append(found)
                if row.author_kind in {"visitor", "member"}:
                    assert str(row.client_id) not in by_client, "stored twice"
                    by_client[str(row.client_id)] = found
        for key, last_seq in heads.items():
            seqs = [one["seq"] for one in threads.get(str(key), [])]
            assert seqs == list(range(1, last_seq + 1)), f"holes or doubles: {seqs}"
        connections.close_all()
        return by_client, threads

    async def fresh(self, visitor: VisitorPerson) -> Frame:
        """What a device of this visitor that knows nothing is given."""
        async with connect(self.visitor_url, additional_headers=self.visitor_headers) as socket:
            await socket.send(json.dumps(visitor_hello(self.ticket, visitor.token)))
            state: Frame = json.loads(await asyncio.wait_for(socket.recv(), 10))["state"]
        assert state.pop("has_earlier") is False
        return state

    async def settle(self) -> None:
        """Everything said is acknowledged, and everybody has what is stored."""
        await until(
            lambda: not any(one.unacknowledged for one in self.people),
            SETTLES_WITHIN,
            lambda: f"not everything was acknowledged: {self.report()}",
        )
        _, threads = await asyncio.to_thread(self.stored)
        whole = {key: len(rows) for key, rows in threads.items()}

        def has_all(agent: AgentPerson) -> bool:
            return {key: len(rows) for key, rows in agent.threads.items()} == whole

        def has_own(visitor: VisitorPerson) -> bool:
            held = visitor.conversation
            return held is not None and len(visitor.messages) == whole[held["id"]]

        await until(
            lambda: all(map(has_all, self.agents)) and all(map(has_own, self.visitors)),
            SETTLES_WITHIN,
            lambda: f"somebody lacks something: {self.report()}",
        )

    async def judge(self) -> None:
        """Clients' logs against the database; live against fresh."""
        by_client, threads = await asyncio.to_thread(self.stored)
        said = {key: body for one in self.people for key, body in one.said.items()}
        assert by_client.keys() == said.keys(), "stored and said are not the same"
        for person in self.people:
            assert person.trouble is None, f"{person.name}: {person.trouble}"
            assert person.acknowledged.keys() == person.said.keys()
            for key, answers in person.acknowledged.items():
                kept = by_client[key]
                assert kept["body"] == person.said[key]
                for answer in answers:
                    told = [one for one in answer["change"]["messages"] if one["client_id"] == key]
                    assert [(one["id"], one["seq"]) for one in told] == [(kept["id"], kept["seq"])]
        order = {key: [one["id"] for one in rows] for key, rows in threads.items()}
        for visitor in self.visitors:
            state = visitor.state
            assert state == await self.fresh(visitor), f"{visitor.name} shows something else"
            key = state["conversation"]["id"]
            assert [one["id"] for one in state["messages"]] == order[key]
        for agent, cookie in zip(self.agents, self.cookies, strict=True):
            assert agent.rows.keys() == order.keys()
            for key in order:
                loaded = await asyncio.to_thread(self._load, key, cookie)
                assert loaded is not None
                assert agent.rows[key] == loaded["conversation"], f"{agent.name} shows another row"
                assert agent.thread(key) == loaded["messages"], f"{agent.name} shows another thread"
                assert [one["id"] for one in agent.thread(key)] == order[key]


async def until(holds: Callable[[], bool], seconds: float, otherwise: Callable[[], str]) -> None:
    """Wait until it holds; AssertionError when it does not within so many seconds."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(otherwise())
        await asyncio.sleep(0.05)


async def play(stack: Stack, folder: Path, port: int) -> None:
    """From the first word to the verdict. Raises AssertionError with what went wrong."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("on",)
    acts = await asyncio.to_thread(Play, stack, folder, port)
    tasks: list[asyncio.Task[Any]] = []
    acts.worker.start()
    try:
        await asyncio.to_thread(acts.web.start)
        acts.cast()
        stop = asyncio.Event()
        lives = [asyncio.create_task(one.live()) for one in acts.people]
        talks = [
            *(asyncio.create_task(acts.chatter(one, stop)) for one in acts.visitors),
            *(asyncio.create_task(acts.answer(one, stop)) for one in acts.agents),
        ]
        tasks += lives + talks
        await until(
            lambda: all(one.acknowledged for one in acts.people),
            SETTLES_WITHIN,
            lambda: f"the talk did not begin: {acts.report()}",
        )
        victims: list[Victim] = [
            WebVictim(acts.web),
            acts.worker,
            ServerVictim(stack.postgres, "PostgreSQL"),
            ServerVictim(stack.valkey, "Valkey"),
        ]
        order = victims * KILLS_EACH
        random.shuffle(order)
        for victim in order:
            await asyncio.sleep(random.uniform(0.1, 0.8))
            await acts.kill_and_revive(victim)
        stop.set()
        await asyncio.gather(*talks)
        await acts.settle()
        await acts.judge()
        assert acts.worker.process.poll() is None, "the worker did not stay"
        said = sum(len(one.said) for one in acts.people)
        print(  # noqa: T201
            f"{said} messages, each stored once and in the same place for everybody;"
            f" {sum(one.openings for one in acts.people)} connections,"
            f" {sum(one.gaps for one in acts.people)} gaps healed,"
            f" {sum(one.reloads for one in acts.agents)} threads loaded again"
        )
    except BaseException:
        print(acts.web.log.read_text()[-4000:])  # noqa: T201
        raise
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        acts.worker.stop()
        await asyncio.to_thread(acts.web.stop)
