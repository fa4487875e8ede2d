"""Visitors see, copy, correct and erase what is kept of them, and nothing of anybody else."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts import audit, companies, ratelimits
from accounts.declarations import Subject
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import files, identity, messages, presence, visitors, wire
from chat.authors import Author
from chat.models import Conversation, MailKind, Visitor
from privacy import consents, copies, holds, purposes, restrictions, retention, subjects
from privacy.models import ErasureReceipt, PurposeCategory, RestrictionGround, SubjectCopy
from privacy.models.history import HoldKind
from privacy.models.requests import SubjectRequest
from privacy.tasks import build_copy, finish_erasures
from tests.chat.conftest import Ask
from tests.coverage import covers

pytestmark = pytest.mark.django_db

CALLS = [
    ("get", "data"),
    ("post", "details"),
    ("post", "copies"),
    ("post", "requests"),
    ("post", "use-again"),
    ("post", "erase"),
]


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def nell(acme: Account, new_conversation: Callable[..., Conversation], ben: Membership) -> Visitor:
    """A visitor of whom much is known, with an answer and a file."""
    talk = new_conversation(
        "Where is my parcel?", name="Nell", email="nell@example.org", variables={"tier": "gold"}
    )
    with tenant(acme.pk):
        messages.post(talk, author=Author.of_member(ben), body="In Brno.", client_id=uuid4())
        sent = SimpleUploadedFile("photo of the parcel.txt", b"parcel", "text/plain")
        file = files.accept(sent, author=talk.visitor.public_id)
        messages.post(
            talk,
            author=Author.of_visitor(talk.visitor),
            body="",
            client_id=uuid4(),
            attachments=[file.pk],
        )
    visitor: Visitor = talk.visitor
    return visitor


@covers("R8", "S73")
def test_it_tells_what_the_data_map_leads_to_and_until_when(
    acme: Account,
    nell: Visitor,
    ben: Membership,
    new_conversation: Callable[..., Conversation],
    ask: Ask,
) -> None:
    with tenant(acme.pk):
        talk = Conversation.objects.get(visitor=nell)
        letter = talk.mails.filter(kind=MailKind.VISITOR_WAITS).latest("up_to_seq")
        letter.recipient = ben.user.email
        letter.save(update_fields=["recipient"])
    new_conversation("I am somebody else", name="Stranger")

    answer = ask(nell.public_id, "get", "data?lang=en")

    assert answer["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    shown = answer.json()
    with tenant(acme.pk), translation.override("en"):
        walked = [
            (gettext(row.table.title), len(subjects.readable(row, nell)))
            for row in subjects.told(Subject.VISITOR, nell)
        ]
        last = Conversation.objects.get(visitor=nell).last_message_at
        ends = retention.due(retention.effective(acme, timezone.now()), last)
    told = [(one["title"], len(row)) for one in shown["groups"] for row in one["rows"]]
    assert told == walked
    assert [one["count"] for one in shown["groups"]] == [1, 1, 3, 4, 1]
    said = {fact["value"] for one in shown["groups"] for row in one["rows"] for fact in row}
    assert {
        "Nell",
        "nell@example.org",
        "tier: gold",
        "In Brno.",
        "Ben",
        "photo of the parcel.txt",
    } <= said
    assert "Stranger" not in answer.content.decode()
    assert ben.user.email not in answer.content.decode()
    assert ends
    kept = {one["title"]: one["until"] for one in shown["groups"]}
    assert kept["Messages"] == ends.isoformat()
    assert shown["details"] == {"name": "Nell", "email": "nell@example.org", "phone": ""}
    assert (shown["is_held"], shown["is_unlimited"]) == (False, False)


@covers("R8")
def test_it_speaks_the_language_of_the_frame(nell: Visitor, ask: Ask) -> None:
    titles = [one["title"] for one in ask(nell.public_id, "get", "data?lang=de").json()["groups"]]

    assert "Nachrichten" in titles


@covers("R8")
def test_it_names_who_has_read_it_and_who_decides(
    acme: Account, nell: Visitor, ben: Membership, ana: Membership, ask: Ask
) -> None:
    with tenant(acme.pk):
        talk = Conversation.objects.get(visitor=nell)
        for member in (ben, ben, ana):
            audit.looked(member, audit.Event.CONVERSATION_READ, ("conversation", talk.pk))
        audit.forget([ana.pk])
        companies.name(acme, _company(), by=ana)

    shown = ask(nell.public_id, "get", "data").json()

    assert [one["name"] for one in shown["readers"]] == ["", "Ben"]
    assert shown["controller"]["name"] == "Kettle Lane s.r.o."
    assert shown["controller"]["email"] == "data@shop.test"


@covers("R8")
def test_of_somebody_who_has_not_written_only_the_visit_is_known(acme: Account, ask: Ask) -> None:
    public_id = identity.new_visitor_id()
    presence._client.set(
        presence._visitor(acme.pk, public_id, "details"), json.dumps({"name": "Nell"}), ex=60
    )

    shown = ask(public_id, "get", "data").json()

    assert (shown["is_stored"], shown["groups"], shown["until"]) == (False, [], None)
    assert shown["visit"] == [{"label": "Name", "value": "Nell", "is_time": False}]
    assert ask(public_id, "post", "copies").status_code == 404
    assert ask(public_id, "post", "erase", confirmed=True).json() == {"receipt_id": None}
    assert ask(public_id, "get", "data").json()["visit"] == []


@covers("R8", "S73")
def test_a_visitor_fetches_a_copy_that_a_job_has_made_for_them(
    acme: Account, nell: Visitor, ana: Membership, ask: Ask
) -> None:
    with tenant(acme.pk):
        copies.ask(nell.pk, account_id=acme.pk, by=ana)
    asked = ask(nell.public_id, "post", "copies?lang=de")
    assert (asked.status_code, asked.json()["state"]) == (202, "building")
    assert ask(nell.public_id, "post", "copies").json()["id"] == asked.json()["id"]

    build_copy(account_id=str(acme.pk), copy_id=asked.json()["id"], language="de")

    ready = ask(nell.public_id, "get", f"copies/{asked.json()['id']}").json()
    assert ready["state"] == "ready"
    file = Client().get(ready["address"]).getvalue()
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert "Nell" in archive.read("data.json").decode()
        assert "Nachrichten" in archive.read("data.html").decode()
    assert Client().get(ready["address"].replace("/copies/", "/copies/A")).status_code == 404
    # What an admin had made is the admin's to hand over.
    assert len(ask(nell.public_id, "get", "data").json()["copies"]) == 1
    with tenant(acme.pk):
        entry = AuditEntry.objects.filter(event=audit.Event.PERSON_COPIED).latest("id")
    assert entry.actor_kind == "system"


@covers("R8", "S73")
def test_a_visitor_corrects_what_they_said_of_themselves(
    acme: Account, nell: Visitor, ask: Ask
) -> None:
    answer = ask(nell.public_id, "post", "details", name="Nell Bly", phone="")
    wrong = ask(nell.public_id, "post", "details", email="nobody")

    assert answer.json() == {"name": "Nell Bly", "email": "nell@example.org", "phone": ""}
    assert (wrong.status_code, wrong.json()) == (400, {"error": "invalid"})
    assert ask(nell.public_id, "post", "details", name=["Nell"]).status_code == 400
    with tenant(acme.pk):
        nell.refresh_from_db()
    assert nell.name == "Nell Bly"


@covers("R8", "S73")
def test_a_visitor_erases_themselves_and_keeps_a_receipt_that_tells_of_nobody(
    acme: Account, nell: Visitor, other: Account, ask: Ask
) -> None:
    assert ask(nell.public_id, "post", "erase").status_code == 400

    done = ask(nell.public_id, "post", "erase", confirmed=True)

    assert done.status_code == 202
    address = f"/widget/{acme.public_key}/privacy/receipts/{done.json()['receipt_id']}"
    assert Client().get(address).status_code == 202
    finish_erasures(account_id=str(acme.pk))
    receipt = Client().get(address + "?lang=en")
    shown = receipt.json()
    with tenant(acme.pk):
        assert not Visitor.objects.filter(pk=nell.pk).exists()
        sealed = ErasureReceipt.objects.get()
    assert shown["sha256"] == sealed.digest
    assert {one["what"]: one["number"] for one in shown["erased"]}["Messages"] == 4
    assert "Nell" not in receipt.content.decode()
    assert nell.public_id not in receipt.content.decode()
    assert ask(nell.public_id, "get", "data").json()["is_stored"] is False
    elsewhere = address.replace(acme.public_key, other.public_key)
    assert Client().get(elsewhere).status_code == 404


@covers("R8", "S42")
def test_a_visitor_withdraws_a_consent_in_one_step_and_finds_it_written_down(
    acme: Account, nell: Visitor, ana: Membership, new_visitor: Callable[..., Visitor], ask: Ask
) -> None:
    with tenant(acme.pk):
        purpose = _newsletter(acme, ana)
        box = purposes.consent_boxes("en")[0]
        consents.give(nell.pk, purpose, version=box.version, language="en")
    (given,) = ask(nell.public_id, "get", "data").json()["consents"]
    assert (given["title"], given["state"]) == ("News by e-mail", "given")
    address = f"consents/{purpose}/withdraw"

    (withdrawn,) = ask(nell.public_id, "post", address).json()["consents"]

    assert withdrawn["state"] == "withdrawn"
    assert [one["state"] for one in withdrawn["events"]] == ["given", "withdrawn"]
    assert ask(nell.public_id, "post", address).json()["consents"] == [withdrawn]
    with tenant(acme.pk):
        assert not consents.has_consent(nell.pk, purpose)
    assert ask(new_visitor().public_id, "post", address).status_code == 404


@covers("R8", "S57")
def test_a_legal_hold_is_told_and_refuses_the_erasure(
    acme: Account, nell: Visitor, ana: Membership, ask: Ask
) -> None:
    with tenant(acme.pk):
        holds.place(HoldKind.VISITOR, nell.pk, reason="A claim is pending.", by=ana)

    refused = ask(nell.public_id, "post", "erase", confirmed=True)

    assert (refused.status_code, refused.json()) == (409, {"error": "held"})
    assert ask(nell.public_id, "get", "data").json()["is_held"] is True


@covers("R8")
def test_a_blocked_visitor_keeps_these_rights(
    acme: Account, nell: Visitor, ben: Membership, ask: Ask
) -> None:
    with tenant(acme.pk):
        visitors.block(nell, by=ben)

    assert ask(nell.public_id, "get", "data").json()["is_stored"] is True
    assert ask(nell.public_id, "post", "copies").status_code == 202
    assert ask(nell.public_id, "post", "erase", confirmed=True).status_code == 202


@covers("R8")
@pytest.mark.parametrize(("method", "what"), CALLS)
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Chatapp-Ticket": None},
        {"X-Chatapp-Token": None},
        {"X-Chatapp-Token": "viAAAAAAAAAAAAAAAAAAAAAA.x"},
        {"Origin": "https://shop.test"},
    ],
    ids=["no ticket", "no token", "a token that is not ours", "from the host page"],
)
def test_without_proof_nothing_is_told_and_nothing_happens(
    acme: Account, nell: Visitor, ask: Ask, method: str, what: str, headers: dict[str, str | None]
) -> None:
    """A10, A16"""
    answer = ask(nell.public_id, method, what, headers=headers, confirmed=True, name="Gus")

    assert (answer.status_code, answer.json()) == (403, {"error": "not_allowed"})
    _is_untouched(acme, nell)


@covers("R8")
@pytest.mark.parametrize(("method", "what"), CALLS)
def test_the_proof_of_another_account_opens_nothing_here(
    acme: Account, other: Account, nell: Visitor, ask: Ask, method: str, what: str
) -> None:
    """A16"""
    answer = ask(nell.public_id, method, what, account=other, confirmed=True, name="Gus")

    assert answer.status_code == 403
    _is_untouched(acme, nell)


@covers("R8")
def test_another_visitor_who_gives_the_same_address_sees_and_fetches_nothing(
    acme: Account, nell: Visitor, new_visitor: Callable[..., Visitor], ask: Ask
) -> None:
    """A10, A16"""
    mallory = new_visitor(email="nell@example.org")
    copy_id = ask(nell.public_id, "post", "copies").json()["id"]

    shown = ask(mallory.public_id, "get", "data")

    assert "Where is my parcel?" not in shown.content.decode()
    assert [one["count"] for one in shown.json()["groups"]] == [1]
    assert ask(mallory.public_id, "get", f"copies/{copy_id}").status_code == 404
    assert ask(mallory.public_id, "post", "erase", confirmed=True).status_code == 202
    _is_untouched(acme, nell)


@covers("R8", "S73")
def test_what_people_have_to_decide_becomes_a_request_with_proof_and_a_clock(
    acme: Account, nell: Visitor, ask: Ask
) -> None:
    asked = {"kind": "objection", "words": "Not for news.", "email": "nell@example.org"}

    answer = ask(nell.public_id, "post", "requests", **asked)

    assert answer.status_code == 201
    with tenant(acme.pk):
        request = SubjectRequest.objects.get()
    assert answer.json() == {"due_on": request.due_on.isoformat()}
    assert (request.kind, request.proof) == ("objection", "visitor")
    for wrong in (
        {"kind": "access"},
        {"kind": ["access"]},
        {"email": "nobody"},
        {"words": "x" * 4_001},
    ):
        assert ask(nell.public_id, "post", "requests", **{**asked, **wrong}).status_code == 400
    nobody = identity.new_visitor_id()
    assert ask(nobody, "post", "requests", **asked).status_code == 404


def test_who_asks_all_the_time_is_asked_to_wait(nell: Visitor, ask: Ask) -> None:
    for _ in range(ratelimits.OWN_DATA.burst):
        ask(nell.public_id, "post", "details", name="Nell")

    answer = ask(nell.public_id, "get", "data")

    assert (answer.status_code, answer.json()) == (429, {"error": wire.Refusal.TOO_MANY.value})


def _is_untouched(account: Account, visitor: Visitor) -> None:
    with tenant(account.pk):
        assert Visitor.objects.get(pk=visitor.pk).name == "Nell"
        assert not SubjectCopy.objects.exclude(subject_id=visitor.pk).exists()


def _newsletter(account: Account, owner: Membership) -> UUID:
    """A purpose that needs consent."""
    words = purposes.Words("News by e-mail", "We write to you once a month.", "your e-mail address")
    texts = {account.language: words}
    version = purposes.declare_further(
        texts, account_id=account.pk, category=PurposeCategory.MARKETING, by=owner
    )
    return UUID(str(version.purpose_id))


def _company() -> companies.CompanyFields:
    return {
        "company_name": "Kettle Lane s.r.o.",
        "vat_id": "",
        "has_no_vat_id": True,
        "address_line1": "Long Street 1",
        "address_line2": "",
        "postcode": "110 00",
        "city": "Praha",
        "country": "CZ",
        "registration_no": "",
        "contact_name": "Ana Nová",
        "contact_email": "data@shop.test",
        "dpo_name": "",
        "dpo_email": "",
        "representative": "",
    }


@covers("R9")
def test_whose_data_are_restricted_sees_that_and_may_allow_the_use_again(
    acme: Account, ana: Membership, nell: Visitor, ask: Ask
) -> None:
    with tenant(acme.pk):
        now = timezone.now()
        restrictions.place([nell.pk], ground=RestrictionGround.CLAIMS, by=ana, now=now)
    shown = ask(nell.public_id, "get", "data").json()
    assert shown["restricted_at"] == now.isoformat()
    assert "Restrictions" in {group["title"] for group in shown["groups"]}
    stranger = identity.new_visitor_id()
    assert ask(stranger, "post", "use-again").status_code == 404

    assert ask(nell.public_id, "post", "use-again").json() == {"restricted_at": None}

    assert ask(nell.public_id, "get", "data").json()["restricted_at"] is None
    assert ask(nell.public_id, "post", "use-again").json() == {"restricted_at": None}, "once more"
    with tenant(acme.pk):
        assert restrictions.of(nell.pk) is None
        lifted = AuditEntry.objects.get(event="restriction.lifted")
        assert lifted.actor_kind == "system"
