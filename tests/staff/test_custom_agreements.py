"""Agreements with one account, and new versions of those that hold for all (S36, S37)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts import companies
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import technical
from chat.technical import Kind
from privacy import agreements, custom, publications, renewals, tasks
from privacy.documents import terms
from privacy.models import Acceptance, Agreement, AgreementVersion, CustomAgreement, Letter
from tests.accounts.test_company import COMPANY
from tests.conftest import LogIn
from tests.coverage import covers
from tests.mail.mailbox import Mailbox, part

AGREEMENTS = "/app/acme/settings/privacy/agreements/"
PAGE = f"{AGREEMENTS}own/"
OFFERED = b"%PDF-1.7 what we negotiated %%EOF"
SIGNED = b"%PDF-1.7 what we negotiated, signed %%EOF"


def _file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("agreement.pdf", content, "application/pdf")


@pytest.fixture
def ready(filled: None, acme: Account, ana: Membership) -> Account:
    """Acme with its company named and everything accepted."""
    with tenant(acme.pk):
        companies.name(acme, COMPANY, by=ana)
        agreements.accept(acme, Agreement, by=ana)
    return acme


@pytest.fixture
def offered(ready: Account, console: Client, ana: Membership, login: LogIn) -> CustomAgreement:
    """Asked for by Ana, negotiated and put there by Sam."""
    assert login(ana).post(PAGE, {"words": "Audits on site."}).status_code == 302
    one = CustomAgreement.objects.get()
    assert "Acme asks for an agreement of its own." in console.get("/staff/").content.decode()
    console.post(f"/staff/agreements/{one.pk}/negotiate/")
    assert CustomAgreement.objects.get().state == "negotiating"
    answer = console.post(
        f"/staff/agreements/{one.pk}/upload/", {"title": "Acme 2026", "file": _file(OFFERED)}
    )
    assert answer.status_code == 302, answer.content.decode()
    return CustomAgreement.objects.get()


def _dpa(account: Account) -> agreements.Standing:
    with tenant(account.pk):
        return next(one for one in agreements.standings(account) if one.kind == Agreement.DPA)


def _signing(one: CustomAgreement) -> dict[str, Any]:
    """What an owner sends who has read the file that lies there now."""
    offer = CustomAgreement.objects.get(pk=one.pk).offer_id
    return {"is_read": "on", "offer": str(offer)}


def test_nobody_countersigns_a_file_that_replaced_the_one_they_read(
    offered: CustomAgreement, console: Client, ana: Membership, login: LogIn
) -> None:
    read = _signing(offered)
    console.post(
        f"/staff/agreements/{offered.pk}/upload/",
        {"title": "Acme", "file": _file(OFFERED + b" %%EOF")},
    )

    answer = login(ana).post(f"{PAGE}{offered.pk}/countersign/", read)

    assert answer.status_code == 422
    assert "has been replaced" in answer.content.decode()
    assert CustomAgreement.objects.get().state == "uploaded"
    assert str(CustomAgreement.objects.get().offer_id) in answer.content.decode()


@covers("S36")
@pytest.mark.parametrize("stores", [False, True])
def test_countersigning_notes_the_address_only_while_the_account_stores_them(
    offered: CustomAgreement, acme: Account, ana: Membership, login: LogIn, stores: bool
) -> None:
    """S36, S54, A60"""
    if stores:
        with tenant(acme.pk):
            technical.choose(acme, set(Kind), by=ana)

    login(ana).post(f"{PAGE}{offered.pk}/countersign/", _signing(offered))

    with tenant(acme.pk):
        (one,) = Acceptance.objects.filter(version__startswith=custom.VERSION)
        assert one.ip_address == ("127.0.0.1" if stores else None)


@covers("S37", "R1", page="/app/<slug>/settings/privacy/agreements/own/")
def test_an_agreement_goes_from_the_request_to_holding_instead_of_the_standard_one(
    offered: CustomAgreement,
    ready: Account,
    ana: Membership,
    ben: Membership,
    login: LogIn,
    mailbox: Mailbox,
) -> None:
    owner = login(ana)
    tasks.send_platform_letters()
    assert str(mailbox.only["Subject"]) == "Your agreement is ready to be countersigned"
    assert offered.pdf_digest in mailbox.text()
    assert "ready to be countersigned" in owner.get("/app/acme/settings/team/").content.decode()
    assert login(ben).get(f"{PAGE}{offered.pk}/pdf/").content == OFFERED
    assert owner.post(f"{PAGE}{offered.pk}/countersign/", {}).status_code == 422

    answer = owner.post(f"{PAGE}{offered.pk}/countersign/", _signing(offered))
    again = owner.post(f"{PAGE}{offered.pk}/countersign/", _signing(offered))

    assert (answer.status_code, again.status_code) == (302, 422)
    standing = _dpa(ready)
    assert standing.custom is not None
    assert not standing.is_missing
    assert "Your own agreement holds" in owner.get(AGREEMENTS).content.decode()
    with tenant(ready.pk):
        kept = Acceptance.objects.get(version="custom 1")
        assert bytes(kept.pdf) == OFFERED
        tasks.note_decisions(account_id=str(ready.pk))
        events = AuditEntry.objects.filter(target_kind="agreement").order_by("id")
        assert [entry.event for entry in events] == [
            "agreement.requested",
            "agreement.countersigned",
        ]
    assert owner.get(f"{AGREEMENTS}{kept.pk}/pdf/").content == OFFERED


def test_a_signed_copy_holds_once_staff_have_looked_at_it_and_an_end_brings_back_the_standard(
    offered: CustomAgreement,
    ready: Account,
    console: Client,
    ana: Membership,
    login: LogIn,
    mailbox: Mailbox,
) -> None:
    login(ana).post(
        f"{PAGE}{offered.pk}/countersign/", {**_signing(offered), "signed": _file(SIGNED)}
    )
    assert _dpa(ready).custom is None
    assert "has sent a signed copy" in console.get("/staff/").content.decode()
    assert console.get(f"/staff/agreements/{offered.pk}/signed.pdf").content == SIGNED

    assert console.post(f"/staff/agreements/{offered.pk}/force/").status_code == 302
    tasks.send_platform_letters()
    for _ in range(2):
        tasks.note_decisions(account_id=str(ready.pk))

    assert _dpa(ready).custom is not None
    # The letter about the offer is pointless by now.
    assert str(mailbox.only["Subject"]) == "Your agreement is in force"
    with tenant(ready.pk):
        assert bytes(Acceptance.objects.get(method="upload").pdf) == SIGNED
        moves = AuditEntry.objects.filter(event="agreement.moved").values_list("details", flat=True)
        assert list(moves) == [{"state": "in_force"}]
    assert console.post(f"/staff/agreements/{offered.pk}/end/").status_code == 302
    standing = _dpa(ready)
    assert standing.custom is None
    assert not standing.is_missing
    assert "moved on" in console.get(f"/staff/agreements/{offered.pk}/").content.decode()


def test_owners_are_told_that_theirs_has_ended_until_they_accept_the_standard_one(
    acme: Account, ana: Membership, console: Client, login: LogIn, mailbox: Mailbox
) -> None:
    with tenant(acme.pk):
        own = custom.request(acme, "Other words", by=ana)
    custom.upload(own, title="Acme 2026", content=OFFERED, by=ana.user)
    own.refresh_from_db()
    with tenant(acme.pk):
        custom.countersign(own, None, offer_id=own.offer_id, by=ana)
    owner = login(ana)
    assert "has ended" not in owner.get("/app/acme/settings/team/").content.decode()

    assert console.post(f"/staff/agreements/{own.pk}/end/").status_code == 302
    tasks.send_platform_letters()

    assert "accept the standard one" in str(mailbox.only["Subject"])
    assert "has ended" in owner.get("/app/acme/settings/team/").content.decode()


def test_a_newer_one_supersedes_and_a_request_can_be_cancelled(
    offered: CustomAgreement, ready: Account, console: Client, ana: Membership, login: LogIn
) -> None:
    owner = login(ana)
    owner.post(f"{PAGE}{offered.pk}/countersign/", _signing(offered))
    owner.post(PAGE, {"words": "Another one."})
    second = CustomAgreement.objects.get(state="requested")
    owner.post(f"{PAGE}{second.pk}/cancel/")
    owner.post(PAGE, {"words": "Another one after all."})
    third = CustomAgreement.objects.get(state="requested")
    console.post(
        f"/staff/agreements/{third.pk}/upload/",
        {"title": "Acme 2027", "file": _file(OFFERED + b" %%EOF")},
    )
    owner.post(f"{PAGE}{third.pk}/countersign/", _signing(third))

    states = dict(CustomAgreement.objects.values_list("pk", "state"))
    assert states == {offered.pk: "superseded", second.pk: "cancelled", third.pk: "in_force"}


@pytest.mark.parametrize(
    "content",
    [
        b"<script>alert(1)</script>",
        b"%PDF-1.7 cut off",
        b"%PDF-1.7 /JavaScript %%EOF",
        b"%PDF-1.7 /EmbeddedFile %%EOF",
        b"%PDF-1.7" + b" " * custom.LARGEST_FILE + b"%%EOF",
    ],
    ids=["html", "cut", "script", "attachment", "large"],
)
def test_only_a_plain_pdf_of_some_size_is_taken(
    offered: CustomAgreement, console: Client, ana: Membership, login: LogIn, content: bytes
) -> None:
    said = {"title": "x", "file": _file(content)}
    staff = console.post(f"/staff/agreements/{offered.pk}/upload/", said)
    owner = login(ana).post(
        f"{PAGE}{offered.pk}/countersign/", {**_signing(offered), "signed": _file(content)}
    )

    assert (staff.status_code, owner.status_code) == (422, 422)
    assert bytes(CustomAgreement.objects.get().pdf or b"") == OFFERED


@covers("S36", page="/app/<slug>/settings/privacy/agreements/")
def test_a_new_version_comes_with_thirty_days_notice_and_what_has_changed(
    ready: Account,
    ana: Membership,
    gus: Membership,
    login: LogIn,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    renewals.publish(timezone.now())
    assert not Letter.objects.exists()
    # What a release does: another version in the code.
    monkeypatch.setattr(terms, "VERSION", "2.0")
    now = timezone.now()

    renewals.publish(now)
    renewals.publish(now)
    tasks.send_platform_letters()

    assert mailbox.recipients == ["ana@example.org", "gus@example.org"]
    letter = next(one for one in mailbox.letters if one["To"] == "ana@example.org")
    assert "Terms of Service" in str(letter["Subject"])
    assert "please accept it by" in str(letter["Subject"])
    assert AGREEMENTS in part(letter, "plain")
    owner = login(ana)
    page = owner.get(AGREEMENTS).content.decode()
    assert "29 days are left to accept it" in page or "30 days are left to accept it" in page
    assert "Please accept the new version by" in page
    AgreementVersion.objects.update(since=now - timedelta(days=31))
    assert "waits for your word" in owner.get("/app/acme/settings/team/").content.decode()
    owner.post(f"{AGREEMENTS}accept/", {"kind": "terms"})
    assert "waits for your word" not in owner.get("/app/acme/settings/team/").content.decode()
    assert publications.current("terms") is not None
