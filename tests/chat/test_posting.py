"""Messages: stored once, in one order, by whoever the door let in."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import conversations, events, files, messages, visitors, wire
from chat.authors import Author
from chat.events import Event
from chat.models import Conversation, ConversationState, Message, Visitor
from chat.refusals import RefusedError

Inside = Callable[[], AbstractContextManager[None]]


def said(conversation: Conversation, body: str, client_id: UUID | None = None) -> Event:
    return messages.post(
        conversation,
        author=Author.of_visitor(conversation.visitor),
        body=body,
        client_id=client_id or uuid4(),
    )


def answered(conversation: Conversation, member: Membership, body: str = "Yes, we do.") -> Event:
    return messages.post(
        conversation, author=Author.of_member(member), body=body, client_id=uuid4()
    )


def test_messages_are_numbered_from_one_in_the_order_posted(
    conversation: Conversation, inside_acme: None
) -> None:
    said(conversation, "And to Ostrava?")
    said(conversation, "By Friday?")

    bodies = conversation.messages.order_by("seq").values_list("seq", "body")

    assert list(bodies) == [(1, "Do you ship to Brno?"), (2, "And to Ostrava?"), (3, "By Friday?")]


def test_every_change_takes_the_next_version_and_the_next_revision(
    conversation: Conversation, inside_acme: None
) -> None:
    first = said(conversation, "One")
    second = said(conversation, "Two")

    assert second.inbox.rev == first.inbox.rev + 1
    assert second.visitor.conversation.version == first.visitor.conversation.version + 1


def test_what_is_told_is_what_is_stored(conversation: Conversation, inside_acme: None) -> None:
    event = said(conversation, "By Friday?")

    stored = Conversation.objects.get(pk=conversation.pk)
    assert event.inbox.rev == stored.rev
    assert event.inbox.conversation.version == stored.version
    assert event.inbox.conversation.last_seq == stored.last_seq == 2
    assert event.inbox.conversation.unread == stored.unread_by_agents == 2
    assert event.inbox.messages[0].id == stored.messages.get(seq=2).pk


def test_the_same_client_id_again_is_the_first_message(
    conversation: Conversation, inside_acme: None
) -> None:
    client_id = uuid4()
    first = said(conversation, "Once", client_id)

    with events.collecting() as told:
        second = said(conversation, "Once, again", client_id)

    assert second.inbox.messages == first.inbox.messages
    assert second.inbox.rev == first.inbox.rev
    assert told == []
    assert Message.objects.filter(client_id=client_id).count() == 1


def test_a_repeated_message_is_answered_even_after_the_conversation_was_closed(
    conversation: Conversation, inside_acme: None
) -> None:
    client_id = uuid4()
    first = said(conversation, "Bye", client_id)
    conversations.close(conversation, by=Author.of_visitor(conversation.visitor))

    assert said(conversation, "Bye", client_id).visitor.messages == first.visitor.messages


def test_a_message_repeated_into_the_next_conversation_stays_in_the_first(
    conversation: Conversation, inside_acme: None
) -> None:
    client_id = uuid4()
    said(conversation, "Bye", client_id)
    conversations.close(conversation, by=Author.of_visitor(conversation.visitor))
    following = conversations.open_for(conversation.visitor)

    event = said(following, "Bye", client_id)

    assert event.inbox.conversation.id == conversation.pk
    assert Conversation.objects.get(pk=following.pk).last_seq == 0


def test_two_authors_may_pick_the_same_client_id(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    client_id = uuid4()
    said(conversation, "Hello?", client_id)

    event = messages.post(
        conversation, author=Author.of_member(ana), body="Hello.", client_id=client_id
    )

    assert event.inbox.messages[-1].body == "Hello."


def test_the_first_answer_takes_the_conversation_in_the_same_change(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    event = answered(conversation, ana)

    joined, answer = event.inbox.messages
    assert joined.event == {"name": "agent_join", "agent": {"id": str(ana.pk), "name": "Ana"}}
    assert (joined.seq, answer.seq) == (2, 3)
    assert joined.version == answer.version == event.inbox.conversation.version
    assert event.inbox.conversation.state == "served"
    assert event.inbox.conversation.assignee is not None
    assert event.inbox.conversation.assignee.id == ana.pk


def test_a_colleagues_answer_does_not_take_it_away(
    conversation: Conversation, ana: Membership, ben: Membership, inside_acme: None
) -> None:
    answered(conversation, ana)

    event = answered(conversation, ben, "I may add something.")

    assert [message.event for message in event.inbox.messages] == [None]
    assert event.inbox.conversation.assignee is not None
    assert event.inbox.conversation.assignee.id == ana.pk


def test_a_repeated_first_answer_is_the_same_change_of_two_messages(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    client_id = uuid4()
    author = Author.of_member(ana)
    first = messages.post(conversation, author=author, body="Yes.", client_id=client_id)

    second = messages.post(conversation, author=author, body="Yes.", client_id=client_id)

    assert second.inbox.messages == first.inbox.messages
    assert len(second.inbox.messages) == 2


def test_a_visitor_waits_from_the_first_unanswered_message_until_the_answer(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    since = Conversation.objects.get(pk=conversation.pk).waiting_since
    assert since is not None

    assert said(conversation, "Anyone?").inbox.conversation.waiting_since == since
    assert answered(conversation, ana).inbox.conversation.waiting_since is None


def test_unread_counts_are_of_the_others_words(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    assert said(conversation, "Anyone?").inbox.conversation.unread == 2

    event = answered(conversation, ana)

    assert event.inbox.conversation.unread == 0
    assert event.visitor.conversation.unread == 1


def test_an_event_is_not_unread_and_leaves_the_last_words_in_the_list(
    conversation: Conversation, ana: Membership, ben: Membership, inside_acme: None
) -> None:
    answered(conversation, ana, "Yes, to Brno too.")
    event = conversations.assign(conversation, to=ben, by=ana)

    assert event is not None
    assert event.visitor.conversation.unread == 1
    assert event.inbox.conversation.preview == wire.PreviewRow(
        author="member", text="Yes, to Brno too.", has_attachment=False
    )


def test_a_preview_is_one_line_of_at_most_140_characters(
    conversation: Conversation, inside_acme: None
) -> None:
    event = said(conversation, "Well,\n\n" + "so " * 200)

    assert event.inbox.conversation.preview is not None
    assert event.inbox.conversation.preview.text.startswith("Well, so so")
    assert len(event.inbox.conversation.preview.text) <= 140


@pytest.mark.parametrize("body", ["", "   \n\t", "\u200b\u200d\u2060", "\0", "\ud800"])
def test_a_message_of_nothing_is_refused(
    conversation: Conversation, inside_acme: None, body: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        said(conversation, body)

    assert refused.value.code == wire.Refusal.EMPTY
    assert Message.objects.count() == 1


def test_eight_thousand_characters_are_stored_and_one_more_is_refused(
    conversation: Conversation, inside_acme: None
) -> None:
    said(conversation, "x" * 8_000)

    with pytest.raises(RefusedError) as refused:
        said(conversation, "x" * 8_001)

    assert refused.value.code == wire.Refusal.TOO_LONG
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a\0b", "ab"),
        ("a\ud800b\udfff", "ab"),
        ("\u202eevil.exe", "\u202eevil.exe"),
        ("שלום", "שלום"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("{{ 7*7 }} %s {0} '; DROP TABLE x", "{{ 7*7 }} %s {0} '; DROP TABLE x"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
    ],
)
def test_words_are_stored_as_typed_but_for_what_a_database_cannot_hold(
    conversation: Conversation, inside_acme: None, typed: str, stored: str
) -> None:
    """A24, A28: text stays text; whoever shows it decides that it is no markup."""
    event = said(conversation, typed)

    assert event.visitor.messages[0].body == stored
    assert Message.objects.get(seq=2).body == stored


def test_nobody_writes_into_a_closed_conversation(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    conversations.close(conversation, by=Author.of_member(ana))

    for author in (Author.of_visitor(conversation.visitor), Author.of_member(ana)):
        with pytest.raises(RefusedError) as refused:
            messages.post(conversation, author=author, body="Wait", client_id=uuid4())
        assert refused.value.code == wire.Refusal.CLOSED


def test_a_blocked_visitor_is_refused_and_agents_are_not(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    visitors.block(conversation.visitor, by=ana)

    with pytest.raises(RefusedError) as refused:
        said(conversation, "Let me")

    assert refused.value.code == wire.Refusal.BLOCKED
    assert answered(conversation, ana).inbox.messages[-1].body == "Yes, we do."


def test_a_visitor_has_no_part_in_another_visitors_conversation(
    conversation: Conversation, new_visitor: Callable[..., Visitor], inside_acme: None
) -> None:
    """A16."""
    stranger = Author.of_visitor(new_visitor())

    with pytest.raises(RefusedError) as refused:
        messages.post(conversation, author=stranger, body="Me too", client_id=uuid4())

    assert refused.value.code == wire.Refusal.NOT_FOUND
    assert Message.objects.count() == 1


def test_a_member_of_another_account_finds_no_conversation(
    conversation: Conversation, other: Account, gus: Membership, inside: Inside
) -> None:
    """A1, A16: inside their own account, and even inside this one."""
    for account_id in (other.pk, conversation.account_id):
        with pytest.raises(RefusedError) as refused, tenant(account_id):
            answered(conversation, gus)
        assert refused.value.code == wire.Refusal.NOT_FOUND


def test_the_author_of_a_message_comes_from_the_door_alone() -> None:
    """A14: a visitor's frame has no field for an author, a time, a number or a kind."""
    frame = {"type": "message", "id": str(uuid4()), "body": "I am the agent"}
    wire.visitor_up.validate_python(frame)

    for forged in ("author", "author_kind", "member", "seq", "sent_at", "event", "version"):
        with pytest.raises(ValueError, match="Extra inputs"):
            wire.visitor_up.validate_python({**frame, forged: "agent"})


def test_a_file_goes_with_the_message_of_its_uploader(
    conversation: Conversation, inside_acme: None
) -> None:
    public_id = conversation.visitor.public_id
    file = files.accept(SimpleUploadedFile("note.txt", b"hello"), author=public_id)

    event = messages.post(
        conversation,
        author=Author.of_visitor(conversation.visitor),
        body="",
        client_id=uuid4(),
        attachments=[file.pk],
    )

    assert [one.name for one in event.visitor.messages[0].attachments] == ["note.txt"]
    assert event.inbox.conversation.preview is not None
    assert event.inbox.conversation.preview.has_attachment
    file.refresh_from_db()
    assert file.message_id == event.inbox.messages[0].id


def test_a_file_of_somebody_else_or_one_already_sent_is_refused(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    """A30."""
    public_id = conversation.visitor.public_id
    anas = files.accept(SimpleUploadedFile("a.txt", b"a"), author=ana)
    sent = files.accept(SimpleUploadedFile("b.txt", b"b"), author=public_id)
    author = Author.of_visitor(conversation.visitor)
    messages.post(conversation, author=author, body="", client_id=uuid4(), attachments=[sent.pk])

    for wanted in (anas.pk, sent.pk, uuid4()):
        with pytest.raises(RefusedError) as refused:
            messages.post(
                conversation, author=author, body="x", client_id=uuid4(), attachments=[wanted]
            )
        assert refused.value.code == wire.Refusal.NOT_FOUND


def test_a_repeated_message_with_files_keeps_them(
    conversation: Conversation, inside_acme: None
) -> None:
    file = files.accept(
        SimpleUploadedFile("note.txt", b"hello"), author=conversation.visitor.public_id
    )
    author, client_id = Author.of_visitor(conversation.visitor), uuid4()

    first, second = (
        messages.post(
            conversation, author=author, body="", client_id=client_id, attachments=[file.pk]
        )
        for _ in range(2)
    )

    assert second.visitor.messages == first.visitor.messages


def test_more_than_five_files_are_refused(conversation: Conversation, inside_acme: None) -> None:
    with pytest.raises(RefusedError) as refused:
        messages.post(
            conversation,
            author=Author.of_visitor(conversation.visitor),
            body="x",
            client_id=uuid4(),
            attachments=[uuid4() for _ in range(6)],
        )

    assert refused.value.code == wire.Refusal.INVALID


def test_a_message_in_a_running_conversation_takes_three_statements(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    """Lock, insert, stamp: the door adds BEGIN, the account and COMMIT."""
    answered(conversation, ana)
    said(conversation, "Thanks")

    with CaptureQueriesContext(
        connection,
    ) as statements:
        said(conversation, "Bye")

    assert len(statements) == 3, [one["sql"] for one in statements]


def test_earlier_messages_come_in_order_and_stop_at_the_first(
    conversation: Conversation, inside_acme: None
) -> None:
    for number in range(2, 8):
        said(conversation, f"Message {number}")

    page = messages.earlier(conversation, before=6, limit=3)

    assert [message.seq for message in page] == [3, 4, 5]
    assert [message.seq for message in messages.earlier(conversation, before=3)] == [1, 2]
    assert messages.earlier(conversation, before=1) == []


def test_an_automatic_conversation_opens_when_the_visitor_answers(
    conversation: Conversation, inside_acme: None
) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(state=ConversationState.PENDING)

    assert said(conversation, "Yes please").inbox.conversation.state == "open"
