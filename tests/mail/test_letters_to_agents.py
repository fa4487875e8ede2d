"""The letter to agents: a visitor waits and nobody answers."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import chat_settings, conversations, messages, visitors
from chat.authors import Author
from chat.models import Conversation, ConversationMail
from tests.coverage import covers
from tests.mail.conftest import Answer, Work
from tests.mail.mailbox import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_waiting_visitor_makes_one_letter_to_each_available_member(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    ana: Membership,
    ben: Membership,
    conversation: Conversation,
) -> None:
    due()
    work()

    assert mailbox.recipients == ["ana@example.org", "ben@example.org"]


def test_working_again_sends_nothing_again(
    mailbox: Mailbox, due: Work, work: Work, ana: Membership, conversation: Conversation
) -> None:
    for _round in range(3):
        due()
        work()

    assert mailbox.recipients == ["ana@example.org"]


def test_nothing_is_sent_before_its_time(
    mailbox: Mailbox, work: Work, ana: Membership, conversation: Conversation
) -> None:
    work()

    assert mailbox.letters == []


def test_the_letter_shows_what_the_visitor_said_by_then(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    conversation: Conversation,
) -> None:
    with tenant(acme.pk):
        author = Author.of_visitor(conversation.visitor)
        messages.post(conversation, author=author, body="And to Linz?", client_id=uuid4())

    due()
    work()

    assert "Do you ship to Brno?" in mailbox.text()
    assert "And to Linz?" in mailbox.text()


@covers("S16")
def test_a_letter_of_links_only_carries_nothing_that_the_visitor_wrote(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    conversation: Conversation,
) -> None:
    with tenant(acme.pk):
        visitors.identify(conversation.visitor, name="Nell Canary")
        chat_settings.change(acme.pk, mails_agents_links_only=True)

    due()
    work()

    whole = mailbox.only.as_string() + mailbox.text() + mailbox.html()
    assert "Do you ship to Brno?" not in whole
    assert "Nell Canary" not in whole
    assert f"http://chat.test/app/acme/inbox/#{conversation.pk}" in mailbox.text()


def test_the_letter_leads_to_the_conversation(
    mailbox: Mailbox, due: Work, work: Work, ana: Membership, conversation: Conversation
) -> None:
    due()
    work()

    assert f"http://chat.test/app/acme/inbox/#{conversation.pk}" in mailbox.text()


def test_only_the_agent_whose_conversation_it_is_gets_the_letter(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    ben: Membership,
    conversation: Conversation,
) -> None:
    with tenant(acme.pk):
        conversations.assign(conversation, to=ben, by=ana)

    due()
    work()

    assert mailbox.recipients == ["ben@example.org"]


def test_a_member_who_is_not_available_is_left_in_peace(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    ana: Membership,
    ben: Membership,
    conversation: Conversation,
) -> None:
    Membership.objects.filter(pk=ana.pk).update(is_available=False)

    due()
    work()

    assert mailbox.recipients == ["ben@example.org"]


def test_everybody_is_told_when_nobody_is_available(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    ana: Membership,
    ben: Membership,
    conversation: Conversation,
) -> None:
    Membership.objects.update(is_available=False)

    due()
    work()

    assert mailbox.recipients == ["ana@example.org", "ben@example.org"]


def test_a_member_who_left_and_the_members_of_other_accounts_get_nothing(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    ana: Membership,
    ben: Membership,
    gus: Membership,
    conversation: Conversation,
) -> None:
    Membership.objects.filter(pk=ben.pk).update(is_active=False)

    due()
    work()

    assert mailbox.recipients == ["ana@example.org"]


def test_the_team_is_told_when_the_assignee_has_left(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    ben: Membership,
    conversation: Conversation,
) -> None:
    with tenant(acme.pk):
        conversations.assign(conversation, to=ben, by=ana)
    Membership.objects.filter(pk=ben.pk).update(is_active=False)

    due()
    work()

    assert mailbox.recipients == ["ana@example.org"]


def _answered(acme: Account, ana: Membership, conversation: Conversation) -> None:
    author = Author.of_member(ana)
    messages.post(conversation, author=author, body="Yes.", client_id=uuid4())


def _answered_and_waiting_again(acme: Account, ana: Membership, conversation: Conversation) -> None:
    _answered(acme, ana, conversation)
    chat_settings.change(acme.pk, mail_agents_after_minutes=60)
    author = Author.of_visitor(conversation.visitor)
    messages.post(conversation, author=author, body="Thanks, and Linz?", client_id=uuid4())
    ConversationMail.objects.filter(up_to_seq__gt=1).delete()


def _closed(acme: Account, ana: Membership, conversation: Conversation) -> None:
    conversations.close(conversation, by=Author.of_member(ana))


def _blocked(acme: Account, ana: Membership, conversation: Conversation) -> None:
    visitors.block(conversation.visitor, by=ana)


def _switched_off(acme: Account, ana: Membership, conversation: Conversation) -> None:
    chat_settings.change(acme.pk, mail_agents_after_minutes=0)


@pytest.mark.parametrize(
    "meanwhile", [_answered, _answered_and_waiting_again, _closed, _blocked, _switched_off]
)
def test_the_letter_is_not_written_if_it_has_become_pointless(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    conversation: Conversation,
    meanwhile: Callable[[Account, Membership, Conversation], None],
) -> None:
    with tenant(acme.pk):
        meanwhile(acme, ana, conversation)

    due()
    work()

    assert mailbox.letters == []


def test_a_second_wait_makes_a_second_letter(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    answer: Answer,
    conversation: Conversation,
) -> None:
    due()
    work()
    answer(conversation)
    with tenant(acme.pk):
        author = Author.of_visitor(conversation.visitor)
        messages.post(conversation, author=author, body="And to Linz?", client_id=uuid4())

    due()
    work()

    assert mailbox.recipients == ["ana@example.org", "ana@example.org"]


def test_an_account_that_wants_no_letters_has_none_written(
    acme: Account, ana: Membership, new_conversation: Callable[..., Conversation]
) -> None:
    with tenant(acme.pk):
        chat_settings.change(acme.pk, mail_agents_after_minutes=0)

    new_conversation("Hello")

    with tenant(acme.pk):
        assert not ConversationMail.objects.exists()
