"""Records of processing: an account's under Art. 30(1), the platform's under Art. 30(2)."""

import csv
from io import BytesIO, StringIO

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pypdf import PdfReader

from accounts import companies
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import technical
from chat.technical import Kind
from privacy import purposes, records, registers, tasks
from privacy.models import (
    DocumentVersion,
    LegalBasis,
    OwnActivity,
    PlatformIdentity,
    ProcessingEntry,
)
from tests.accounts.test_company import COMPANY
from tests.conftest import LogIn
from tests.coverage import covers
from tests.privacy.test_agreements import FILE

TEXTS = "/app/acme/settings/privacy/texts/"
PAGE = f"{TEXTS}record/"
OWN = {
    "title": "Newsletter",
    "purposes": "=1+1",
    "subjects": "Customers",
    "categories": "E-mail address",
    "recipients": "None",
    "transfers": "None",
    "limits": "When they unsubscribe",
    "measures": "As in the chat",
}


@pytest.fixture
def named(acme: Account, ana: Membership) -> Account:
    """Acme with its company and its protection officer, on a platform with registers."""
    registers.load(FILE)
    with tenant(acme.pk):
        company = {**COMPANY, "dpo_name": "Dora Fields", "dpo_email": "dora@acme.test"}
        companies.name(acme, company, by=ana)  # type: ignore[arg-type]
        purposes.declare_support(LegalBasis.CONTRACT, account_id=acme.pk, by=ana)
    return acme


@pytest.fixture
def owner(named: Account, ana: Membership, login: LogIn) -> Client:
    return login(ana)


@covers("R5", "S50", "S43", page="/app/<slug>/settings/privacy/texts/record/")
def test_the_record_is_filled_in_from_company_purposes_data_and_registers(owner: Client) -> None:
    page = owner.get(PAGE).content.decode()
    file = owner.get(f"{TEXTS}record.pdf")
    text = " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(file.content)).pages).split()
    )

    assert file["Content-Type"] == "application/pdf"
    for said in (
        "Acme Teas s.r.o.",
        "Dora Fields, dora@acme.test",
        "Data protection officer, dpo@example.org",
        "as its processor; where the controller acts for others, as their processor, the platform is",
        "Answering visitors (Art. 6(1)(b) GDPR)",
        "Example Hosting GmbH",
        "1 year after the last message",
        "TLS 1.2",
    ):
        assert said in " ".join(page.split()), said
        assert said in text, said


@covers("R5")
def test_what_the_account_adds_stays_when_the_record_is_computed_anew(
    owner: Client, named: Account
) -> None:
    assert owner.post(f"{PAGE}activities/new/", OWN).status_code == 302
    assert owner.post(f"{PAGE}notes/", {"remarks": "Seen by our lawyer"}).status_code == 302
    before = owner.get(f"{TEXTS}record.json").json()
    with tenant(named.pk):
        technical.choose(named, set(Kind), by=None)
    after = owner.get(f"{TEXTS}record.json").json()

    chat, _team, own = after["activities"]
    assert own == OWN
    assert after["remarks"] == "Seen by our lawyer"
    assert "IP address" in chat["categories"]
    assert "IP address" not in before["activities"][0]["categories"]


def test_a_spreadsheet_takes_no_cell_for_a_formula(owner: Client) -> None:
    """A30"""
    owner.post(f"{PAGE}activities/new/", OWN)

    rows = list(csv.reader(StringIO(owner.get(f"{TEXTS}record.csv").content.decode())))

    assert [row[0] for row in rows[1:]] == [
        "Live chat with visitors of the websites",
        "Accounts of those who answer",
        "Newsletter",
    ]
    assert rows[3][1] == "'=1+1"


def test_what_is_missing_in_an_activity_is_asked_for_and_nothing_typed_is_lost(
    owner: Client,
) -> None:
    answer = owner.post(f"{PAGE}activities/new/", {**OWN, "limits": ""})

    assert answer.status_code == 422
    assert "Newsletter" in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()


def test_an_activity_is_changed_and_removed_and_the_trail_says_so(
    owner: Client, named: Account
) -> None:
    owner.post(f"{PAGE}activities/new/", OWN)
    with tenant(named.pk):
        one = OwnActivity.objects.get()
    owner.post(f"{PAGE}activities/{one.pk}/", {**OWN, "limits": "After a year"})
    owner.post(f"{PAGE}activities/{one.pk}/remove/")

    with tenant(named.pk):
        assert not OwnActivity.objects.exists()
        entries = AuditEntry.objects.filter(event="record.changed").order_by("id")
        assert [one.details for one in entries] == [
            {"fields": list(OWN)},
            {"fields": ["limits"]},
            {"fields": ["removed"]},
        ]


@covers("R5")
def test_each_night_keeps_a_dated_version_exactly_when_something_has_changed(
    owner: Client, named: Account
) -> None:
    for _ in range(2):
        tasks.keep_record(account_id=str(named.pk))
    first = owner.get(f"{PAGE}versions/1/").content
    with tenant(named.pk):
        technical.choose(named, set(Kind), by=None)
    assert "since the newest version" in owner.get(PAGE).content.decode()
    tasks.keep_record(account_id=str(named.pk))

    with tenant(named.pk):
        assert list(DocumentVersion.objects.values_list("number", flat=True)) == [1, 2]
    changes = owner.get(f"{PAGE}versions/2/changes/").content.decode()
    assert "<ins>" in changes
    assert "IP address" in changes
    assert owner.get(f"{PAGE}versions/1/").content == first
    assert owner.get(f"{PAGE}versions/1/changes/").status_code == 404


def test_a_kept_version_cannot_be_rewritten(named: Account) -> None:
    with tenant(named.pk):
        records.keep(named)
        with pytest.raises(IntegrityError), transaction.atomic():
            DocumentVersion.objects.update(content="{}")


def test_without_a_company_the_page_says_what_to_do(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    registers.load(FILE)
    owner = login(ana)

    assert "Your company is not named yet." in owner.get(PAGE).content.decode()
    assert "a detail is missing" in owner.post(f"{PAGE}keep/", follow=True).content.decode()
    assert owner.get(f"{TEXTS}record.pdf").status_code == 302
    tasks.keep_record(account_id=str(acme.pk))
    assert not ProcessingEntry.objects.exists()


@covers("R5", page="/staff/processing/")
def test_the_platforms_record_names_each_controller_and_what_is_done_for_it(
    named: Account, other: Account
) -> None:
    for account in (named, other):
        tasks.keep_record(account_id=str(account.pk))

    (line,) = ProcessingEntry.objects.all()
    assert line.controller == "Acme Teas s.r.o."
    assert line.dpo == "Dora Fields, dora@acme.test"
    assert "messages" in line.categories[0]
    assert line.transfers == "None."
    told = records.register_json()
    assert told["processor"]["dpo"] == PlatformIdentity.objects.get().dpo  # type: ignore[index]
    assert "Dora Fields" in records.register_csv()


def test_the_line_of_an_account_that_is_gone_says_when_it_ended(named: Account) -> None:
    tasks.keep_record(account_id=str(named.pk))
    assert records.end_lines() == 0
    ProcessingEntry.objects.update(account_ref="00000000-0000-0000-0000-000000000000")

    assert records.end_lines() == 1
    assert records.end_lines() == 0
    assert ProcessingEntry.objects.get().ended_at is not None
