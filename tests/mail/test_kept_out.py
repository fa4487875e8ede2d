"""An account that has objected to the company behind the mail server: nothing leaves by it (S21)."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts import sealing
from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import chat_settings, letters, mailing, messages
from chat.authors import Author
from chat.models import AuthorKind, Conversation, ConversationMail, MailServer
from chat.refusals import RefusedError
from privacy import compliance, objections, platform, uses
from privacy.models import Objection, Outcome, SubProcessor
from tests.conftest import LogIn
from tests.coverage import covers
from tests.mail.conftest import Work
from tests.mail.mailbox import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = timezone.now().date()


@pytest.fixture
def company(settings: Settings) -> SubProcessor:
    """Who hands the platform's e-mails over since yesterday."""
    settings.EMAIL_HOST = "smtp.post.example.org"
    return SubProcessor.objects.create(
        legal_name="Example Post s.r.o.",
        address="Ulice 1, Brno",
        country="CZ",
        contact="privacy@post.example.org",
        service="E-mail",
        description="Hands e-mails over.",
        data="what e-mails say",
        switchable="e-mails about conversations",
        place_of_storage="CZ",
        place_of_processing="CZ",
        place_of_access="CZ",
        tool="none_eea",
        provider="smtp.post.example.org",
        announced_on=TODAY - timedelta(days=31),
        effective_on=TODAY - timedelta(days=1),
    )


@pytest.fixture
def objection(acme: Account, ana: Membership, company: SubProcessor) -> Objection:
    """Acme objected in time, and nobody has decided."""
    with tenant(acme.pk):
        return Objection.objects.create(
            account=acme, sub_processor=company, reason="No.", raised_by=ana.pk
        )


def _are_on(account: Account) -> dict[str, bool]:
    with tenant(account.pk):
        return {flow.slug: flow.is_on for flow in uses.flows()}


@covers("S21", page="/app/<slug>/settings/mail/")
def test_no_letter_leaves_and_every_document_says_so(
    objection: Objection,
    company: SubProcessor,
    acme: Account,
    ana: Membership,
    conversation: Conversation,
    mailbox: Mailbox,
    due: Work,
    work: Work,
    login: LogIn,
) -> None:
    due()
    work()

    assert mailbox.letters == []
    with tenant(acme.pk):
        assert not ConversationMail.objects.filter(dropped_at=None).exists()
        assert platform.mails(acme, TODAY) == ()
        with pytest.raises(RefusedError):
            letters.transcript(conversation, email="nell@example.org", by=Author.of_member(ana))
        found = {one.slug: one for one in compliance.checks(acme, timezone.now())}
    assert not any(_are_on(acme).values())
    assert "Example Post s.r.o." in found["mails"].sentence
    page = login(ana).get("/app/acme/settings/mail/").content.decode()
    assert "you have objected to Example Post s.r.o., which hands them over" in page


def test_it_follows_what_becomes_of_the_objection(
    objection: Objection, company: SubProcessor, acme: Account, other: Account
) -> None:
    def is_out(account: Account) -> bool:
        with tenant(account.pk):
            return mailing.kept_out(account) is not None

    found = {}
    for outcome in Outcome:
        with tenant(acme.pk):
            Objection.objects.update(outcome=outcome, decided_at=timezone.now())
        found[outcome] = is_out(acme)

    assert [outcome for outcome, out in found.items() if out] == [Outcome.FEATURE_OFF]
    assert not is_out(other)
    SubProcessor.objects.update(effective_on=TODAY + timedelta(days=30), announced_on=TODAY)
    assert objections.keeps_out(acme.pk, company.provider, TODAY) is None, "it has not begun"


def test_with_a_server_of_its_own_everything_leaves_again(
    objection: Objection, acme: Account, conversation: Conversation
) -> None:
    assert not any(_are_on(acme).values())
    with tenant(acme.pk):
        MailServer.objects.create(
            account=acme,
            host="mail.acme.test",
            port=587,
            user="acme",
            password=sealing.seal("secret"),
            from_address="chat@acme.test",
            country="CZ",
        )

        assert mailing.kept_out(acme) is None
        assert chat_settings.allows_transcript(acme, side=AuthorKind.MEMBER)
    assert _are_on(acme)["visitor_waits"]


def test_without_an_objection_letters_leave_as_before(
    company: SubProcessor,
    acme: Account,
    conversation: Conversation,
    mailbox: Mailbox,
    due: Work,
    work: Work,
    ana: Membership,
) -> None:
    with tenant(acme.pk):
        author = Author.of_visitor(conversation.visitor)
        messages.post(conversation, author=author, body="Hello?", client_id=uuid4())

    due()
    work()

    assert mailbox.recipients == ["ana@example.org"]
