"""Whoever objects is left alone: by letters, by lists, and after everything of them is erased."""

import csv
import io
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client, override_settings
from django.utils import timezone

from accounts.declarations import Subject
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import letters, messages
from chat.authors import Author
from chat.models import Conversation, ConversationMail, Visitor
from chat.refusals import RefusedError
from privacy import consent_files, erasures, requests, suppressions
from privacy.models import Purpose, Suppression
from privacy.models.requests import Channel, RequestKind
from tests.conftest import LogIn
from tests.coverage import covers
from tests.privacy.test_consents import declare, give

pytestmark = pytest.mark.django_db

NELL = "nell@example.org"


@pytest.fixture
def nell(new_visitor: Callable[..., Visitor]) -> Visitor:
    return new_visitor(name="Nell", email="Nell@Example.org")


@covers("R3", "S73", page="/app/<slug>/settings/privacy/requests/<id>/")
def test_an_answered_objection_takes_effect_and_outlives_the_person(
    acme: Account, ana: Membership, nell: Visitor, login: LogIn
) -> None:
    with tenant(acme.pk):
        asked = requests.receive(
            RequestKind.OBJECTION, Channel.PAGE, email=NELL, now=timezone.now()
        )
    step = f"/app/acme/settings/privacy/requests/{asked.pk}/steps/objection/"
    client = login(ana)
    client.post(step)
    with tenant(acme.pk):
        assert not suppressions.is_suppressed(NELL), "nobody knows yet who asks (A10)"
        requests.vouch(asked, by=ana, now=timezone.now())
        requests.choose(asked, nell.pk, by=ana)

    page = client.post(step, follow=True).content.decode()

    assert "Left alone" in page
    with tenant(acme.pk):
        assert suppressions.is_suppressed(" NELL@example.org")
        assert suppressions.is_suppressed(nell.public_id)
        erasures.erase(Subject.VISITOR, nell, account_id=acme.pk, by=ana)
        assert suppressions.is_suppressed(NELL)
        stored = str(list(Suppression.objects.values_list("key_hash", flat=True)))
        assert "nell" not in stored.lower()
        assert nell.public_id not in stored
        assert AuditEntry.objects.filter(event="objection.noted").count() == 1


def test_a_list_to_write_to_leaves_out_who_objected_until_they_agree_anew(
    acme: Account, ana: Membership, nell: Visitor
) -> None:
    with tenant(acme.pk):
        purpose = Purpose.objects.get(pk=declare(acme, ana).purpose_id)
        give(nell, purpose.pk)
        assert _listed(purpose, ana) == [nell.email]

        _object(nell, ana)
        assert _listed(purpose, ana) == []

        suppressions.lift([NELL, nell.public_id], by=ana, target=("visitor", nell.pk))
        assert _listed(purpose, ana) == [nell.email]


def test_who_objected_gets_one_letter_each_time_they_write(
    acme: Account, ana: Membership, new_conversation: Callable[..., Conversation]
) -> None:
    talk = new_conversation("Do you ship?", name="Nell", email=NELL)
    with tenant(acme.pk):
        _object(talk.visitor, ana)
        _say(talk, Author.of_member(ana), "Yes, we do.")
        assert _sent(talk) == ["Yes, we do."]

        _say(talk, Author.of_member(ana), "By the way, there is a sale.")
        assert _sent(talk) == []
        with pytest.raises(RefusedError):
            letters.transcript(talk, email=NELL, by=Author.of_member(ana))

        _say(talk, Author.of_visitor(talk.visitor), "What does it cost?")
        _say(talk, Author.of_member(ana), "Nothing.")
        assert "Nothing." in _sent(talk)


@override_settings(SECRET_KEY="a new key", SECRET_KEY_FALLBACKS=["the key before"])
def test_an_objection_counts_under_an_older_key_and_in_one_account(
    acme: Account, other: Account, ana: Membership, nell: Visitor
) -> None:
    with tenant(acme.pk), override_settings(SECRET_KEY="the key before", SECRET_KEY_FALLBACKS=[]):
        _object(nell, ana)

    with tenant(acme.pk):
        assert suppressions.is_suppressed(NELL)
    with tenant(other.pk):
        assert not suppressions.is_suppressed(NELL)


def test_the_page_of_a_person_notes_and_lifts_an_objection_for_managers_only(
    acme: Account, ana: Membership, ben: Membership, nell: Visitor, login: LogIn
) -> None:
    client: Client = login(ana)
    address = f"/app/acme/settings/privacy/people/{nell.pk}/"

    noted = client.post(f"{address}objection/", follow=True).content.decode()
    assert "Left alone" in noted
    lifted = client.post(f"{address}objection/", {"is_lifted": "on"}, follow=True)

    assert "No objection is noted." in lifted.content.decode()
    with tenant(acme.pk), pytest.raises(ValidationError):
        _object(nell, ben)


def _object(visitor: Visitor, by: Membership) -> None:
    keys = suppressions.keys_of(visitor)
    suppressions.add(keys, by=by, target=("visitor", visitor.pk), now=timezone.now())


def _listed(purpose: Purpose, by: Membership) -> list[str]:
    file = io.BytesIO()
    consent_files.contacts(file, purpose, by=by, now=timezone.now())
    return [row["email"] for row in csv.DictReader(io.StringIO(file.getvalue().decode()))]


def _sent(talk: Conversation) -> list[str]:
    """What the letter says that is due now; it is recorded as sent."""
    ConversationMail.objects.filter(sent_at=None).update(due_at=timezone.now())
    claim = letters.claim_next(timezone.now())
    if claim is None:
        return []
    last = claim.messages[-1].seq
    letters.record(claim.letter.pk, up_to_seq=last, now=timezone.now())
    return [one.body for one in claim.messages]


def _say(talk: Conversation, author: Author, body: str) -> None:
    messages.post(talk, author=author, body=body, client_id=uuid4())
