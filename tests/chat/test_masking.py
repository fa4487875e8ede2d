"""Card and bank account numbers are hidden before they are stored."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import conversations, files, identity, masking, messages, visitors
from chat.authors import Author
from chat.masking import mask
from chat.models import Message, Visitor
from chat.visitors import VisitorDetails
from tests.coverage import covers

CASES = json.loads(
    (Path(__file__).parents[1] / "contract" / "masking.json").read_text(encoding="utf-8")
)
"""What both sides are tested with: the browser, which warns, and the server, which hides."""

CARD = "4111 1111 1111 1111"
HIDDEN = "•••• •••• •••• 1111"


@covers("S25", "S29")
@pytest.mark.parametrize(
    ("said", "kept"),
    [(case["said"], case["kept"]) for case in CASES["hidden"]],
)
def test_a_number_that_is_one_keeps_its_last_four_characters(said: str, kept: str) -> None:
    assert mask(said) == kept


@covers("S25")
@pytest.mark.parametrize(
    "said",
    CASES["plain"],
)
def test_what_only_looks_like_a_number_stays(said: str) -> None:
    assert mask(said) == said


@given(st.text(alphabet="0123456789 -•+DEab", max_size=80))
def test_hiding_twice_changes_nothing_more_and_the_length_stays(said: str) -> None:
    once = mask(said)

    assert mask(once) == once
    assert len(once) == len(said)


@given(
    st.integers(min_value=10**11, max_value=10**18 - 1),
    st.text(alphabet="abc .,!?", max_size=20),
    st.sampled_from(["", " ", "-"]),
)
def test_every_number_with_a_good_check_digit_is_hidden(body: int, around: str, gap: str) -> None:
    number = _with_check_digit(str(body))
    written = gap.join(number[place : place + 4] for place in range(0, len(number), 4))

    kept = mask(f"x {around} x {written} x {around}")

    assert written not in kept
    assert sum(character == "•" for character in kept) == len(number) - 4


def _with_check_digit(body: str) -> str:
    for digit in "0123456789":
        if masking._luhn([int(each) for each in body + digit]):
            return body + digit
    raise AssertionError(body)


def test_a_long_message_of_digits_takes_no_time_worth_speaking_of() -> None:
    assert mask("9 " * 4_000) == "9 " * 4_000
    assert len(mask(f"{CARD} " * 400)) == len(f"{CARD} " * 400)


# --- Where it is stored -------------------------------------------------------------------------


@covers("S25")
def test_a_visitors_message_is_hidden_and_the_acknowledgement_shows_it_as_stored(
    inside: Callable[[], AbstractContextManager[None]], new_visitor: Callable[..., Visitor]
) -> None:
    visitor = new_visitor()
    with inside():
        event = messages.post(
            conversations.open_for(visitor),
            author=Author.of_visitor(visitor),
            body=f"Pay with {CARD}",
            client_id=uuid4(),
        )
        assert Message.objects.get().body == f"Pay with {HIDDEN}"
    assert event.visitor.messages[-1].body == f"Pay with {HIDDEN}"


def test_what_an_agent_writes_stays_as_it_is(
    inside: Callable[[], AbstractContextManager[None]],
    new_visitor: Callable[..., Visitor],
    ana: Membership,
) -> None:
    with inside():
        conversation = conversations.open_for(new_visitor())
        author = Author.of_member(ana)
        body = "Our account is DE89 3704 0044 0532 0130 00"
        messages.post(conversation, author=author, body=body, client_id=uuid4())
        assert Message.objects.latest("seq").body == body


@covers("S25")
def test_what_visitors_say_of_themselves_is_hidden(acme: Account) -> None:
    with tenant(acme.pk):
        visitor = visitors.ensure(
            acme.pk, identity.new_visitor_id(), VisitorDetails(name=f"Nell {CARD}")
        )
        visitors.identify(
            visitor,
            phone=CARD,
            variables={
                "card": CARD,
                "number": 4111111111111111,
                "nested": {"label": CARD, "value": CARD},
            },
        )
        kept = Visitor.objects.get()

    assert kept.name == f"Nell {HIDDEN}"
    assert kept.phone == HIDDEN
    assert kept.variables == {
        "card": HIDDEN,
        "number": "••••••••••••1111",
        "nested": {"label": HIDDEN, "value": HIDDEN},
    }


def test_what_waits_for_a_first_message_is_hidden_too() -> None:
    assert visitors.noted({}, name=CARD, variables={"card": CARD}) == {
        "name": HIDDEN,
        "variables": {"card": HIDDEN},
    }


@covers("S25")
def test_the_name_of_a_visitors_file_is_hidden(acme: Account) -> None:
    with tenant(acme.pk):
        upload = SimpleUploadedFile("4111111111111111.txt", b"tea", "text/plain")
        kept = files.accept(upload, author=identity.new_visitor_id())

    assert kept.name == "••••••••••••1111.txt"
