"""What a visitor's frame asks over HTTP."""

from collections.abc import Callable
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import identity, messages, visitors
from chat.authors import Author
from chat.models import Attachment, Conversation
from tests.sockets.devices import ORIGIN, SITE

pytestmark = pytest.mark.django_db

DAY = 24 * 3600


@pytest.fixture
def headers(acme: Account, conversation: Conversation) -> dict[str, str]:
    """What the frame of the conversation's visitor sends."""
    return _headers(acme, conversation.visitor.public_id)


def _headers(account: Account, visitor_id: str, **changed: str | None) -> dict[str, str]:
    proofs = {
        "X-Chatapp-Ticket": identity.ticket(account, SITE),
        "X-Chatapp-Token": identity.token(account, visitor_id),
        "Origin": ORIGIN,
        **changed,
    }
    return {name: value for name, value in proofs.items() if value is not None}


def _address(account: Account, what: str) -> str:
    return f"/widget/{account.public_key}/{what}"


def _picture() -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(content, "PNG")
    return SimpleUploadedFile("receipt.png", content.getvalue(), "image/png")


def _earlier(conversation: Conversation, headers: dict[str, str], /, **query: Any) -> Any:
    asked = {"conversation": str(conversation.pk), "before": 2, **query}
    address = f"/widget/{conversation.account.public_key}/messages"
    return Client().get(address, asked, headers=headers)


def test_a_file_is_kept_for_its_visitor(
    acme: Account, conversation: Conversation, headers: dict[str, str]
) -> None:
    response = Client().post(_address(acme, "files"), {"file": _picture()}, headers=headers)

    assert response.status_code == 201, response.content
    assert response.json()["kind"] == "image"
    with tenant(acme.pk):
        kept = Attachment.objects.get()
        assert kept.visitor_public_id == conversation.visitor.public_id


def test_a_file_of_one_visitor_cannot_be_sent_by_another(
    acme: Account, headers: dict[str, str], new_conversation: Callable[..., Conversation]
) -> None:
    """A30"""
    file = Client().post(_address(acme, "files"), {"file": _picture()}, headers=headers).json()
    stranger = new_conversation("Hello")

    with tenant(acme.pk), pytest.raises(Exception, match="not_found"):
        messages.post(
            stranger,
            author=Author.of_visitor(stranger.visitor),
            body="Mine",
            client_id=uuid4(),
            attachments=[file["id"]],
        )


def test_a_blocked_visitor_keeps_no_file(
    acme: Account, ana: Membership, conversation: Conversation, headers: dict[str, str]
) -> None:
    with tenant(acme.pk):
        visitors.block(conversation.visitor, by=ana)

    response = Client().post(_address(acme, "files"), {"file": _picture()}, headers=headers)

    assert (response.status_code, response.json()) == (403, {"error": "blocked"})


def test_earlier_messages_are_shown_to_their_visitor(
    conversation: Conversation, headers: dict[str, str]
) -> None:
    response = _earlier(conversation, headers)

    assert [one["body"] for one in response.json()["messages"]] == ["Do you ship to Brno?"]
    assert response.json()["has_earlier"] is False


def test_another_visitor_finds_nothing(
    acme: Account, conversation: Conversation, new_conversation: Callable[..., Conversation]
) -> None:
    """A16"""
    stranger = new_conversation("Hello")

    response = _earlier(conversation, _headers(acme, stranger.visitor.public_id))

    assert (response.status_code, response.json()) == (404, {"error": "not_found"})


@pytest.mark.parametrize("query", [{"before": "x"}, {"before": -1}, {"conversation": "x"}])
def test_a_question_that_makes_no_sense_is_refused(
    query: dict[str, Any], conversation: Conversation, headers: dict[str, str]
) -> None:
    assert _earlier(conversation, headers, **query).status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"X-Chatapp-Ticket": None},
        {"X-Chatapp-Ticket": "x"},
        {"X-Chatapp-Token": None},
        {"X-Chatapp-Token": "viAAAAAAAAAAAAAAAAAAAAAA.x"},
        {"Origin": "null"},
        {"Origin": "https://shop.test"},
    ],
)
def test_without_proof_nothing_is_shown_or_kept(
    changed: dict[str, str | None], acme: Account, conversation: Conversation
) -> None:
    """A9, A19"""
    headers = _headers(acme, conversation.visitor.public_id, **changed)

    shown = _earlier(conversation, headers)
    kept = Client().post(_address(acme, "files"), {"file": _picture()}, headers=headers)

    assert [shown.status_code, kept.status_code] == [403, 403]
    assert shown.json() == kept.json() == {"error": "not_allowed"}


def test_proofs_of_another_account_are_none(
    acme: Account, other: Account, conversation: Conversation
) -> None:
    """A9"""
    headers = _headers(other, conversation.visitor.public_id)

    assert _earlier(conversation, headers).status_code == 403


def test_an_unknown_key_is_not_found(headers: dict[str, str]) -> None:
    assert Client().post(f"/widget/{'0' * 40}/files", headers=headers).status_code == 404


def test_a_blocked_account_is_not_found(acme: Account, headers: dict[str, str]) -> None:
    acme.is_blocked = True
    acme.save()

    assert Client().post(_address(acme, "ticket"), headers=headers).status_code == 404


def test_a_ticket_is_exchanged_for_a_new_one(acme: Account) -> None:
    with time_machine.travel("2026-01-01", tick=False) as clock:
        old = identity.ticket(acme, SITE)
        clock.shift(3 * DAY)

        response = Client().post(_address(acme, "ticket"), headers={"X-Chatapp-Ticket": old})

        with tenant(acme.pk):
            assert identity.read_ticket(acme, response.json()["ticket"]) == SITE


@pytest.mark.parametrize("headers", [{}, {"X-Chatapp-Ticket": "x"}])
def test_nothing_is_exchanged_for_no_ticket(headers: dict[str, str], acme: Account) -> None:
    assert Client().post(_address(acme, "ticket"), headers=headers).status_code == 403


def test_a_foreign_page_exchanges_no_ticket(acme: Account) -> None:
    headers = {"X-Chatapp-Ticket": identity.ticket(acme, SITE), "Origin": "https://shop.test"}

    assert Client().post(_address(acme, "ticket"), headers=headers).status_code == 403
