"""A visitor looks into their own data: sees, corrects, copies and deletes them, alone."""

import json
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Account, Membership, Role
from accounts.tenancy import tenant
from chat.models import Visitor
from privacy import restrictions
from privacy.models import ErasureReceipt, RestrictionGround, SubjectCopy
from privacy.tasks import build_copy, finish_erasures
from tests.coverage import covers
from tests.e2e.people import AgentAtWork, VisitorAtHome
from tests.e2e.test_accessibility import assert_accessible


def _work(task: Callable[..., Any], **given: Any) -> None:
    """What the worker does; not in this thread, in which the browser's loop runs."""

    def run() -> None:
        try:
            task(**given)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result(timeout=30)


def _restrict(*, account_id: UUID) -> None:
    with tenant(account_id):
        restrictions.place(
            [Visitor.objects.get().pk],
            ground=RestrictionGround.ACCURACY,
            by=Membership.objects.filter(account=account_id, role=Role.OWNER)[0],
            now=timezone.now(),
        )


@covers("R8", "R9", "S73")
def test_a_visitor_sees_corrects_copies_and_deletes_what_is_kept_of_them(
    acme: Account, agent: AgentAtWork, visitor: VisitorAtHome, tmp_path: Path
) -> None:
    """A57"""
    visitor.visit()
    visitor.open_chat()
    chat, page = visitor.chat, visitor.page
    chat.get_by_role("button", name="My data").click()
    drawer = chat.get_by_role("dialog", name="My data")
    expect(drawer.get_by_text("Nothing is stored about you")).to_be_visible()
    elsewhere = drawer.get_by_role("link", name="Ask for your data by e-mail")
    expect(elsewhere).to_have_attribute("href", f"/privacy/requests/{acme.public_key}/")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(chat.get_by_role("button", name="My data")).to_be_focused()

    visitor.write("Where is my parcel?")
    agent.open_first()
    agent.write("In Brno.")
    expect(visitor.words).to_have_count(2)
    chat.get_by_role("button", name="More").press("Enter")
    chat.get_by_role("button", name="My data").first.press("Enter")
    expect(drawer.get_by_text("all of it is deleted on")).to_be_visible()
    expect(drawer.get_by_role("listitem").filter(has_text="Ana")).to_be_visible()
    drawer.locator("summary", has_text="Messages").press("Enter")
    expect(drawer.get_by_text("Where is my parcel?")).to_be_visible()
    assert_accessible(page, "my data")

    drawer.get_by_role("button", name="Correct what you said").click()
    correct = chat.get_by_role("dialog", name="Correct")
    correct.get_by_label("Name").fill("Nell")
    correct.get_by_label("E-mail").fill("nobody")
    correct.get_by_role("button", name="Save").click()
    expect(correct.get_by_role("alert")).to_contain_text("does not look like an e-mail address")
    assert_accessible(page, "correcting")
    correct.get_by_label("E-mail").fill("nell@example.org")
    correct.get_by_role("button", name="Save").click()
    expect(correct.get_by_text("Saved.")).to_be_visible()
    expect(agent.page.get_by_text("nell@example.org")).to_be_visible()
    correct.get_by_role("button", name="Back").first.click()

    # What is restricted leaves the open inbox at once, and comes back when its visitor allows it.
    _work(_restrict, account_id=acme.pk)
    expect(agent.page.get_by_text("These data are not used")).to_be_visible()
    expect(agent.page.get_by_text("nell@example.org")).to_have_count(0)
    page.keyboard.press("Escape")
    chat.get_by_role("button", name="More").press("Enter")
    chat.get_by_role("button", name="My data").first.press("Enter")
    expect(drawer.get_by_text("and does not use them, as you asked")).to_be_visible()
    assert_accessible(page, "my data, restricted")
    drawer.get_by_role("button", name="Allow the use again").click()
    expect(drawer.get_by_text("all of it is deleted on")).to_be_visible()
    expect(agent.page.get_by_text("nell@example.org")).to_be_visible()

    drawer.get_by_role("button", name="Get a copy").click()
    expect(drawer.get_by_text("Your copy is being made.")).to_be_visible()
    with tenant(acme.pk):
        copy = SubjectCopy.objects.get()
    _work(build_copy, account_id=str(acme.pk), copy_id=str(copy.pk))
    with page.expect_download() as copied:
        drawer.get_by_role("link", name="Download").click()
    copied.value.save_as(tmp_path / "copy.zip")
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        assert "Where is my parcel?" in archive.read("data.html").decode()

    number = visitor.kept_number
    assert number
    drawer.get_by_role("button", name="Delete everything").click()
    expect(chat.get_by_text("Nobody can bring it back.")).to_be_visible()
    assert_accessible(page, "before deleting")
    chat.get_by_role("button", name="Delete for good").click()
    deleted = chat.get_by_role("dialog", name="Deleted")
    expect(deleted.get_by_text("The last files are being deleted.")).to_be_visible()
    _work(finish_erasures, account_id=str(acme.pk))
    with tenant(acme.pk):
        assert not Visitor.objects.exists()
        receipt = ErasureReceipt.objects.get()
    expect(deleted.get_by_text(receipt.reference)).to_be_visible()
    assert_accessible(page, "the receipt")
    with page.expect_download() as saved:
        deleted.get_by_role("link", name="Save receipt").click()
    saved.value.save_as(tmp_path / "receipt.json")
    assert json.loads((tmp_path / "receipt.json").read_text())["sha256"] == receipt.digest
    deleted.get_by_role("button", name="Close").last.click()
    assert visitor.context.cookies() == []
    assert page.evaluate("sessionStorage.length") == 0

    expect(visitor.words).to_have_count(0)
    visitor.write("I have one more question")
    expect(visitor.states.last).to_contain_text("Delivered")
    assert visitor.kept_number not in {None, number}
