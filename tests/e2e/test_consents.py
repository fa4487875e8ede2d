"""Boxes where no form is asked, and what becomes of their ticks in the visitor's own hands."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from accounts import companies
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from privacy import purposes, registers
from privacy.models import Consent, ConsentRecord, PurposeCategory
from tests.coverage import covers
from tests.e2e.conftest import PHONE, SetDown
from tests.e2e.people import AgentAtWork
from tests.e2e.test_accessibility import assert_accessible
from tests.privacy.test_consent_files import COMPANY, REGISTERS

WORDS = purposes.Words("News by e-mail", "Write to me once a month.", "your e-mail address")


def _states(account: Account) -> list[Any]:
    with tenant(account.pk):
        return list(Consent.objects.values_list("state", flat=True))


@covers("S42", "R4", "R17")
def test_a_visitor_agrees_beside_the_message_keeps_a_receipt_and_takes_it_back(
    acme: Account, ana: Membership, agent: AgentAtWork, set_down: SetDown, tmp_path: Path
) -> None:
    registers.load(REGISTERS)
    with tenant(acme.pk):
        companies.name(acme, COMPANY, by=ana)
        purposes.declare_further(
            {acme.language: WORDS},
            account_id=acme.pk,
            category=PurposeCategory.NEWSLETTER,
            by=ana,
        )
    plain, visitor = set_down(), set_down(**PHONE)
    plain.visit()
    plain.open_chat()
    expect(plain.chat.get_by_text("Optional: News by e-mail")).to_be_visible()
    plain.write("Who does not look is asked nothing")
    expect(plain.states.last).to_contain_text("Delivered")
    assert _states(acme) == []

    visitor.visit()
    visitor.open_chat()
    chat = visitor.chat
    box = chat.get_by_role("checkbox", name="News by e-mail")
    expect(box).to_be_hidden()
    chat.locator("summary", has_text="Optional: News by e-mail").press("Enter")
    expect(box).not_to_be_checked()
    box.check()
    expect(chat.get_by_text("1 ticked")).to_be_visible()
    assert_accessible(visitor.page, "boxes beside the message")
    visitor.write("Do you repair pots?")
    expect(visitor.states.last).to_contain_text("Delivered")
    expect(chat.get_by_text("Optional:")).to_be_hidden()
    assert _states(acme) == ["given"]

    chat.get_by_role("button", name="My data").click()
    drawer = chat.get_by_role("dialog", name="My data")
    expect(drawer.get_by_role("heading", name="What you agreed to")).to_be_visible()
    drawer.get_by_text("Receipts").click()
    drawer.get_by_role("button", name="Agreed,").click()
    proof = chat.get_by_role("dialog", name="Receipt")
    expect(proof.get_by_text("Write to me once a month.")).to_be_visible()
    assert_accessible(visitor.page, "the receipt of a consent")
    with visitor.page.expect_download() as saved:
        proof.get_by_role("link", name="Save receipt").click()
    saved.value.save_as(tmp_path / "consent.json")
    with tenant(acme.pk):
        record = ConsentRecord.objects.get()
    written = json.loads((tmp_path / "consent.json").read_text())
    assert written["events"][0]["wording_sha256"] == record.text_digest
    proof.get_by_role("button", name="Back").last.click()

    drawer.get_by_role("button", name="Withdraw").click()
    expect(drawer.get_by_text("Withdrawn on")).to_be_visible()
    assert _states(acme) == ["withdrawn"]
    drawer.get_by_text("Receipts").click()
    expect(drawer.get_by_role("button", name="Withdrawn,")).to_be_visible()
    again = drawer.get_by_role("checkbox", name="News by e-mail")
    expect(again).not_to_be_checked()
    again.click()
    expect(drawer.get_by_text("Given on")).to_be_visible()
    expect(again).to_be_hidden()
    assert_accessible(visitor.page, "what was agreed to")
    assert _states(acme) == ["given"]
