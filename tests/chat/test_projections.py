"""What each side is shown, and what neither ever is."""

from collections.abc import Callable
from uuid import uuid4

from accounts.models import Account, Membership
from chat import conversations, identity, messages, projections, redactions, visitors, wire
from chat.authors import Author
from chat.events import Event
from chat.models import Conversation
from tests.coverage import covers


def every_change(conversation: Conversation, ana: Membership, ben: Membership) -> list[Event]:
    """One event of each kind that the protocol knows."""
    visitor = conversation.visitor
    of_visitor, of_ana = Author.of_visitor(visitor), Author.of_member(ana)
    said = messages.post(conversation, author=of_visitor, body="Hello?", client_id=uuid4())
    told = [
        said,
        messages.post(conversation, author=of_ana, body="Hello.", client_id=uuid4()),
        conversations.mark(conversation, side="visitor", what="received", seq=3),
        conversations.mark(conversation, side="visitor", what="seen", seq=4),
        conversations.assign(conversation, to=ben, by=ana),
        visitors.identify(visitor, name="Iva"),
        visitors.block(visitor, by=ana),
        visitors.unblock(visitor, by=ana),
        redactions.redact(conversation, message_id=said.visitor.messages[0].id, by=ana),
        conversations.close(conversation, by=of_ana),
    ]
    events = [event for event in told if event is not None]
    assert {event.change for event in events} == set(wire.Change)
    return events


@covers("S33")
def test_no_change_of_any_kind_carries_a_log_in_address(
    conversation: Conversation, ana: Membership, ben: Membership, inside_acme: None
) -> None:
    """S33: not to visitors, and not to the inbox either."""
    for event in every_change(conversation, ana, ben):
        for frame in (event.visitor.model_dump_json(), event.inbox.model_dump_json()):
            assert ana.user.email not in frame
            assert ben.user.email not in frame
            assert str(ana.user_id) not in frame


def test_a_visitor_is_not_shown_what_agents_know_of_them(
    conversation: Conversation, ana: Membership, ben: Membership, inside_acme: None
) -> None:
    visitors.identify(conversation.visitor, variables={"margin": "secret-margin"})

    for event in every_change(conversation, ana, ben):
        frame = event.visitor.model_dump_json()
        assert "secret-margin" not in frame
        assert "waiting_since" not in frame
        assert '"rev"' not in frame
        assert str(conversation.visitor_id) not in frame
        assert str(conversation.account_id) not in frame


def test_a_fresh_load_is_what_the_last_change_told(
    conversation: Conversation, ana: Membership, ben: Membership, acme: Account, inside_acme: None
) -> None:
    """Live equals reload, for the visitor."""
    last = every_change(conversation, ana, ben)[-1]

    state = projections.visitor_state(acme.pk, conversation.visitor.public_id)

    assert state.conversation == last.visitor.conversation
    assert state.visitor == last.visitor.visitor


def test_a_visitor_without_a_row_has_an_empty_state(acme: Account, inside_acme: None) -> None:
    public_id = identity.new_visitor_id()

    state = projections.visitor_state(acme.pk, public_id)

    assert state.visitor.id == public_id
    assert (state.conversation, state.messages, state.has_earlier) == (None, [], False)


def test_a_fresh_load_holds_the_newest_hundred_messages(
    new_conversation: Callable[..., Conversation], acme: Account, inside_acme: None
) -> None:
    conversation = new_conversation(*(f"Message {n}" for n in range(1, 103)))

    state = projections.visitor_state(acme.pk, conversation.visitor.public_id)

    assert [message.seq for message in state.messages] == list(range(3, 103))
    assert state.has_earlier


def test_a_fresh_load_costs_the_same_for_one_message_and_for_a_hundred(
    new_conversation: Callable[..., Conversation],
    acme: Account,
    inside_acme: None,
    django_assert_num_queries: Callable[[int], object],
) -> None:
    for said in (["One"], [f"{n}" for n in range(100)]):
        conversation = new_conversation(*said)
        with django_assert_num_queries(4):  # type: ignore[attr-defined]
            projections.visitor_state(acme.pk, conversation.visitor.public_id)


@covers("S33")
def test_an_agent_without_a_public_name_stays_without_one(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    """S33: nothing of the log-in address stands in for it."""
    ana.public_name = ""
    ana.save()

    event = messages.post(
        conversation, author=Author.of_member(ana), body="Hello.", client_id=uuid4()
    )

    assert event.visitor.messages[-1].author.name is None
    assert event.visitor.conversation.agent is not None
    assert event.visitor.conversation.agent.name == ""
