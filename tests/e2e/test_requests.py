"""Somebody asks for their data on the public page, proves who they are, and takes them home."""

import re
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, expect

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat.models import Conversation
from privacy.models import SubjectCopy
from privacy.tasks import build_copy, send_request_letters
from tests.coverage import covers
from tests.e2e.conftest import Employ, Host
from tests.e2e.hosts import CHAT
from tests.e2e.test_accessibility import assert_accessible
from tests.mail.mailbox import Mailbox, part

NELL = "nell@example.org"


@pytest.fixture
def work() -> Callable[..., None]:
    """What the worker does; not in this thread, in which the browser's loop runs."""

    def run(task: Callable[..., None], **ids: str) -> None:
        def carry_out() -> None:
            try:
                task(**ids)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            pool.submit(carry_out).result(timeout=30)

    return run


@covers("S73", "R3", page="/privacy/requests/<key>/")
def test_a_person_asks_is_answered_and_takes_their_data_home(
    acme: Account,
    ana: Membership,
    new_conversation: Callable[..., Conversation],
    host: Host,
    visitors_browser: Browser,
    employ: Employ,
    work: Callable[..., None],
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.EMAIL_BACKEND = "chat.mail.ConsoleAndFileBackend"
    settings.MAIL_DIR = tmp_path / "mail"
    new_conversation("Where is my parcel?", name="Nell", email=NELL)
    account = {"account_id": str(acme.pk)}

    context = host(visitors_browser, accept_downloads=True)
    page = context.new_page()
    page.goto(f"{CHAT}/privacy/requests/{acme.public_key}/")
    assert_accessible(page, "the form")
    page.get_by_label("A copy of my data").check()
    page.get_by_label("Your e-mail address").fill(NELL)
    page.get_by_role("button", name="Send the request").click()
    work(send_request_letters, **account)
    page.get_by_label("Code").fill(_code(settings.MAIL_DIR))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
    assert_accessible(page, "the request")
    assert context.cookies() == []

    desk = employ(ana).page
    desk.goto(f"{CHAT}/app/acme/settings/privacy/requests/")
    assert_accessible(desk, "the desk")
    desk.get_by_role("link", name=re.compile("^Show")).click()
    desk.get_by_role("button", name="It is this person").click()
    desk.get_by_role("button", name="Make a copy").click()
    with tenant(acme.pk):
        copy = SubjectCopy.objects.get()
    work(build_copy, copy_id=str(copy.pk), **account)
    expect(desk.get_by_text("Ready")).to_be_visible()
    assert_accessible(desk, "a request")
    desk.get_by_role("link", name="Write the answer").click()
    expect(desk.get_by_label("Letter")).to_have_value(re.compile("Hello"))
    desk.get_by_role("button", name="Send").click()
    expect(desk.get_by_role("link", name="Proof")).to_be_visible()
    work(send_request_letters, **account)

    page.goto(_link(settings.MAIL_DIR))
    page.get_by_role("button", name="Send me a code").click()
    work(send_request_letters, **account)
    # On another device, where the letter is read.
    page = host(visitors_browser, accept_downloads=True).new_page()
    page.goto(_link(settings.MAIL_DIR))
    assert_accessible(page, "the link of the letter")
    page.get_by_role("button", name="Yes, it was me: go on").click()
    expect(page.get_by_role("heading", name="Your data are ready")).to_be_visible()
    assert_accessible(page, "what is ready")
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Look at it").click()
    expect(popup.value.get_by_text("Where is my parcel?")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("^Download")).click()
    archive = zipfile.ZipFile(download.value.path())
    assert "Where is my parcel?" in archive.read("data.html").decode()
    page.get_by_role("button", name="Ask for all of it to be deleted").click()
    expect(page.get_by_role("heading", name="We have your request")).to_be_visible()
    expect(page.get_by_text("Deletion of my data")).to_be_visible()


def _texts(folder: Path) -> list[str]:
    """What was written, the newest first."""
    files = sorted(folder.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    newest = [file.stem for file in files]
    letters = {
        one["Message-ID"].strip("<>").partition("@")[0]: one for one in Mailbox(folder).letters
    }
    return [part(letters[name], "plain") for name in newest]


def _code(folder: Path) -> str:
    found = re.search(r"^\d{6}\s*$", _texts(folder)[0], re.MULTILINE)
    assert found
    return found[0].strip()


def _link(folder: Path) -> str:
    found = re.search(r"^https?://\S+/privacy/request/\S+", _texts(folder)[0], re.MULTILINE)
    assert found
    return found[0]
