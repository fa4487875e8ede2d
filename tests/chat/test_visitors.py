"""Visitors: what they say of themselves is kept, bounded, and proves nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import Account, Membership
from chat import conversations, identity, visitors, wire
from chat.authors import Author
from chat.models import Conversation, Visitor
from chat.refusals import RefusedError
from chat.visitors import VisitorDetails


def test_a_visitor_is_made_once_with_what_was_known(acme: Account, inside_acme: None) -> None:
    public_id = identity.new_visitor_id()
    details = VisitorDetails(name="Iva", email="iva@example.org", browser="Firefox", os="Linux")

    first = visitors.ensure(acme.pk, public_id, details)
    second = visitors.ensure(acme.pk, public_id, VisitorDetails(name="Somebody else"))

    assert first == second
    assert (second.name, second.email, second.browser) == ("Iva", "iva@example.org", "Firefox")
    assert visitors.find(public_id) == first
    assert visitors.find(identity.new_visitor_id()) is None


def test_what_a_browser_says_is_cut_to_its_column(acme: Account, inside_acme: None) -> None:
    """A28: no header makes a first message fail."""
    long = VisitorDetails(language="x" * 999, browser="y" * 999, os="z\0" * 99, time_zone="t" * 999)

    visitor = visitors.ensure(acme.pk, identity.new_visitor_id(), long)

    visitor.refresh_from_db()
    assert (len(visitor.language), len(visitor.browser)) == (35, 60)
    assert "\0" not in visitor.os


def test_the_same_address_does_not_make_the_same_person(
    new_visitor: Callable[..., Visitor], inside_acme: None
) -> None:
    """A10."""
    iva = new_visitor(email="iva@example.org")
    claims_to_be_iva = new_visitor(email="iva@example.org")
    conversations.open_for(iva)

    assert claims_to_be_iva != iva
    assert conversations.latest(claims_to_be_iva) is None


def test_identifying_is_told_with_the_conversation(
    conversation: Conversation, inside_acme: None
) -> None:
    event = visitors.identify(conversation.visitor, name=" Iva ", email="iva@example.org")

    assert event is not None
    assert event.change == wire.Change.VISITOR_IDENTIFIED
    assert event.inbox.conversation.visitor.name == "Iva"
    assert event.visitor.visitor.email == "iva@example.org"
    assert event.inbox.conversation.version == conversation.version + 1


def test_identifying_with_the_same_changes_nothing(
    conversation: Conversation, inside_acme: None
) -> None:
    visitors.identify(conversation.visitor, name="Iva", variables={"cart": 3})

    assert visitors.identify(conversation.visitor, name="Iva", variables={"cart": 3}) is None


def test_identifying_before_the_first_message_is_stored_and_told_nobody(
    new_visitor: Callable[..., Visitor], inside_acme: None
) -> None:
    visitor = new_visitor()

    assert visitors.identify(visitor, name="Iva") is None
    visitor.refresh_from_db()
    assert visitor.name == "Iva"


def test_what_is_absent_stays_and_what_is_empty_goes(
    conversation: Conversation, inside_acme: None
) -> None:
    visitors.identify(conversation.visitor, name="Iva", phone="+420 123")

    event = visitors.identify(conversation.visitor, phone="")

    assert event is not None
    assert (event.visitor.visitor.name, event.visitor.visitor.phone) == ("Iva", "")


def test_variables_merge_by_name_and_null_removes(
    conversation: Conversation, inside_acme: None
) -> None:
    visitors.identify(conversation.visitor, variables={"cart": 3, "vip": True})

    event = visitors.identify(
        conversation.visitor,
        variables={"cart": None, "order": {"label": "Order", "value": "A-17"}},
    )

    assert event is not None
    assert event.inbox.conversation.visitor.variables == {
        "vip": True,
        "order": {"label": "Order", "value": "A-17"},
    }


@pytest.mark.parametrize(
    "said",
    [
        {"name": "x" * 256},
        {"email": "no address"},
        {"email": "x" * 250 + "@example.org"},
        {"phone": "1" * 51},
        {"variables": {f"v{n}": n for n in range(101)}},
        {"variables": {"x" * 65: 1}},
        {"variables": {"": 1}},
        {"variables": {"x": "y" * 1001}},
        {"variables": {"x": ["list"]}},
        {"variables": {"x": {"deep": {"deeper": {}}}}},
        {"variables": {"x": {"label": "L", "value": {"label": "L", "value": 1}}}},
        {"variables": {"x": float("nan")}},
        {"variables": {"x": float("inf")}},
        {"variables": {"x": 10**30}},
    ],
    ids=str,
)
def test_what_is_too_much_or_of_another_shape_is_refused(
    conversation: Conversation, inside_acme: None, said: dict[str, Any]
) -> None:
    """A28."""
    with pytest.raises(RefusedError) as refused:
        visitors.identify(conversation.visitor, **said)

    assert refused.value.code == wire.Refusal.INVALID
    assert Conversation.objects.get(pk=conversation.pk).version == conversation.version


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("I\0v\ud800a", "Iva"),
    ],
)
def test_names_and_variables_are_text(
    conversation: Conversation, inside_acme: None, said: str, stored: str
) -> None:
    """A24, A28."""
    event = visitors.identify(conversation.visitor, name=said, variables={said: said})

    assert event is not None
    assert event.inbox.conversation.visitor.name == stored
    assert event.inbox.conversation.visitor.variables == {stored: stored}


def test_blocking_is_told_and_can_be_taken_back(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    visitor: Visitor = conversation.visitor

    blocked = visitors.block(visitor, by=ana)
    again = visitors.block(visitor, by=ana)
    unblocked = visitors.unblock(visitor, by=ana)

    assert blocked is not None
    assert unblocked is not None
    assert blocked.change == wire.Change.VISITOR_BLOCKED
    assert blocked.visitor.visitor.is_blocked
    assert again is None
    assert unblocked.change == wire.Change.VISITOR_UNBLOCKED
    assert not unblocked.inbox.conversation.visitor.is_blocked


def test_blocking_is_told_with_the_newest_conversation(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    conversations.close(conversation, by=Author.of_member(ana))

    event = visitors.block(conversation.visitor, by=ana)

    assert event is not None
    assert event.inbox.conversation.id == conversation.pk


def test_a_member_of_another_account_blocks_nobody(
    gus: Membership, conversation: Conversation, inside_acme: None
) -> None:
    with pytest.raises(RefusedError) as refused:
        visitors.block(conversation.visitor, by=gus)

    assert refused.value.code == wire.Refusal.NOT_FOUND
