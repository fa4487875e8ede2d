"""The inbox's lists and pages: right, bounded, and for members of the account only."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import conversations, inbox, messages, wire
from chat.authors import Author
from chat.models import Conversation, Message, Visitor
from chat.refusals import RefusedError
from tests.coverage import covers

New = Callable[..., Conversation]
LogIn = Callable[[Membership], Client]
INBOX = "/app/acme/inbox/"


def listed(view: str, member: Membership) -> list[object]:
    return [row.id for row in inbox.page(view, member=member).conversations]


def answer(conversation: Conversation, member: Membership, body: str = "Yes") -> None:
    messages.post(conversation, author=Author.of_member(member), body=body, client_id=uuid4())


def fill(acme: Account, number: int) -> None:
    """Conversations by the thousand, in three shapes, each with a message."""
    now = timezone.now()
    visitors = Visitor.objects.bulk_create(
        Visitor(account=acme, public_id=f"vi{n:022}", name=f"Visitor {n}") for n in range(number)
    )
    made = Conversation.objects.bulk_create(
        Conversation(
            account=acme,
            visitor=visitor,
            last_seq=1,
            version=1,
            rev=n + 1,
            last_message_at=now - timedelta(seconds=n),
            waiting_since=now - timedelta(seconds=n) if n % 3 == 0 else None,
            state="closed" if n % 3 == 1 else "open",
            closed_at=now if n % 3 == 1 else None,
        )
        for n, visitor in enumerate(visitors)
    )
    Message.objects.bulk_create(
        Message(
            account=acme,
            conversation=one,
            seq=1,
            version=1,
            client_id=uuid4(),
            author_kind="visitor",
            author_key=one.visitor_id,
            visitor_id=one.visitor_id,
            body="Hello",
        )
        for one in made
    )


# --- Lists ---------------------------------------------------------------------------------------


def test_each_list_holds_its_conversations(
    new_conversation: New, ana: Membership, ben: Membership, inside_acme: None
) -> None:
    waiting, mine, bens, closed = (new_conversation(f"{n}") for n in range(4))
    answer(mine, ana)
    answer(bens, ben)
    conversations.close(closed, by=Author.of_member(ana))

    assert listed("waiting", ana) == [waiting.pk]
    assert listed("mine", ana) == [mine.pk]
    assert listed("all", ana) == [bens.pk, mine.pk, waiting.pk]
    assert listed("closed", ana) == [closed.pk]


def test_who_waits_longest_stands_first(
    new_conversation: New, ana: Membership, inside_acme: None
) -> None:
    first, second = new_conversation("First"), new_conversation("Second")
    messages.post(
        first, author=Author.of_visitor(first.visitor), body="Still here", client_id=uuid4()
    )

    assert listed("waiting", ana) == [first.pk, second.pk]


@pytest.mark.parametrize("view", ["waiting", "all", "closed"])
def test_pages_follow_one_another_without_gaps_or_doubles(
    acme: Account, ana: Membership, inside_acme: None, view: str
) -> None:
    fill(acme, 400)
    # Equal times are the hard case of paging by key.
    Conversation.objects.update(last_message_at=timezone.now())

    got: list[object] = []
    after: str | None = ""
    while after is not None:
        page = inbox.page(view, member=ana, after=after)
        got += [row.id for row in page.conversations]
        after = page.next

    chosen = {
        "waiting": Conversation.objects.waiting(),
        "all": Conversation.objects.live(),
        "closed": Conversation.objects.closed(),
    }[view]
    assert len(got) == len(set(got))
    assert set(got) == set(chosen.values_list("pk", flat=True))


@pytest.mark.parametrize("after", ["x", "1", "1.2", "-.", "9" * 40 + "." + "0" * 32, "é.", "1.\0"])
def test_a_place_that_we_did_not_give_is_refused(
    ana: Membership, inside_acme: None, after: str
) -> None:
    for query in ("", "word"):
        if query and after == "1":
            continue
        with pytest.raises(RefusedError) as refused:
            inbox.page("all", member=ana, after=after, query=query)
        assert refused.value.code == wire.Refusal.INVALID


def test_counts_stop_at_a_hundred(acme: Account, ana: Membership, inside_acme: None) -> None:
    fill(acme, 400)

    assert inbox.counts(ana) == wire.Counts(waiting=100, mine=0, all=100)


def test_counts_are_exact_below(new_conversation: New, ana: Membership, inside_acme: None) -> None:
    new_conversation("Hello")
    answer(new_conversation("Hello"), ana)

    assert inbox.counts(ana) == wire.Counts(waiting=1, mine=1, all=2)


# --- Queries -------------------------------------------------------------------------------------


def queries(browser: Client, address: str) -> int:
    """Statements that the address costs, the frame of the transaction left out."""
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(address).status_code == 200
    return sum(query["sql"] not in ("BEGIN", "COMMIT") for query in captured.captured_queries)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [10, 10_000])
def test_the_inbox_costs_the_same_with_ten_and_with_ten_thousand_conversations(
    acme: Account, ana: Membership, ben: Membership, login: LogIn, number: int
) -> None:
    with tenant(acme.pk):
        fill(acme, number)
        Conversation.objects.live().update(assignee=ana)
        one = Conversation.objects.order_by("-rev").first()
    assert one is not None
    browser = login(ana)
    browser.get(INBOX)  # The first page of a session also writes it,
    browser.get(f"{INBOX}conversations/{one.pk}/")  # and the first look of a day.

    # Session, person, membership and the account's wall are four of each; the navigation asks for breaches.
    assert queries(browser, INBOX) == 12
    assert queries(browser, f"{INBOX}conversations/?view=waiting") == 7
    assert queries(browser, f"{INBOX}conversations/?view=mine") == 7
    assert queries(browser, f"{INBOX}conversations/?view=closed") == 7
    assert queries(browser, f"{INBOX}conversations/?view=all&q=hello") == 8
    assert queries(browser, f"{INBOX}conversations/{one.pk}/") == 10
    assert queries(browser, f"{INBOX}conversations/{one.pk}/messages/?before=2") == 8


# --- Pages ---------------------------------------------------------------------------------------


def bootstrap(html: str) -> dict[str, Any]:
    found = re.search(r'<script id="bootstrap" type="application/json">(.*?)</script>', html, re.S)
    assert found
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


def test_the_page_carries_its_first_list_and_runs_nothing_inline(
    acme: Account, ana: Membership, conversation: Conversation, login: LogIn
) -> None:
    response = login(ana).get(INBOX)

    html = response.content.decode()
    given = bootstrap(html)
    with tenant(acme.pk):
        rows = inbox.page("waiting", member=ana).conversations
    assert given["load"]["conversations"] == [row.model_dump(mode="json") for row in rows]
    assert given["load"]["rev"] == conversation.rev
    assert given["load"]["me"]["name"] == "Ana"
    assert given["urls"]["conversations"] == f"{INBOX}conversations/"
    for script in re.findall(r"<script\b[^>]*>", html):
        assert "src=" in script or 'type="application/json"' in script
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html)


def test_what_a_visitor_writes_cannot_leave_the_pages_json(
    ana: Membership, new_conversation: New, login: LogIn
) -> None:
    """A24."""
    attack = "</script><script>alert(1)</script><!--"
    new_conversation(attack, name=attack)

    html = login(ana).get(INBOX).content.decode()

    assert "alert(1)</script>" not in html
    assert bootstrap(html)["load"]["conversations"][0]["visitor"]["name"] == attack


@covers("S33")
def test_a_colleagues_log_in_address_is_not_in_the_page(
    ana: Membership, ben: Membership, conversation: Conversation, login: LogIn
) -> None:
    """S33."""
    assert ben.user.email not in login(ana).get(INBOX).content.decode()


def test_a_conversation_opens_with_its_messages(
    ana: Membership, conversation: Conversation, login: LogIn
) -> None:
    loaded = login(ana).get(f"{INBOX}conversations/{conversation.pk}/").json()

    assert loaded["conversation"]["id"] == str(conversation.pk)
    assert [message["body"] for message in loaded["messages"]] == ["Do you ship to Brno?"]
    assert (loaded["has_earlier"], loaded["rev"]) == (False, conversation.rev)


def test_earlier_messages_come_a_page_at_a_time(
    ana: Membership, new_conversation: New, login: LogIn
) -> None:
    conversation = new_conversation(*(f"{n}" for n in range(1, 104)))
    browser = login(ana)
    address = f"{INBOX}conversations/{conversation.pk}/"

    opened = browser.get(address).json()
    before = browser.get(f"{address}messages/?before={opened['messages'][0]['seq']}").json()

    assert opened["has_earlier"] is True
    assert [message["seq"] for message in before["messages"]] == [1, 2, 3]
    assert before["has_earlier"] is False


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 30, "²"])
def test_messages_before_nothing_are_a_bad_request(
    ana: Membership, conversation: Conversation, login: LogIn, before: str
) -> None:
    response = login(ana).get(
        f"{INBOX}conversations/{conversation.pk}/messages/", {"before": before}
    )

    assert (response.status_code, response.json()) == (400, {"error": "invalid"})


def test_a_list_that_does_not_exist_is_a_bad_request(ana: Membership, login: LogIn) -> None:
    response = login(ana).get(f"{INBOX}conversations/?view=everything")

    assert (response.status_code, response.json()) == (400, {"error": "invalid"})


@pytest.mark.parametrize(
    "below", ["", "conversations/", "conversations/{id}/", "conversations/{id}/messages/?before=2"]
)
def test_outsiders_find_nothing_where_members_find_it(
    ana: Membership, gus: Membership, conversation: Conversation, login: LogIn, below: str
) -> None:
    """A1: Gus with Acme's address, Gus with Acme's id in his own account, and nobody at all."""
    address = INBOX + below.format(id=conversation.pk)

    assert login(ana).get(address).status_code == 200
    assert login(gus).get(address).status_code == 404
    if "{id}" in below:
        assert login(gus).get(address.replace("/acme/", "/other/")).status_code == 404
    assert Client().get(address).status_code == 302


def test_only_reading_is_possible_by_address(
    ana: Membership, conversation: Conversation, login: LogIn
) -> None:
    for below in ("", "conversations/", f"conversations/{conversation.pk}/"):
        assert login(ana).post(INBOX + below).status_code == 405
