"""A visitor whose every word is a mark chats, gets letters and is erased by the processes that serve
people; then all that these processes keep and have printed is read."""

import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, Playwright, expect

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import letters
from chat.authors import Author
from chat.models import Conversation, ConversationMail, Visitor
from chat.tasks import send_letters
from privacy.models import ErasureReceipt, SubjectCopy
from tests.coverage import covers
from tests.e2e import sinks
from tests.e2e.conftest import CHROMIUM, PATIENCE, Host, log_in
from tests.e2e.hosts import CHAT, HostShop
from tests.e2e.network import Network
from tests.e2e.people import AgentAtWork, VisitorAtHome
from tests.servers import Background, Web, database_url, start_web

MARKS = {
    "name": "Wilhelmina Quokka",
    "e-mail": "wilhelmina.quokka@example.org",
    "phone": "+420 600 271 828",
    "message": "narwhal-letter-to-a-lighthouse",
    "variable": "axolotl-basket-314159",
    "file name": "pangolin-receipt.txt",
    "file": "okapi-content-of-a-file",
    "page": "/teapots-for-capybaras",
}


@dataclass
class Place:
    """Web and worker of their own, and everything that they write."""

    web: Web
    background: Background
    var: Path
    browser: Browser

    def kept(self, account: Account) -> Iterator[tuple[str, bytes]]:
        """All that there is, by where it lies."""
        yield from (("database", row) for _, row in sinks.rows(account))
        yield from (("redis", value) for _, value in sinks.redis_values())
        yield from (("files", file) for _, file in sinks.files(self.var, settings.MEDIA_ROOT))
        yield "web", self.web.log.read_bytes()
        yield "worker", self.background.log.read_bytes()
        servers = settings.VAR_DIR.parent / "servers"
        yield from (("postgres", log.read_bytes()) for log in servers.rglob("*.log"))

    def hits(self, account: Account, marks: dict[str, str]) -> dict[str, set[str]]:
        """Where which mark is found; every place is in it, also with none."""
        found: dict[str, set[str]] = defaultdict(set)
        for where, content in self.kept(account):
            found[where] |= {name for name, mark in marks.items() if mark.encode() in content}
        return found


@pytest.fixture
def place(
    playwright: Playwright, tmp_path: Path, reach: Callable[[Network], list[str]]
) -> Iterator[Place]:
    var = tmp_path / "var"
    environment = {
        "PUBLIC_URL": CHAT,
        "VAR_DIR": str(var),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "DEBUG",
        "WORKER_PROCESSES": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    with ExitStack() as until_the_end:
        web = start_web(environment)
        until_the_end.callback(web.stop)
        # As in production: on a laptop the worker shows whole letters in the console.
        of_worker = {**web.environment, "DATABASE_URL": database_url(), "DEBUG": "0"}
        background = Background(of_worker, tmp_path / "worker.log")
        until_the_end.callback(background.kill_all)
        background.start("worker")
        network = until_the_end.enter_context(Network(web.port))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=reach(network))
        until_the_end.callback(browser.close)
        yield Place(web, background, var, browser)


def _tell_all(place: Place, host: Host, shop: HostShop, owner: Membership, tmp: Path) -> Page:
    """The visitor says everything that a visitor can say, and leaves. Returns the owner's page."""
    shop.extra[MARKS["page"]] = ""
    context = host(place.browser)
    log_in(context, owner)
    agent = AgentAtWork(context, context.new_page(), owner.account.slug)
    agent.enter()
    context = host(place.browser)
    visitor = VisitorAtHome(context, context.new_page())
    visitor.visit(MARKS["page"])
    visitor.open_chat()
    visitor.write(MARKS["message"])
    agent.open_first()
    for command in ("name", "e-mail", "phone"):
        told = [command.replace("-", ""), MARKS[command]]
        visitor.page.evaluate("told => smartsupp(...told)", told)
    visitor.page.evaluate("basket => smartsupp('variables', {basket})", MARKS["variable"])
    note = tmp / MARKS["file name"]
    note.write_text(MARKS["file"])
    visitor.chat.locator("input[type=file]").set_input_files(note)
    expect(visitor.chat.get_by_text(MARKS["file name"])).to_be_visible()
    visitor.composer.fill("Here it is")
    visitor.chat.get_by_role("button", name="Send", exact=True).click()
    expect(agent.words).to_have_count(2)
    expect(agent.page.get_by_role("link", name=MARKS["e-mail"])).to_be_visible()
    expect(agent.page.get_by_text(MARKS["variable"])).to_be_visible()
    visitor.page.goto("about:blank")
    return agent.page


def _post(account: Account) -> None:
    """A transcript that is due, handed to the worker's queue."""
    with tenant(account.pk):
        conversation = Conversation.objects.get()
        owner = Membership.objects.get(account=account, role="owner")
        letters.transcript(conversation, email=MARKS["e-mail"], by=Author.of_member(owner))
        ConversationMail.objects.update(due_at=timezone.now() - timedelta(minutes=1))
        send_letters.after_commit(account_id=account.pk)


def _until(is_so: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + PATIENCE / 1000
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _is_erased(account: Account) -> bool:
    with tenant(account.pk):
        return ErasureReceipt.objects.exists()


@covers("S73", page="/app/<slug>/settings/privacy/people/")
def test_after_an_erasure_no_process_has_kept_or_printed_anything_of_the_person(
    place: Place, host: Host, shop: HostShop, ana: Membership, tmp_path: Path
) -> None:
    """A57. Before it the same search finds every mark: so it would have found what is left."""
    account = ana.account
    page = _tell_all(place, host, shop, ana, tmp_path)
    with tenant(account.pk):
        visitor = Visitor.objects.get()
    marks = {**MARKS, "number": visitor.public_id, "id": str(visitor.pk), "hex": visitor.pk.hex}
    _post(account)
    page.get_by_role("link", name="Their data").click()
    page.get_by_role("button", name="Make a copy").click()
    expect(page.get_by_role("link", name="Download")).to_be_visible()
    _until(lambda: any(settings.MAIL_DIR.name in name for name, _ in sinks.files(place.var)))
    before = place.hits(account, marks)
    assert before["database"] >= {*MARKS, "number", "id"} - {"file", "page"}, before
    assert before["redis"] >= {"page", "number"}, before
    assert before["files"] >= {"message", "e-mail", "file"}, before

    page.get_by_label("I understand that nothing can bring it back.").check()
    page.get_by_role("button", name="Erase this person").click()
    _until(lambda: _is_erased(account))

    after = place.hits(account, marks)
    assert {"database", "redis", "web", "worker", "postgres"} <= set(after)
    assert not {where: sorted(names) for where, names in after.items() if names}
    assert place.background.log.stat().st_size > 0
    with tenant(account.pk):
        assert not SubjectCopy.objects.exists()
