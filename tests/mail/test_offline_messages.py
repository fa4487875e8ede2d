"""Messages left while nobody is there go to the addresses that the account chose (S16, S23)."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from accounts import memberships
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import asking, chat_settings, conversations, messages
from chat.asking import Filed
from chat.authors import Author
from chat.models import Conversation, FormPoint, Visitor
from tests.coverage import covers
from tests.mail.conftest import Answer, Work
from tests.mail.mailbox import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)

ANSWER = {"form": "offline", "key": "order", "label": "Order number", "value": "B-1042"}


@pytest.fixture
def left(acme: Account, new_visitor: Callable[..., Visitor]) -> Callable[..., Conversation]:
    """Nell leaves a message."""

    def leave(*, is_mailed: bool = True) -> Conversation:
        visitor = new_visitor(name="Nell Canary", email="nell@example.org")
        with tenant(acme.pk):
            conversation = conversations.open_for(visitor)
            messages.post(
                conversation,
                author=Author.of_visitor(visitor),
                body="Call me tomorrow",
                client_id=uuid4(),
                filed=Filed(FormPoint.OFFLINE, {}, [ANSWER], is_mailed=is_mailed),
            )
            return Conversation.objects.get(pk=conversation.pk)

    return leave


@covers("S23")
def test_it_is_mailed_at_once_to_whoever_manages_the_account(
    mailbox: Mailbox, work: Work, ana: Membership, adi: Membership, ben: Membership,
    left: Callable[..., Conversation],
) -> None:  # fmt: skip
    left()
    work()

    assert mailbox.recipients == ["adi@example.org", "ana@example.org"]


def test_the_letter_carries_the_message_the_answers_and_who_they_say_they_are(
    mailbox: Mailbox, work: Work, ana: Membership, left: Callable[..., Conversation]
) -> None:
    conversation = left()
    work()

    for words in (mailbox.text(), mailbox.html()):
        for told in ("Call me tomorrow", "Nell Canary", "nell@example.org", "B-1042"):
            assert told in words
        assert f"http://chat.test/app/acme/inbox/#{conversation.pk}" in words


@covers("S16")
def test_a_letter_of_links_only_carries_nothing_that_the_visitor_wrote(
    mailbox: Mailbox, work: Work, acme: Account, ana: Membership,
    left: Callable[..., Conversation],
) -> None:  # fmt: skip
    with tenant(acme.pk):
        chat_settings.change(acme.pk, mails_agents_links_only=True)

    left()
    work()

    whole = mailbox.only.as_string() + mailbox.text() + mailbox.html()
    for told in ("Call me tomorrow", "Nell Canary", "nell@example.org", "B-1042"):
        assert told not in whole


def test_chosen_addresses_get_it_and_nobody_who_has_left_the_team(
    mailbox: Mailbox, work: Work, acme: Account, ana: Membership, ben: Membership,
    left: Callable[..., Conversation],
) -> None:  # fmt: skip
    with tenant(acme.pk):
        chosen = ["desk@shop.test", "ben@example.org"]
        asking.change(acme.pk, offline_recipients=chosen)
        memberships.deactivate(ben, by=ana)

    left()
    work()

    assert mailbox.recipients == ["desk@shop.test"]


def test_an_account_may_have_them_in_the_inbox_only(
    mailbox: Mailbox,
    work: Work,
    acme: Account,
    ana: Membership,
    left: Callable[..., Conversation],
) -> None:
    with tenant(acme.pk):
        asking.change(acme.pk, mails_offline_messages=False)

    left()
    work()

    assert mailbox.letters == []


def test_nobody_is_told_a_second_time_that_the_visitor_waits(
    mailbox: Mailbox, work: Work, due: Work, ana: Membership, left: Callable[..., Conversation]
) -> None:
    left()
    for _round in range(3):
        work()
        due()

    assert len(mailbox.letters) == 1


def test_what_was_answered_in_the_inbox_is_not_mailed_any_more(
    mailbox: Mailbox, work: Work, ana: Membership, answer: Answer,
    left: Callable[..., Conversation],
) -> None:  # fmt: skip
    answer(left())
    work()

    assert mailbox.recipients == []


def test_above_the_account_s_limit_agents_hear_of_it_as_of_everybody_who_waits(
    mailbox: Mailbox, work: Work, due: Work, ana: Membership, adi: Membership, ben: Membership,
    left: Callable[..., Conversation],
) -> None:  # fmt: skip
    """A51: strangers neither fill mailboxes at once nor keep others from being heard."""
    conversation = left(is_mailed=False)
    work()
    at_once = list(mailbox.recipients)
    for _round in range(2):
        due()
        work()

    assert conversation.last_seq == 2
    assert at_once == []
    assert "ben@example.org" in mailbox.recipients


def test_where_no_recipient_is_left_agents_hear_of_it_all_the_same(
    mailbox: Mailbox, work: Work, due: Work, acme: Account, ana: Membership, ben: Membership,
    left: Callable[..., Conversation],
) -> None:  # fmt: skip
    with tenant(acme.pk):
        memberships.deactivate(ben, by=ana)
        asking.change(acme.pk, offline_recipients=["ben@example.org"])

    left()
    for _round in range(2):
        due()
        work()

    assert mailbox.recipients == ["ana@example.org"]


@covers("S32")
def test_who_leaves_the_team_is_no_recipient_any_more(
    mailbox: Mailbox, work: Work, acme: Account, ana: Membership, ben: Membership,
    left: Callable[..., Conversation],
) -> None:  # fmt: skip
    with tenant(acme.pk):
        asking.change(acme.pk, offline_recipients=["desk@shop.test", "ben@example.org"])
        memberships.leave(ben)

    left()
    work()

    assert mailbox.recipients == ["desk@shop.test"]
    with tenant(acme.pk):
        assert asking.of(acme.pk).offline_recipients == ["desk@shop.test"]
