"""The inbox's cursor: whatever is missed is sent, in pages, until there is nothing more."""

from collections.abc import Callable
from uuid import UUID, uuid4

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import conversations, inbox, messages, revisions, wire
from chat.authors import Author
from chat.models import Conversation, Revision


def said(conversation: Conversation, body: str = "More") -> wire.InboxChange:
    return messages.post(
        conversation,
        author=Author.of_visitor(conversation.visitor),
        body=body,
        client_id=uuid4(),
    ).inbox


def test_nothing_new_is_an_empty_page_at_the_same_place(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    head = revisions.head(ana.account_id)

    changes = inbox.changes_since(head, {}, ana)

    assert (changes.rev, changes.conversations, changes.has_more) == (head, [], False)
    assert not changes.restart


def test_what_changed_comes_once_as_it_stands_now(
    new_conversation: Callable[..., Conversation], ana: Membership, inside_acme: None
) -> None:
    touched, untouched = new_conversation("One"), new_conversation("Two")
    before = revisions.head(ana.account_id)
    said(touched)
    last = said(touched)

    changes = inbox.changes_since(before, {}, ana)

    assert changes.conversations == [last.conversation]
    assert changes.messages == []
    assert changes.rev == last.rev
    assert untouched.pk not in [row.id for row in changes.conversations]


def test_only_the_threads_asked_for_get_their_messages(
    new_conversation: Callable[..., Conversation], ana: Membership, inside_acme: None
) -> None:
    opened, other = new_conversation("One"), new_conversation("Two")
    before = revisions.head(ana.account_id)
    news = said(opened)
    said(other)

    changes = inbox.changes_since(before, {opened.pk: opened.version}, ana)

    assert changes.messages == news.messages
    assert len(changes.conversations) == 2


def test_pages_follow_one_another_to_the_head(
    new_conversation: Callable[..., Conversation], ana: Membership, inside_acme: None
) -> None:
    made = [new_conversation(f"{n}").pk for n in range(7)]

    got: list[UUID] = []
    rev, has_more, pages = 0, True, 0
    while has_more:
        changes = inbox.changes_since(rev, {}, ana, limit=3)
        got += [row.id for row in changes.conversations]
        rev, has_more, pages = changes.rev, changes.has_more, pages + 1

    assert got == made
    assert pages == 3
    assert rev == revisions.head(ana.account_id)


def test_a_page_too_far_behind_is_told_to_start_afresh(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    Revision.objects.filter(account=ana.account_id).update(value=1_000)

    assert inbox.changes_since(499, {}, ana).restart
    assert not inbox.changes_since(500, {}, ana).restart


def test_a_page_from_the_future_is_told_to_start_afresh(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    assert inbox.changes_since(revisions.head(ana.account_id) + 1, {}, ana).restart


def test_a_thread_that_lacks_more_than_a_page_is_not_given_in_part(
    conversation: Conversation, ana: Membership, inside_acme: None
) -> None:
    have = {conversation.pk: conversation.version}
    before = revisions.head(ana.account_id)
    for _ in range(wire.PAGE):
        said(conversation)
    assert len(inbox.changes_since(before, have, ana).messages) == wire.PAGE

    said(conversation)

    assert inbox.changes_since(before, have, ana).restart


def test_another_accounts_changes_move_nothing_here(
    conversation: Conversation, ana: Membership, other: Account, gus: Membership
) -> None:
    with tenant(other.pk):
        changes = inbox.changes_since(0, {conversation.pk: 0}, gus)

    assert (changes.rev, changes.conversations, changes.messages) == (0, [], [])


def test_catching_up_gives_the_same_rows_as_a_fresh_load(
    new_conversation: Callable[..., Conversation],
    ana: Membership,
    ben: Membership,
    inside_acme: None,
) -> None:
    first, second = new_conversation("One"), new_conversation("Two")
    before = revisions.head(ana.account_id)
    conversations.assign(first, to=ben, by=ana)
    said(second)
    conversations.mark(second, side="agents", what="seen", seq=2)

    changed = inbox.changes_since(before, {}, ana).conversations
    loaded = inbox.page("all", member=ana).conversations

    assert sorted(changed, key=lambda row: row.id) == sorted(loaded, key=lambda row: row.id)
