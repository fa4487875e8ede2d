"""Members put right what is known of a person, for a request or because they noticed."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import inbox, revisions
from chat.models import Conversation, Visitor
from privacy import corrections, requests, restrictions
from privacy.forms import CorrectForm
from privacy.models import RestrictionGround
from privacy.models.requests import Channel, RequestKind
from tests.conftest import LogIn
from tests.coverage import covers

pytestmark = pytest.mark.django_db

RIGHT = {"name": "Nell Hart", "email": "nell@example.org", "phone": ""}


@pytest.fixture
def talk(new_conversation: Callable[..., Conversation]) -> Conversation:
    return new_conversation("Hello", name="Nel Heart", email="nel@example.org", phone="123 456")


@covers("S73", "R3", page="/app/<slug>/settings/privacy/requests/<id>/")
def test_a_request_corrects_once_it_is_known_who_asks_and_about_whom(
    acme: Account, ana: Membership, talk: Conversation, login: LogIn
) -> None:
    with tenant(acme.pk):
        now = timezone.now()
        asked = requests.receive(
            RequestKind.RECTIFICATION, Channel.PAGE, email="nell@example.org", now=now
        )
        head = revisions.head(acme.pk)
    client = login(ana)
    desk = f"/app/acme/settings/privacy/requests/{asked.pk}/"
    correct = f"{desk}correct/{talk.visitor_id}/"

    assert "not known yet who asks" in client.post(correct, RIGHT, follow=True).content.decode()
    with tenant(acme.pk):
        requests.vouch(asked, by=ana, now=now)
    assert "Choose first" in client.post(correct, RIGHT, follow=True).content.decode()
    with tenant(acme.pk):
        requests.choose(asked, talk.visitor_id, by=ana)
        assert _details(talk) == ("Nel Heart", "nel@example.org", "123 456")
    assert 'value="Nel Heart"' in client.get(desk).content.decode()
    wrong = client.post(correct, {**RIGHT, "email": "nowhere"})
    assert wrong.status_code == 422
    assert 'value="Nell Hart"' in wrong.content.decode(), "nothing typed is lost"

    done = client.post(correct, RIGHT, follow=True).content.decode()

    assert "name, email, phone" in done
    with tenant(acme.pk):
        assert _details(talk) == ("Nell Hart", "nell@example.org", "")
        (shown,) = inbox.changes_since(head, {}, ana).conversations
        assert shown.visitor.name == "Nell Hart", "open inboxes are told"
        entry = AuditEntry.objects.get(event="person.corrected")
        assert entry.actor_id == ana.pk
        assert entry.details == {"fields": ["name", "email", "phone"], "request": asked.reference}
        requests.answer(asked, subject="Done", body="Corrected.", by=ana, now=now)
    assert client.post(correct, RIGHT).status_code == 404, "what is decided corrects no more"


@covers("S73", page="/app/<slug>/settings/privacy/people/<id>/")
def test_the_page_of_a_person_corrects_and_records_only_what_changed(
    acme: Account, ana: Membership, talk: Conversation, login: LogIn
) -> None:
    client = login(ana)
    person = f"/app/acme/settings/privacy/people/{talk.visitor_id}/"
    assert 'value="nel@example.org"' in client.get(person).content.decode()
    as_it_is = {"name": "Nel Heart", "email": "nel@example.org", "phone": "123 456"}
    unchanged = client.post(f"{person}correct/", as_it_is, follow=True).content.decode()
    assert "Nothing was changed." in unchanged
    assert client.post(f"{person}correct/", {**as_it_is, "name": "x" * 256}).status_code == 422

    client.post(f"{person}correct/", {**as_it_is, "name": "Nell Hart"})

    with tenant(acme.pk):
        assert _details(talk) == ("Nell Hart", "nel@example.org", "123 456")
        assert AuditEntry.objects.get(event="person.corrected").details == {"fields": ["name"]}
    assert "Data of a person corrected" in client.get("/app/acme/settings/audit/").content.decode()


def test_only_owners_and_admins_correct_and_only_in_their_account(
    acme: Account,
    other: Account,
    adi: Membership,
    ben: Membership,
    gus: Membership,
    talk: Conversation,
) -> None:
    with tenant(acme.pk), pytest.raises(ValidationError, match="Only an owner or an admin"):
        corrections.correct(talk.visitor_id, RIGHT, by=ben)
    with tenant(other.pk), pytest.raises(ValidationError, match="Nothing is kept"):
        corrections.correct(talk.visitor_id, RIGHT, by=gus)
    with tenant(acme.pk):
        assert _details(talk)[0] == "Nel Heart"
        assert corrections.correct(talk.visitor_id, RIGHT, by=adi) == ["name", "email", "phone"]


def test_disputed_data_are_corrected_while_they_are_restricted(
    acme: Account, ana: Membership, talk: Conversation
) -> None:
    with tenant(acme.pk):
        ground, now = RestrictionGround.ACCURACY, timezone.now()
        restrictions.place([talk.visitor_id], ground=ground, by=ana, now=now)
        head = revisions.head(acme.pk)

        corrections.correct(talk.visitor_id, RIGHT, by=ana)

        assert _details(talk)[0] == "Nell Hart"
        assert inbox.changes_since(head, {}, ana).conversations == []


def test_the_form_has_every_field_that_the_data_map_calls_a_name_or_a_way_to_reach_somebody() -> (
    None
):
    assert list(CorrectForm().fields) == corrections.fields()


def _details(talk: Conversation) -> tuple[str, str, str]:
    visitor = Visitor.objects.get(pk=talk.visitor_id)
    return visitor.name, visitor.email, visitor.phone
