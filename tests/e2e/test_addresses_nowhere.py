"""A whole session from one address, through a proxy that is trusted, and then a search for it."""

import os
import re
import socket
import subprocess
import sys
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from playwright.sync_api import Browser, Playwright, expect
from pytest_django import Settings

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import letters, technical
from chat.authors import Author
from chat.models import Conversation, ConversationMail, Visitor
from chat.technical import Kind
from privacy import copies, exports
from privacy.tasks import build_copy, build_export
from tests.conftest import PASSWORD
from tests.coverage import covers
from tests.e2e import sinks
from tests.e2e.conftest import CHROMIUM, Host
from tests.e2e.hosts import CHAT, HostShop
from tests.e2e.network import Network
from tests.e2e.people import AgentAtWork, VisitorAtHome
from tests.servers import ROOT, Web, database_url, start_web

ADDRESS = "203.0.113.77"
REQUEST = re.compile(rb"^(?:GET|POST|PUT|DELETE|OPTIONS|HEAD) \S+ HTTP/1\.1\r\n")


class Proxy(Network):
    """As a proxy in front of the platform: it says from where each request came."""

    def __init__(self, to_port: int) -> None:
        super().__init__(to_port)
        self.passed = 0

    def _carry(self, near: socket.socket) -> None:
        with near, suppress(OSError), socket.create_connection(("127.0.0.1", self.to_port)) as far:
            back = threading.Thread(target=self._pass, args=(far, near), daemon=True)
            back.start()
            self._pass(near, far)
            back.join()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(1 << 20):
                if found := REQUEST.match(chunk):
                    self.passed += 1
                    line = f"X-Forwarded-For: 198.51.100.9, {ADDRESS}\r\n".encode()
                    chunk = found[0] + line + chunk[found.end() :]
                sink.sendall(chunk)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@dataclass
class Place:
    """A web process of its own with everything that it writes."""

    web: Web
    proxy: Proxy
    var: Path
    browser: Browser
    logs: list[Path]

    def kept(self, account: Account) -> Iterator[tuple[str, bytes]]:
        """All that the session left, by where it lies."""
        yield from (("database", row) for _, row in sinks.rows(account))
        yield from (("redis", value) for _, value in sinks.redis_values())
        yield from (("files", file) for _, file in sinks.files(self.var, settings.MEDIA_ROOT))
        yield from (("logs", log.read_bytes()) for log in [self.web.log, *self.logs])
        metrics = Request(f"{self.web.url}/metrics", headers={"Host": "127.0.0.1"})  # noqa: S310
        with urlopen(metrics) as answer:  # noqa: S310  (ours)
            yield "metrics", answer.read()


@pytest.fixture
def place(
    playwright: Playwright, tmp_path: Path, reach: Callable[[Network], list[str]]
) -> Iterator[Place]:
    var = tmp_path / "var"
    web = start_web(
        {
            "PUBLIC_URL": CHAT,
            "TRUSTED_PROXIES": "1",
            "VAR_DIR": str(var),
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "DEBUG",
        }
    )
    with Proxy(web.port) as proxy:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=reach(proxy))
        yield Place(web, proxy, var, browser, [])
        browser.close()
    web.stop()


@pytest.fixture
def media(settings: Settings) -> Callable[[Path], None]:
    """Makes ours the files of another process: an export packs them."""

    def use(folder: Path) -> None:
        settings.MEDIA_ROOT = folder

    return use


def _live_through(place: Place, host: Host, member: Membership, tmp_path: Path) -> None:
    """A member logs in, a visitor writes, sends a file and leaves an address, both talk, a letter
    goes out, the conversation ends."""
    context = host(place.browser)
    agent = AgentAtWork(context, context.new_page(), member.account.slug)
    agent.page.goto(f"{CHAT}/login/")
    agent.page.locator("input[name=login]").fill(member.user.email)
    agent.page.get_by_label("Password", exact=True).fill(PASSWORD)
    agent.page.get_by_role("button", name="Log in").click()
    agent.wait_until_here()
    context = host(place.browser)
    visitor = VisitorAtHome(context, context.new_page())
    visitor.visit()
    visitor.open_chat()
    note = tmp_path / "note.txt"
    note.write_text("tea")
    visitor.write("Do you ship to Brno?")
    agent.open_first()
    agent.write("Yes, within two days.")
    expect(visitor.words).to_have_count(2)
    visitor.chat.locator("input[type=file]").set_input_files(note)
    expect(visitor.chat.get_by_text("note.txt")).to_be_visible()
    visitor.composer.fill("Here it is")
    # It can be pressed once the file has arrived.
    visitor.chat.get_by_role("button", name="Send", exact=True).click()
    expect(agent.words).to_have_count(3)
    visitor.page.evaluate("smartsupp('email', 'vera@example.org')")
    expect(agent.page.get_by_role("link", name="vera@example.org")).to_be_visible()
    visitor.page.goto("about:blank")
    agent.write("Thank you.")
    expect(agent.words).to_have_count(4)
    # Answered: closing asks no question.
    expect(agent.page.locator(".message--queued")).to_have_count(0)
    agent.page.locator("[data-close-conversation]").click()
    expect(agent.page.get_by_text("This conversation is closed.")).to_be_visible()


def _work(place: Place, member: Membership, tmp_path: Path) -> None:
    """A worker sends the letters, among them a transcript, all of which are due now."""
    account = member.account
    with tenant(account.pk):
        letters.transcript(
            Conversation.objects.get(), email="vera@example.org", by=Author.of_member(member)
        )
        ConversationMail.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        subprocess.run(
            [sys.executable, "-m", "tests.mail.worker", str(account.pk), "never"],
            cwd=ROOT,
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "chatapp.settings",
                "DATABASE_URL": database_url(),
                "REDIS_PREFIX": settings.REDIS_PREFIX,
                "VAR_DIR": str(place.var),
                "LOG_FORMAT": "json",
                "LOG_LEVEL": "DEBUG",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
            check=True,
            timeout=60,
        )
    place.logs.append(log)


def _left(account: Account, owner: Membership) -> Iterator[tuple[str, bytes]]:
    """What leaves with the account's export and with the visitor's copy, unpacked: packed, no
    spelling would be found in it."""
    with tenant(account.pk):
        export = exports.ask(account, by=owner)
        copy = copies.ask(Visitor.objects.get().pk, account_id=account.pk, by=owner)
    build_export(account_id=str(account.pk), export_id=str(export.pk))
    build_copy(account_id=str(account.pk), copy_id=str(copy.pk))
    with tenant(account.pk):
        export.refresh_from_db()
        copy.refresh_from_db()
    for where, kept in (("export", export.file), ("copy", copy.file)):
        with default_storage.open(str(kept)) as file, zipfile.ZipFile(file) as archive:
            yield from ((where, archive.read(name)) for name in archive.namelist())


@covers("S54", "S55")
@pytest.mark.parametrize("stores", [False, True], ids=["off", "on"])
def test_a_session_leaves_its_address_only_where_the_account_asked_for_it(
    place: Place,
    host: Host,
    shop: HostShop,
    ana: Membership,
    tmp_path: Path,
    media: Callable[[Path], None],
    stores: bool,
) -> None:
    """A60, S54, S55. With the switch on, the search finds the address in the database and in what is
    made of it: so it would have found it there, and the proxy did say it."""
    account = ana.account
    if stores:
        with tenant(account.pk):
            technical.choose(account, list(Kind), by=None)

    _live_through(place, host, ana, tmp_path)
    _work(place, ana, tmp_path)
    media(place.var / "media")

    assert any(settings.MAIL_DIR.name in path for path, _ in sinks.files(place.var)), "no letter"
    looked_at: Counter[str] = Counter()
    hits = set()
    for where, content in chain(place.kept(account), _left(account, ana)):
        looked_at[where] += 1
        hits |= {(where, spelling) for spelling in sinks.found_in(content, ADDRESS)}
    places = {"database", "redis", "files", "logs", "metrics", "export", "copy"}
    assert set(looked_at) == places, looked_at
    assert place.proxy.passed > 10
    stored = {"database", "export", "copy"} if stores else set()
    assert {where for where, _ in hits} == stored, hits


@pytest.mark.parametrize("name", sinks.spellings(ADDRESS))
def test_the_search_finds_each_spelling(name: str) -> None:
    spelling = sinks.spellings(ADDRESS)[name]

    assert name in sinks.found_in(b'{"from": "' + spelling + b'", "to": 3}', ADDRESS)


def test_the_search_finds_nothing_where_nothing_is() -> None:
    assert sinks.found_in(b"203.0.113.78 13405803853 cb00714e", ADDRESS) == []
