"""Forms over the socket: questions in the welcome, answers with the first message, in one piece."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import pytest
from channels.db import database_sync_to_async

from accounts import ratelimits
from accounts.models import Account, Membership
from chat import asking, visitors
from chat.asking import Spec
from chat.models import (
    Conversation,
    FieldKind,
    FieldMode,
    FormPoint,
    MailKind,
    Message,
    Visitor,
)
from privacy import consents, purposes
from privacy.models import ConsentRecord, NoticeAcknowledgement, PurposeCategory
from privacy.purposes import Words
from tests.coverage import covers
from tests.sockets.conftest import OpenVisitor

pytestmark = [pytest.mark.asyncio, pytest.mark.django_db(transaction=True)]

Inside = Callable[[], AbstractContextManager[None]]
JANA = {"name": "Jana", "email": "jana@example.org"}


@pytest.fixture
def asks(acme: Account, inside: Inside) -> None:
    """Acme asks before the chat: an address, and for what order it is."""
    spec = Spec(FieldKind.TEXT, "Order number", {}, "", [], is_required=False)
    with inside():
        asking.change(acme.pk, asks_before_chat=True, prechat_email=FieldMode.REQUIRED)
        asking.add_field(acme.pk, FormPoint.PRECHAT, "order", spec)


@pytest.fixture
def newsletter(acme: Account, ana: Membership, inside: Inside) -> None:
    """Acme asks for a consent."""
    with inside():
        purposes.declare_further(
            {"en": Words("Newsletter", "Write to me once a month.", "your e-mail address")},
            account_id=acme.pk,
            category=PurposeCategory.NEWSLETTER,
            months_valid=12,
            by=ana,
        )


def _prechat(**values: Any) -> dict[str, Any]:
    return {"point": "prechat", "values": values}


async def _stored(inside: Inside) -> tuple[list[dict[str, str]], list[Any], int]:
    """What is known of visitors, the answers of conversations, and the number of messages."""

    def look() -> tuple[list[dict[str, str]], list[Any], int]:
        with inside():
            return (
                [{"name": one.name, "email": one.email} for one in Visitor.objects.all()],
                list(Conversation.objects.values_list("answers", flat=True)),
                Message.objects.count(),
            )

    return await database_sync_to_async(look)()


@covers("S69")
async def test_the_form_and_the_first_message_are_stored_in_one_piece(
    visit: OpenVisitor, inside: Inside, asks: None
) -> None:
    device = await visit()
    asked = [one["key"] for one in device.welcome["forms"]["prechat"]]

    answer = await device.say("Where is it?", form=_prechat(**JANA, order="B-1042"))

    assert asked == ["name", "email", "order"]
    assert answer["type"] == "ack"
    people, answers, messages = await _stored(inside)
    assert people == [JANA]
    assert [one["value"] for one in answers[0]] == ["B-1042"]
    assert messages == 1


@covers("S23")
@pytest.mark.parametrize("form", [None, _prechat(name="Jana", order="B-1042")])
async def test_a_first_message_without_what_is_required_is_refused_by_field_and_leaves_nothing(
    visit: OpenVisitor, inside: Inside, asks: None, form: dict[str, Any] | None
) -> None:
    device = await visit()

    answer = await device.say("Where is it?", form=form)

    assert (answer["type"], answer["code"], answer["field"]) == ("refused", "invalid", "email")
    assert await _stored(inside) == ([], [], 0)


async def test_the_refused_message_is_stored_once_the_answer_is_there(
    visit: OpenVisitor, inside: Inside, asks: None
) -> None:
    device = await visit()
    frame = {"type": "message", "id": str(uuid4()), "body": "Where is it?"}
    await device.ask(frame)

    for _again in range(2):
        answer = await device.ask({**frame, "form": _prechat(**JANA)})

    assert answer["type"] == "ack"
    assert (await _stored(inside))[2] == 1


async def test_what_the_page_said_of_the_visitor_need_not_be_asked(
    visit: OpenVisitor, inside: Inside, asks: None
) -> None:
    device = await visit()
    await device.ask({"type": "identify", "id": str(uuid4()), "email": "jana@example.org"})

    answer = await device.say("Where is it?")

    again = await visit(device.token)
    assert answer["type"] == "ack"
    assert [one["key"] for one in again.welcome["forms"]["prechat"]] == ["name", "order"]


async def test_a_running_conversation_is_not_held_up(
    visit: OpenVisitor, inside: Inside, asks: None
) -> None:
    device = await visit()
    await device.say("Where is it?", form=_prechat(**JANA))

    answer = await device.say("Hello?")

    assert answer["type"] == "ack"


@covers("S12")
async def test_an_offline_message_is_marked_for_both_sides(
    visit: OpenVisitor, inside: Inside
) -> None:
    device = await visit()

    answer = await device.say("Call me", form={"point": "offline", "values": JANA})

    said = answer["change"]["messages"]
    assert [one["event"] and one["event"]["name"] for one in said] == ["offline_message", None]
    assert (await _stored(inside))[0] == [JANA]


@covers("S12", "R17")
@pytest.mark.parametrize("point", ["prechat", "offline", "chat"])
async def test_the_showing_of_the_notice_is_recorded_at_each_point(
    visit: OpenVisitor, inside: Inside, point: str
) -> None:
    device = await visit()
    version = device.welcome["forms"]["notice"]["version"]
    form = None if point == "chat" else {"point": point, "values": JANA}

    await device.say("Hello", form=form, notice={"version": version, "how": "shown"})

    def look() -> list[tuple[str, str]]:
        with inside():
            return list(NoticeAcknowledgement.objects.values_list("point", "how"))

    assert await database_sync_to_async(look)() == [(point, "shown")]


async def test_where_the_tick_is_required_no_conversation_begins_without_it(
    acme: Account, visit: OpenVisitor, inside: Inside
) -> None:
    def require() -> None:
        with inside():
            asking.change(acme.pk, requires_acknowledgement=True)

    await database_sync_to_async(require)()
    device = await visit()
    forms = device.welcome["forms"]
    version = forms["notice"]["version"]

    answers = [
        await device.say("Hello", **told)
        for told in (
            {},
            {"notice": {"version": version, "how": "shown"}},
            {"notice": {"version": version, "how": "ticked"}},
            {},
        )
    ]

    assert forms["requires_acknowledgement"]
    assert [one.get("code", "ack") for one in answers] == [*["notice_required"] * 2, "ack", "ack"]
    again = await visit(device.token)
    assert not again.welcome["forms"]["requires_acknowledgement"]


@covers("R17")
async def test_words_that_have_changed_hold_no_message_up_and_prove_nothing(
    acme: Account, visit: OpenVisitor, inside: Inside, newsletter: None
) -> None:
    def require() -> None:
        with inside():
            asking.change(acme.pk, requires_acknowledgement=True)

    await database_sync_to_async(require)()
    device = await visit(language="en")
    (box,) = device.welcome["forms"]["consents"]
    ticked = {"purpose": box["purpose"], "version": box["version"]}
    changed = {"version": "0" * 64, "how": "ticked"}

    answer = await device.say("Hello", notice=changed, consents=[ticked])

    def look() -> tuple[int, list[str]]:
        with inside():
            consented = ConsentRecord.objects.values_list("notice_digest", flat=True)
            return NoticeAcknowledgement.objects.count(), list(consented)

    assert answer["type"] == "ack"
    assert await database_sync_to_async(look)() == (0, [""])
    again = await visit(device.token)
    assert again.welcome["forms"]["requires_acknowledgement"]


@covers("S42", "R17")
async def test_ticked_boxes_become_consents_and_others_hold_nothing_up(
    visit: OpenVisitor, inside: Inside, newsletter: None
) -> None:
    device = await visit(language="en", page={"url": "https://shop.test/tea?email=a", "title": ""})
    (box,) = device.welcome["forms"]["consents"]
    ticked = {"purpose": box["purpose"], "version": box["version"]}
    stale = {**ticked, "version": "0" * 64}

    first = await device.say("Hello", consents=[stale])
    second = await device.say("Yes, please", consents=[ticked])

    def look() -> list[tuple[str, str]]:
        with inside():
            return list(ConsentRecord.objects.values_list("state", "page_url"))

    assert [first["type"], second["type"]] == ["ack", "ack"]
    assert await database_sync_to_async(look)() == [("given", "https://shop.test/tea")]
    again = await visit(device.token)
    assert again.welcome["forms"]["consents"] == []


async def test_offline_messages_of_one_visitor_are_bounded(visit: OpenVisitor) -> None:
    """A51: nobody fills the account's mailboxes."""
    device = await visit()
    form = {"point": "offline", "values": JANA}

    answers = [await device.say(f"Call me {number}", form=form) for number in range(6)]

    assert [one["type"] for one in answers] == ["ack"] * 5 + ["refused"]
    assert answers[-1]["code"] == "too_many"


async def test_others_behind_the_same_address_take_away_letters_and_no_messages(
    ana: Membership, visit: OpenVisitor, inside: Inside
) -> None:
    """A51: an office has one address for many people."""
    form = {"point": "offline", "values": JANA}
    answers = []
    for _person in range(ratelimits.OFFLINE_MESSAGE_FROM.burst // 5 + 1):
        device = await visit()
        answers += [await device.say("Call me", form=form) for _number in range(5)]

    def look() -> list[str]:
        with inside():
            last = Conversation.objects.latest("created_at")
            return list(last.mails.values_list("kind", flat=True))

    assert {one["type"] for one in answers} == {"ack"}
    assert await database_sync_to_async(look)() == [MailKind.VISITOR_WAITS]


async def test_a_visitor_sees_that_numbers_were_hidden(visit: OpenVisitor) -> None:
    device = await visit()

    masked = await device.say("It is 4111 1111 1111 1111")
    plain = await device.say("Thanks")

    assert masked["change"]["messages"][0]["is_masked"]
    assert not plain["change"]["messages"][0]["is_masked"]


@covers("S42", "R4")
async def test_a_message_sent_again_gives_no_consent_again_and_corrects_nothing(
    visit: OpenVisitor, inside: Inside, newsletter: None
) -> None:
    device = await visit(language="en")
    (box,) = device.welcome["forms"]["consents"]
    ticked = {"purpose": box["purpose"], "version": box["version"]}
    frame = {
        "type": "message",
        "id": str(uuid4()),
        "body": "Yes, please",
        "email": "jana@example.org",
        "consents": [ticked],
    }
    await device.ask(frame)

    def change_mind() -> None:
        with inside():
            visitor = Visitor.objects.get()
            consents.withdraw(visitor.pk, UUID(box["purpose"]))
            visitors.identify(visitor, email="")

    await database_sync_to_async(change_mind)()
    again = await device.ask(frame)

    def look() -> list[str]:
        with inside():
            return list(ConsentRecord.objects.order_by("pk").values_list("state", flat=True))

    assert again["type"] == "ack"
    assert await database_sync_to_async(look)() == ["given", "withdrawn"]
    assert (await _stored(inside))[0] == [{"name": "", "email": ""}]


async def test_a_message_sent_again_is_answered_although_the_form_has_changed_and_is_spent(
    acme: Account, visit: OpenVisitor, inside: Inside
) -> None:
    device = await visit()
    form = {"point": "offline", "values": JANA}
    frame = {"type": "message", "id": str(uuid4()), "body": "Call me", "form": form}
    await device.ask(frame)
    for _more in range(ratelimits.OFFLINE_MESSAGE.burst):
        await device.say("Call me", form=form)
    spec = Spec(FieldKind.TEXT, "Order number", {}, "", [], is_required=True)

    def ask_more() -> None:
        with inside():
            asking.add_field(acme.pk, FormPoint.OFFLINE, "order", spec)

    await database_sync_to_async(ask_more)()
    answer = await device.ask(frame)

    assert answer["type"] == "ack"
