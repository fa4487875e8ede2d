"""Search: by who wrote and what was said, a bounded stretch at a time."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db.models import F

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import conversations, inbox, messages, search, wire
from chat.authors import Author
from chat.models import Conversation
from chat.refusals import RefusedError
from tests.chat.test_inbox import fill

New = Callable[..., Conversation]


def found(query: str) -> set[object]:
    return {one.pk for one in search.search(query, below=None, limit=50).conversations}


@pytest.mark.parametrize(
    "query",
    [
        "Iva",
        "iva",
        "NOVÁKOVÁ",
        "novák",
        "iva@example",
        "example.org",
        "777 123",
        "brno",
        "ship iva",
    ],
)
def test_it_finds_names_addresses_numbers_and_words(
    new_conversation: New, inside_acme: None, query: str
) -> None:
    wanted = new_conversation(
        "Do you ship to Brno?", name="Iva Nováková", email="iva@example.org", phone="+420 777 123"
    )
    new_conversation("Something else", name="Otto", email="otto@example.com")

    assert found(query) == {wanted.pk}


def test_all_words_must_occur_though_not_together(
    new_conversation: New, ana: Membership, inside_acme: None
) -> None:
    conversation = new_conversation("Do you ship to Brno?", name="Iva")
    messages.post(
        conversation, author=Author.of_member(ana), body="By tomorrow.", client_id=uuid4()
    )

    assert found("brno tomorrow iva") == {conversation.pk}
    assert found("brno yesterday") == set()


def test_closed_conversations_are_found_too(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    conversations.close(conversation, by=Author.of_member(ana))

    assert found("brno") == {conversation.pk}


@pytest.mark.parametrize("query", ["100%", "snow_man", "back\\slash", "'quoted'", '"double"'])
def test_signs_mean_themselves(new_conversation: New, inside_acme: None, query: str) -> None:
    wanted = new_conversation(f"It says {query} here")
    new_conversation("It says 100 here, and snowman, and backslash")

    assert found(query) == {wanted.pk}


def test_the_last_changed_comes_first(new_conversation: New, inside_acme: None) -> None:
    made = [new_conversation("hello").pk for _ in range(3)]

    hits = search.search("hello", below=None, limit=50).conversations

    assert [one.pk for one in hits] == made[::-1]


def test_a_search_goes_on_where_it_stopped_until_all_has_been_read(
    acme: Account, ana: Membership, new_conversation: New, inside_acme: None
) -> None:
    oldest = new_conversation("Where is the needle?")
    fill(acme, search.STRETCH + 200)
    Conversation.objects.exclude(pk=oldest.pk).update(rev=F("rev") + oldest.rev)

    first = inbox.page("all", member=ana, query="needle")
    assert first.conversations == []
    assert first.next is not None
    second = inbox.page("all", member=ana, query="needle", after=first.next)

    assert [row.id for row in second.conversations] == [oldest.pk]
    assert second.next is None


def test_pages_of_hits_neither_repeat_nor_skip(
    acme: Account, ana: Membership, inside_acme: None
) -> None:
    fill(acme, 120)

    got: list[object] = []
    after: str | None = ""
    while after is not None:
        page = inbox.page("all", member=ana, query="hello", after=after)
        got += [row.id for row in page.conversations]
        after = page.next

    assert len(got) == len(set(got)) == 120


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", wire.Refusal.EMPTY),
        (" \0 ", wire.Refusal.EMPTY),
        ("x" * 201, wire.Refusal.TOO_LONG),
        ("a b c d e f", wire.Refusal.TOO_LONG),
    ],
)
def test_a_search_for_nothing_or_too_much_is_refused(
    inside_acme: None, query: str, code: wire.Refusal
) -> None:
    with pytest.raises(RefusedError) as refused:
        search.search(query, below=None, limit=50)

    assert refused.value.code == code


def test_another_accounts_words_are_not_found(
    conversation: Conversation, other: Account, gus: Membership
) -> None:
    """A8."""
    with tenant(other.pk):
        assert found("brno") == set()
        assert inbox.page("all", member=gus, query="brno").conversations == []
