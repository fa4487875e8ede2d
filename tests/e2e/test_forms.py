"""What visitors are told and asked before their first message, at each of the three points."""

from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import asking
from chat.asking import Spec
from chat.models import Conversation, FieldKind, FieldMode, FormPoint, Visitor
from privacy import notices, purposes
from privacy.models import Consent, NoticeAcknowledgement, PurposeCategory
from tests.coverage import covers
from tests.e2e.conftest import PHONE, Employ, SetDown
from tests.e2e.test_accessibility import assert_accessible

WORDS = purposes.Words("News by e-mail", "Write to me once a month.", "your e-mail address")


@pytest.fixture
def asks(acme: Account, ana: Membership) -> None:
    """Acme asks for an address and a topic before the chat, has a purpose of its own, and wants its
    notice ticked."""
    topic = Spec(FieldKind.SELECT, "Topic", {}, "", ["Orders", "Repairs"], is_required=True)
    with tenant(acme.pk):
        asking.change(
            acme.pk,
            asks_before_chat=True,
            prechat_email=FieldMode.REQUIRED,
            requires_acknowledgement=True,
        )
        asking.add_field(acme.pk, FormPoint.PRECHAT, "topic", topic)
        purposes.declare_further(
            {acme.language: WORDS},
            account_id=acme.pk,
            category=PurposeCategory.NEWSLETTER,
            by=ana,
        )


def _told(account: Account, email: str = "") -> list[tuple[str, str]]:
    """The points at which this visitor was told, and how."""
    with tenant(account.pk):
        visitor = Visitor.objects.get(email=email)
        found = NoticeAcknowledgement.objects.filter(subject_id=visitor.pk)
        return list(found.values_list("point", "how"))


def _agreed(account: Account) -> list[Any]:
    with tenant(account.pk):
        return list(Consent.objects.values_list("state", flat=True))


@covers("S12", "S40", "S41", "S42", "R17")
def test_the_notice_stands_before_the_first_datum_at_each_point_and_ticks_are_apart_from_it(
    acme: Account, ana: Membership, asks: None, set_down: SetDown, employ: Employ
) -> None:
    with tenant(acme.pk):
        text = notices.wording(acme, "en").text
    offline = set_down(**PHONE)
    offline.visit()
    offline.open_chat()
    expect(offline.chat.get_by_text(text)).to_be_visible()
    expect(offline.chat.get_by_role("checkbox", name="News by e-mail")).not_to_be_checked()
    assert_accessible(offline.page, "the offline form")
    offline.composer.fill("Do you repair pots?")
    offline.submit()
    expect(offline.chat.get_by_text("Please tick this to go on.")).to_be_visible()
    expect(offline.chat.get_by_label("E-mail for our answer")).to_be_focused()
    assert_accessible(offline.page, "an incomplete form")
    offline.chat.get_by_label("E-mail for our answer").fill("ada@example.org")
    offline.chat.get_by_role("checkbox", name="I have read the privacy notice").check()
    offline.submit()
    expect(offline.chat.get_by_text("You left this while nobody was there")).to_be_visible()
    expect(offline.words).to_have_text(["Do you repair pots?"])
    expect(offline.states.last).to_contain_text("Sent")
    assert _told(acme, "ada@example.org") == [("offline", "ticked")]
    assert _agreed(acme) == []

    agent = employ(ana)
    asked = set_down()
    asked.visit()
    asked.open_chat()
    asked.write("Where is my parcel? 4111 1111 1111 1111")
    form = asked.chat.get_by_role("heading", name="Before we start")
    expect(form).to_be_visible()
    expect(asked.chat.get_by_text(text)).to_be_visible()
    expect(asked.chat.get_by_label("Your name")).to_be_focused()
    asked.chat.get_by_label("E-mail for our answer").fill("nell@example.org")
    asked.chat.get_by_role("button", name="Back").click()
    expect(asked.chat.get_by_text("Card and account numbers are hidden")).to_be_visible()
    expect(asked.composer).to_have_value("Where is my parcel? 4111 1111 1111 1111")
    asked.composer.press("Enter")
    expect(asked.chat.get_by_label("E-mail for our answer")).to_have_value("nell@example.org")
    asked.chat.get_by_label("Topic").select_option("Orders")
    asked.chat.get_by_role("checkbox", name="I have read the privacy notice").check()
    asked.chat.get_by_role("checkbox", name="News by e-mail").check()
    assert_accessible(asked.page, "the form before the chat")
    asked.chat.get_by_role("button", name="Start the chat").click()
    expect(asked.chat.get_by_text("Numbers were hidden")).to_be_visible()
    expect(agent.rows).to_have_count(2)
    assert _told(acme, "nell@example.org") == [("prechat", "ticked")]
    assert _agreed(acme) == ["given"]
    with tenant(acme.pk):
        talk = Conversation.objects.get(visitor__email="nell@example.org")
    assert [one["value"] for one in talk.answers] == ["Orders"]

    with tenant(acme.pk):
        asking.change(acme.pk, asks_before_chat=False, requires_acknowledgement=False)
    plain = set_down()
    plain.visit()
    plain.open_chat()
    expect(plain.chat.get_by_text(text)).to_be_visible()
    plain.write("Just a question")
    expect(agent.rows).to_have_count(3)
    assert _told(acme) == [("chat", "shown")]
