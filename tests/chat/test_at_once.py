"""Two devices, two tabs, two agents at the same moment, each with a transaction of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import (
    blocked_addresses,
    conversations,
    identity,
    messages,
    revisions,
    technical,
    visitors,
    wire,
)
from chat.authors import Author
from chat.events import Event
from chat.locking import locked
from chat.models import Conversation, Message, TechnicalData, Visitor
from chat.refusals import RefusedError
from chat.technical import Kind
from chat.visitors import VisitorDetails
from tests.chat.at_once import at_once

ADDRESS = "203.0.113.77"

pytestmark = pytest.mark.django_db(transaction=True)


def posting(
    conversation: Conversation, author: Author, body: str, client_id: UUID | None = None
) -> Callable[[], Event]:
    return lambda: messages.post(
        conversation, author=author, body=body, client_id=client_id or uuid4()
    )


def events_of(results: list[Event | RefusedError]) -> list[Event]:
    assert all(isinstance(result, Event) for result in results), results
    return [result for result in results if isinstance(result, Event)]


def test_messages_posted_at_once_get_different_numbers_without_gaps(
    acme: Account, ana: Membership, ben: Membership, conversation: Conversation
) -> None:
    authors = [
        Author.of_visitor(conversation.visitor),
        Author.of_member(ana),
        Author.of_member(ben),
    ]

    told = events_of(
        at_once(acme.pk, *(posting(conversation, authors[n % 3], f"{n}") for n in range(8)))
    )

    with tenant(acme.pk):
        seqs = list(conversation.messages.order_by("seq").values_list("seq", flat=True))
        joins = conversation.messages.filter(event__name="agent_join").count()
    assert seqs == list(range(1, len(seqs) + 1))
    assert joins == 1
    assert len({event.inbox.rev for event in told}) == 8


def test_the_same_client_id_from_two_devices_at_once_is_stored_once(
    acme: Account, conversation: Conversation
) -> None:
    client_id = uuid4()
    author = Author.of_visitor(conversation.visitor)

    told = events_of(
        at_once(acme.pk, *(posting(conversation, author, "Once", client_id) for _ in range(6)))
    )

    assert len({event.inbox.messages[0].id for event in told}) == 1
    with tenant(acme.pk):
        assert Message.objects.filter(client_id=client_id).count() == 1
        assert Conversation.objects.get(pk=conversation.pk).last_seq == 2


def test_the_first_message_from_two_tabs_at_once_opens_one_conversation(acme: Account) -> None:
    public_id = identity.new_visitor_id()
    client_id = uuid4()

    def begin(own: UUID) -> Event:
        visitor = visitors.ensure(acme.pk, public_id, VisitorDetails(name="Iva"))
        conversation = conversations.open_for(visitor)
        return messages.post(
            conversation, author=Author.of_visitor(visitor), body="Hello", client_id=own
        )

    told = events_of(
        at_once(
            acme.pk,
            *(lambda: begin(client_id) for _ in range(3)),
            *(lambda: begin(uuid4()) for _ in range(3)),
        )
    )

    with tenant(acme.pk):
        assert Visitor.objects.count() == 1
        assert Conversation.objects.count() == 1
        assert Message.objects.count() == 4
    assert len({event.inbox.conversation.id for event in told}) == 1


def test_a_message_races_with_closing_and_is_stored_before_it_or_refused(
    acme: Account, ana: Membership, conversation: Conversation
) -> None:
    author = Author.of_visitor(conversation.visitor)

    results = at_once(
        acme.pk,
        *(posting(conversation, author, f"{n}") for n in range(4)),
        lambda: conversations.close(conversation, by=Author.of_member(ana)),
    )

    refused = [one for one in results if isinstance(one, RefusedError)]
    assert all(one.code == wire.Refusal.CLOSED for one in refused)
    with tenant(acme.pk):
        last = conversation.messages.order_by("seq").last()
        assert last is not None
        assert last.event == {
            "name": "chat_close",
            "by": "member",
            "agent": {"id": str(ana.pk), "name": "Ana"},
        }
        assert last.seq == 1 + (4 - len(refused)) + 1


def test_closing_from_two_sides_at_once_closes_once(
    acme: Account, ana: Membership, conversation: Conversation
) -> None:
    by_member, by_visitor = Author.of_member(ana), Author.of_visitor(conversation.visitor)

    results = at_once(
        acme.pk,
        lambda: conversations.close(conversation, by=by_member),
        lambda: conversations.close(conversation, by=by_visitor),
    )

    assert sum(result is None for result in results) == 1
    with tenant(acme.pk):
        assert conversation.messages.filter(event__name="chat_close").count() == 1


def test_two_agents_who_answer_at_once_are_not_both_put_on_it(
    acme: Account, ana: Membership, ben: Membership, conversation: Conversation
) -> None:
    told = events_of(
        at_once(
            acme.pk,
            posting(conversation, Author.of_member(ana), "Ana here"),
            posting(conversation, Author.of_member(ben), "Ben here"),
        )
    )

    assignees = {event.inbox.conversation.assignee for event in told}
    assert len(assignees) == 1
    with tenant(acme.pk):
        assert conversation.messages.filter(event__name="agent_join").count() == 1


def test_what_waited_for_a_lock_tells_of_what_it_waited_for(
    acme: Account, conversation: Conversation
) -> None:
    """A message that waits while the visitor gives a name must show the name: its version is
    newer, and clients keep the newer row."""
    visitor: Visitor = conversation.visitor
    author = Author.of_visitor(visitor)

    for name in ("Iva", "Ivana", "Ivona", "Ivanka"):
        told = at_once(
            acme.pk,
            lambda name=name: visitors.identify(visitor, name=name),  # type: ignore[misc]
            *(posting(conversation, author, "x") for _ in range(3)),
        )
        changes = [one for one in told if isinstance(one, Event)]
        newest = max(changes, key=lambda event: event.inbox.rev)
        assert newest.inbox.conversation.visitor.name == name
        assert newest.visitor.visitor.name == name


def test_revisions_become_visible_in_order_and_without_gaps(
    acme: Account, new_conversation: Callable[..., Conversation]
) -> None:
    several = [new_conversation("Hello") for _ in range(6)]
    with tenant(acme.pk):
        before = revisions.head(acme.pk)

    told = events_of(
        at_once(
            acme.pk,
            *(posting(one, Author.of_visitor(one.visitor), "Again") for one in several),
        )
    )

    assert sorted(event.inbox.rev for event in told) == list(range(before + 1, before + 7))
    with tenant(acme.pk):
        assert revisions.head(acme.pk) == before + 6


def test_a_change_that_is_not_committed_holds_back_the_numbers_after_it(
    acme: Account, new_conversation: Callable[..., Conversation]
) -> None:
    """Else a reader that saw number 3 before number 2 was committed would never ask for 2."""
    slow, quick = new_conversation("Hello"), new_conversation("Hello")
    with tenant(acme.pk):
        before = revisions.head(acme.pk)
        posting(slow, Author.of_visitor(slow.visitor), "Slow")()
        pool = ThreadPoolExecutor(1)
        pending = pool.submit(
            at_once, acme.pk, posting(quick, Author.of_visitor(quick.visitor), "Quick")
        )
        assert not pending.cancel()
        with pytest.raises(TimeoutError):
            pending.result(timeout=0.5)
    (event,) = pending.result(timeout=20)
    pool.shutdown()
    assert isinstance(event, Event)
    assert event.inbox.rev == before + 2


# --- Waiting in no circle ---------------------------------------------------------------------


class Beside:
    """Does something in a transaction of its own while ours goes on; in a circle PostgreSQL would end
    one of the two."""

    def __init__(self, account: Account, work: Callable[[], object]) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._pending = self._pool.submit(at_once, account.pk, work)
        # It waits for us by now, holding what it holds.
        with pytest.raises(TimeoutError):
            self._pending.result(timeout=0.3)

    def result(self) -> object:
        (found,) = self._pending.result(timeout=20)
        self._pool.shutdown()
        return found


@pytest.fixture
def stored(acme: Account) -> Account:
    """Acme, which stores addresses."""
    with tenant(acme.pk):
        technical.choose(acme, list(Kind), by=None)
    return acme


@pytest.fixture
def talks(stored: Account, new_conversation: Callable[..., Conversation]) -> list[Conversation]:
    """Two conversations of two visitors behind one address."""
    found = [new_conversation("Hello"), new_conversation("Hello too")]
    with tenant(stored.pk):
        Visitor.objects.update(ip_address=ADDRESS)
    return found


def test_a_switch_and_a_first_message_wait_in_no_circle(stored: Account) -> None:
    with tenant(stored.pk):
        technical.collected_until_commit(stored.pk)
        choice = Beside(stored, lambda: technical.choose(stored, (), by=None))
        # What the first message's letter to the agents does.
        Account.objects.filter(pk=stored.pk).update(errand_at=timezone.now())
    assert choice.result() is None


def test_a_first_message_stores_nothing_that_was_switched_off_meanwhile(acme: Account) -> None:
    """Also by the first choice of all, before which nothing is written down."""
    told = VisitorDetails(browser="Firefox")
    with tenant(acme.pk):
        visitor = visitors.ensure(acme.pk, identity.new_visitor_id(), told)
        choice = Beside(acme, lambda: technical.choose(acme, (), by=None))
    assert choice.result() is None
    with tenant(acme.pk):
        assert Visitor.objects.get(pk=visitor.pk).browser == ""
        technical.choose(acme, list(Kind), by=None)


def test_a_switch_and_a_block_wait_in_no_circle(
    stored: Account, ana: Membership, talks: list[Conversation]
) -> None:
    visitor: Visitor = talks[0].visitor
    with tenant(stored.pk):
        TechnicalData.objects.select_for_update().get()
        block = Beside(stored, lambda: visitors.block(visitor, by=ana, with_address=True))
        technical.choose(stored, (), by=None)
    refused = block.result()
    assert isinstance(refused, RefusedError)
    assert refused.code == wire.Refusal.NOT_ALLOWED


def test_two_visitors_behind_one_address_are_unblocked_at_once(
    stored: Account, ana: Membership, talks: list[Conversation]
) -> None:
    first, second = sorted((talk.visitor for talk in talks), key=lambda one: one.pk)
    with tenant(stored.pk):
        for visitor in (first, second):
            visitors.block(visitor, by=ana, with_address=True)
    with tenant(stored.pk):
        # As an unblocking that is on its way: the first row of the address is held.
        Visitor.objects.select_for_update(no_key=True).get(pk=first.pk)
        other = Beside(stored, lambda: visitors.unblock(second, by=ana))
        assert visitors.unblock(first, by=ana)
    assert isinstance(other.result(), Event)
    with tenant(stored.pk):
        assert not blocked_addresses.blocked()
        assert not Visitor.objects.exclude(blocked_at=None).exists()


def test_coming_back_and_a_block_wait_in_no_circle(
    stored: Account, ana: Membership, talks: list[Conversation]
) -> None:
    visitor: Visitor = talks[0].visitor
    with tenant(stored.pk):
        locked(talks[0].pk)
        back = Beside(
            stored, lambda: visitors.come_back(visitor, address="203.0.113.78", screen="390x844")
        )
        assert visitors.block(visitor, by=ana)
    assert back.result() is None
