"""The letter to a visitor who left an address and is gone when the answer arrives."""

import asyncio
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from accounts.models import Account, Membership, PlanName
from accounts.tenancy import tenant
from chat import chat_settings, conversations, letters, presence, visitors
from chat.authors import Author
from chat.mail import ConsoleAndFileBackend
from chat.models import Conversation, ConversationMail, Visitor
from chat.refusals import RefusedError
from chat.wire import Refusal
from tests.mail.conftest import Answer, Work
from tests.mail.mailbox import Mailbox, part

pytestmark = pytest.mark.django_db(transaction=True)

VERA = "vera@example.org"


@pytest.fixture
def asked(new_conversation: Callable[..., Conversation]) -> Conversation:
    """A conversation whose visitor left an address."""
    return new_conversation("Do you ship to Brno?", name="Vera", email=VERA)


def test_an_answer_is_mailed_once_to_a_visitor_who_is_gone(
    mailbox: Mailbox, due: Work, work: Work, answer: Answer, asked: Conversation
) -> None:
    answer(asked)
    for _round in range(3):
        due()
        work()

    assert mailbox.recipients == [VERA]
    assert "Yes, we do." in mailbox.text()


def test_a_visitor_without_an_address_gets_no_letter(
    acme: Account, answer: Answer, conversation: Conversation
) -> None:
    answer(conversation)

    with tenant(acme.pk):
        assert not conversation.mails.filter(kind="answer").exists()


def test_several_answers_go_in_one_letter(
    mailbox: Mailbox, due: Work, work: Work, answer: Answer, asked: Conversation
) -> None:
    answer(asked, "Yes, we do.")
    answer(asked, "It takes two days.")

    due()
    work()

    assert "Yes, we do." in mailbox.text()
    assert "It takes two days." in mailbox.text()


def test_a_later_answer_goes_in_a_letter_of_its_own_that_repeats_nothing(
    mailbox: Mailbox, due: Work, work: Work, answer: Answer, asked: Conversation
) -> None:
    answer(asked, "Yes, we do.")
    due()
    work()
    answer(asked, "It takes two days.")
    due()
    work()

    texts = sorted(part(letter, "plain") for letter in mailbox.letters)
    assert len(texts) == 2
    assert [text.count("Yes, we do.") + text.count("It takes two days.") for text in texts] == [
        1,
        1,
    ]


class MeanwhileBackend(ConsoleAndFileBackend):
    """Something happens while the first letter is being handed over."""

    meanwhile: Callable[[], None]

    def send_messages(self, email_messages):  # type: ignore[no-untyped-def]
        happens = MeanwhileBackend.meanwhile
        MeanwhileBackend.meanwhile = lambda: None
        happens()
        return super().send_messages(email_messages)


def test_an_answer_given_while_the_letter_is_being_sent_is_not_lost(
    mailbox: Mailbox,
    settings: Settings,
    due: Work,
    work: Work,
    answer: Answer,
    asked: Conversation,
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.MeanwhileBackend"
    MeanwhileBackend.meanwhile = lambda: answer(asked, "It takes two days.")
    answer(asked, "Yes, we do.")

    due()
    work()
    due()
    work()

    texts = " ".join(part(letter, "plain") for letter in mailbox.letters)
    assert (texts.count("Yes, we do."), texts.count("It takes two days.")) == (1, 1)


def test_an_answer_read_in_the_chat_is_not_mailed(
    mailbox: Mailbox, due: Work, work: Work, acme: Account, answer: Answer, asked: Conversation
) -> None:
    answer(asked)
    with tenant(acme.pk):
        seq = Conversation.objects.get(pk=asked.pk).last_seq
        conversations.mark(asked, side="visitor", what="seen", seq=seq)

    due()
    work()

    assert mailbox.letters == []


def test_a_visitor_who_is_back_is_not_written_to_until_gone_again(
    mailbox: Mailbox, due: Work, work: Work, acme: Account, answer: Answer, asked: Conversation
) -> None:
    answer(asked)
    due()
    visitor_id = asked.visitor.public_id
    asyncio.run(presence.visitor_here(acme.pk, visitor_id, "a tab"))
    work()
    assert mailbox.letters == []

    presence._client.delete(presence._visitor(acme.pk, visitor_id, "here"))
    due()
    work()

    assert mailbox.recipients == [VERA]


def test_an_address_corrected_meanwhile_is_the_one_written_to(
    mailbox: Mailbox, due: Work, work: Work, acme: Account, answer: Answer, asked: Conversation
) -> None:
    answer(asked)
    with tenant(acme.pk):
        visitors.identify(asked.visitor, email="vera.novak@example.org")

    due()
    work()

    assert mailbox.recipients == ["vera.novak@example.org"]


def _blocked(acme: Account, ana: Membership, visitor: Visitor) -> None:
    visitors.block(visitor, by=ana)


def _forgotten(acme: Account, ana: Membership, visitor: Visitor) -> None:
    visitors.identify(visitor, email="")


def _switched_off(acme: Account, ana: Membership, visitor: Visitor) -> None:
    chat_settings.change(acme.pk, mails_answers_to_visitors=False)


@pytest.mark.parametrize("meanwhile", [_blocked, _forgotten, _switched_off])
def test_the_letter_is_not_written_if_the_visitor_is_not_to_be_written_to(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    answer: Answer,
    asked: Conversation,
    meanwhile: Callable[[Account, Membership, Visitor], None],
) -> None:
    answer(asked)
    with tenant(acme.pk):
        meanwhile(acme, ana, asked.visitor)

    due()
    work()

    assert mailbox.letters == []


# --- Transcripts --------------------------------------------------------------------------------


def test_a_transcript_holds_the_whole_conversation_and_goes_out_once(
    mailbox: Mailbox,
    work: Work,
    acme: Account,
    ana: Membership,
    answer: Answer,
    asked: Conversation,
) -> None:
    answer(asked)
    with tenant(acme.pk):
        now = Conversation.objects.get(pk=asked.pk)
        for _twice in range(2):
            letters.transcript(now, email=VERA, by=Author.of_member(ana))

    work()

    assert mailbox.recipients == [VERA]
    assert "Do you ship to Brno?" in mailbox.text()
    assert "Yes, we do." in mailbox.text()


@pytest.mark.parametrize("side", ["agents", "visitors"])
def test_a_transcript_is_refused_to_the_side_for_which_it_is_switched_off(
    acme: Account, ana: Membership, asked: Conversation, side: str
) -> None:
    agents = side == "agents"
    off = "agents_may_send_transcripts" if agents else "visitors_may_request_transcripts"
    authors = [Author.of_member(ana), Author.of_visitor(asked.visitor)]
    refused_to, allowed_to = authors if agents else authors[::-1]

    with tenant(acme.pk):
        chat_settings.change(acme.pk, by=None, **{off: False})
        with pytest.raises(RefusedError) as refusal:
            letters.transcript(asked, email=VERA, by=refused_to)
        letters.transcript(asked, email=VERA, by=allowed_to)

        assert refusal.value.code == Refusal.NOT_ALLOWED
        assert asked.mails.filter(kind="transcript").count() == 1


def test_a_transcript_is_refused_on_a_plan_without(
    acme: Account, ana: Membership, asked: Conversation
) -> None:
    Account.objects.filter(pk=acme.pk).update(plan=PlanName.FREE)

    with tenant(acme.pk), pytest.raises(RefusedError) as refusal:
        letters.transcript(
            Conversation.objects.get(pk=asked.pk), email=VERA, by=Author.of_member(ana)
        )

    assert refusal.value.code == Refusal.NOT_ALLOWED


@pytest.mark.parametrize(
    "address",
    [
        "",
        "vera",
        "vera@",
        "a@b.test\nBcc: c@d.test",
        "Vera <vera@example.org>",
        "a@b.test, c@d.test",
    ],
)
def test_a_transcript_goes_to_one_plain_address_only(
    acme: Account, ana: Membership, asked: Conversation, address: str
) -> None:
    with tenant(acme.pk):
        with pytest.raises(RefusedError) as refusal:
            letters.transcript(asked, email=address, by=Author.of_member(ana))

        assert refusal.value.code == Refusal.INVALID
        assert not asked.mails.filter(kind="transcript").exists()


# --- Words --------------------------------------------------------------------------------------


def test_no_letter_to_a_visitor_holds_an_agents_log_in_address(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    ben: Membership,
    answer: Answer,
    asked: Conversation,
) -> None:
    Membership.objects.filter(pk=ben.pk).update(public_name="")
    ben.refresh_from_db()
    answer(asked, "Yes, we do.", by=ana)
    answer(asked, "It takes two days.", by=ben)
    with tenant(acme.pk):
        now = Conversation.objects.get(pk=asked.pk)
        letters.transcript(now, email=VERA, by=Author.of_visitor(asked.visitor))
        # The letter to the agents is not looked at here, and it holds their address by right.
        ConversationMail.objects.filter(kind="visitor_waits").delete()

    due()
    work()

    sent = [path.read_text() for path in mailbox.folder.glob("*.eml")]
    assert len(sent) == 2
    assert not any(person.user.email in text for text in sent for person in (ana, ben))
    assert all("Ana" in part(letter, "plain") for letter in mailbox.letters)


def test_what_people_write_is_escaped_in_the_markup_and_never_run_as_a_template(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    acme: Account,
    ana: Membership,
    answer: Answer,
    asked: Conversation,
) -> None:
    """A24, A25."""
    Account.objects.filter(pk=acme.pk).update(name="<b>Acme</b> {{ 7|add:7 }}")
    answer(asked, "<script>alert(1)</script> {% now 'Y' %} {{ platform }}")

    due()
    work()

    assert "<script>" not in mailbox.html()
    assert "<b>Acme" not in mailbox.html()
    assert (
        "&lt;script&gt;alert(1)&lt;/script&gt; {% now &#x27;Y&#x27; %} {{ platform }}"
        in mailbox.html()
    )
    assert "<b>Acme</b> {{ 7|add:7 }}" in mailbox.text()
    assert "<script>alert(1)</script> {% now 'Y' %} {{ platform }}" in mailbox.text()


def test_a_line_break_in_the_accounts_name_makes_no_header(
    mailbox: Mailbox, due: Work, work: Work, acme: Account, answer: Answer, asked: Conversation
) -> None:
    Account.objects.filter(pk=acme.pk).update(name="Acme\r\nBcc: eve@example.org")
    answer(asked)

    due()
    work()

    assert mailbox.only["Bcc"] is None
    assert mailbox.recipients == [VERA]


@pytest.mark.parametrize(
    ("spoken", "language"),
    [("de-AT", "de"), ("cs", "cs"), ("en-GB", "en"), ("fr", "en"), ("", "en")],
)
def test_a_visitor_is_written_to_in_their_language_or_else_the_accounts(
    mailbox: Mailbox,
    due: Work,
    work: Work,
    answer: Answer,
    new_conversation: Callable[..., Conversation],
    spoken: str,
    language: str,
) -> None:
    conversation = new_conversation("Hello", email=VERA, language=spoken)
    answer(conversation)

    due()
    work()

    assert f'<html lang="{language}">' in mailbox.html()


def test_times_are_told_in_the_accounts_time_zone(
    mailbox: Mailbox, due: Work, work: Work, acme: Account, answer: Answer, asked: Conversation
) -> None:
    Account.objects.filter(pk=acme.pk).update(time_zone="Asia/Kathmandu")
    answer(asked)
    with tenant(acme.pk):
        said = asked.messages.get(body="Yes, we do.")

    due()
    work()

    local = said.sent_at.astimezone(ZoneInfo("Asia/Kathmandu"))
    assert f"{local:%H:%M}" in mailbox.text()


def test_a_letter_has_the_message_id_that_its_row_was_given(
    mailbox: Mailbox, due: Work, work: Work, acme: Account, answer: Answer, asked: Conversation
) -> None:
    answer(asked)
    with tenant(acme.pk):
        letter = asked.mails.get(kind="answer")

    due()
    work()

    assert mailbox.only["Message-ID"] == f"<{letter.message_id}@chat.test>"
