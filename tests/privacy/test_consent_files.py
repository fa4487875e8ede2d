"""What leaves the register of consents: records and receipts with every field, lists of those who
agree and nobody else, and a link that takes a consent back."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts import companies
from accounts.companies import CompanyFields
from accounts.declarations import Subject
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat.models import Visitor
from privacy import consent_records, consents, erasures, purposes, registers, requests, withdrawals
from privacy.consent_records import as_dpv, kantara, receipt
from privacy.documents.facts import Incomplete
from privacy.models import Consent, ConsentRecord
from privacy.models.requests import Channel as RequestChannel
from privacy.models.requests import RequestKind
from tests.conftest import LogIn
from tests.coverage import covers
from tests.privacy.test_consents import FROM_THE_FORM, declare, give

pytestmark = pytest.mark.django_db(transaction=True)

REGISTERS = Path(__file__).resolve().parents[2] / "demo" / "registers.toml"
COMPANY: CompanyFields = {
    "company_name": "Acme Tea s.r.o.",
    "vat_id": "CZ12345678",
    "has_no_vat_id": False,
    "address_line1": "Long Street 1",
    "address_line2": "",
    "postcode": "602 00",
    "city": "Brno",
    "country": "CZ",
    "registration_no": "",
    "contact_name": "Ola Meadow",
    "contact_email": "ola@example.org",
    "dpo_name": "",
    "dpo_email": "",
    "representative": "",
}
FILE = "/app/acme/settings/privacy/consents/file/"


@pytest.fixture
def news(acme: Account, ana: Membership) -> UUID:
    """Acme is named, the platform has its registers, and there is a newsletter."""
    registers.load(REGISTERS)
    with tenant(acme.pk):
        companies.name(acme, COMPANY, by=ana)
        return UUID(str(declare(acme, ana, months_valid=12).purpose_id))


@pytest.fixture
def nell(new_visitor: Callable[..., Visitor]) -> Visitor:
    return new_visitor(name="=Nell", email="nell@example.org")


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _leaves(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for each in value:
            yield from _leaves(each, path)
    else:
        yield path, value


MANDATORY = {
    *(f"header.{name}" for name in ("schema_version", "record_id", "pii_principal_id")),
    "pii_processing.privacy_notice.url",
    "pii_processing.language",
    *(
        f"pii_processing.purposes.{name}"
        for name in (
            "purpose",
            "lawful_basis",
            "pii_information.type",
            "pii_information.is_optional",
            "pii_information.special_category",
            "pii_controllers",
            "collection_method",
            "processing_method",
            "storage_locations",
            "retention_period",
            "jurisdiction",
            "recipients",
            "withdrawal_method",
            "privacy_rights",
            "authority_party",
        )
    ),
    *(
        f"party_identification.{name}"
        for name in ("party_id", "name", "type", "role", "address", "contact")
    ),
    *(
        f"events.{name}"
        for name in ("event_time", "validity_duration", "entity_id", "event_type", "state")
    ),
}
"""The fields that ISO/IEC TS 27560 or its profile for the GDPR demands."""


@covers("R4")
def test_a_record_and_its_receipt_fill_every_mandatory_field(
    acme: Account, nell: Visitor, news: UUID
) -> None:
    with tenant(acme.pk):
        given = give(nell, news, origin=FROM_THE_FORM)
        consents.withdraw(nell.pk, news)
        consent = Consent.objects.get()
        events = list(consents.records(consent).select_related("version"))
        record = consent_records.record(consent, events, consent_records.setting(acme))
        handed, simple = receipt(given), kantara(given)

    for written in (record, handed):
        said: dict[str, list[Any]] = {}
        for path, value in _leaves(written):
            said.setdefault(path, []).append(value)
        assert said.keys() >= MANDATORY
        assert not [path for path in MANDATORY if any(v in ("", None, []) for v in said[path])]
    assert [one["state"] for one in record["events"]] == ["given", "withdrawn"]
    assert [one["state"] for one in handed["events"]] == ["given"]
    assert record["events"][0]["wording"] == given.text
    assert record["events"][0]["validity_duration"] == "P12M"
    assert UUID(handed["receipt"]["receipt_id"]).version == 4
    assert "203." not in json.dumps(record)
    purpose = record["pii_processing"]["purposes"][0]
    assert (purpose["service"], purpose["jurisdiction"]) == ("https://shop.test", "CZ")
    assert simple["version"] == "KI-CR-v1.1.0"
    assert simple["consentTimestamp"] == int(given.at.timestamp() if given.at else 0)
    assert simple["piiControllers"][0]["piiController"] == "Acme Tea s.r.o."
    assert simple["services"][0]["purposes"][0]["consentType"] == "EXPLICIT"
    assert (simple["sensitive"], simple["spiCat"]) == (False, [])
    assert as_dpv(handed)["@type"] == "dpv:ConsentReceipt"


@covers("R4", page="/app/<slug>/settings/privacy/consents/")
def test_the_register_leaves_as_json_csv_and_json_ld(
    acme: Account, ana: Membership, nell: Visitor, news: UUID, login: LogIn
) -> None:
    with tenant(acme.pk):
        give(nell, news, origin=FROM_THE_FORM)
        consents.withdraw(nell.pk, news)
        consent = Consent.objects.get()
    desk = login(ana)
    body = {one: b"".join(desk.get(FILE, {"format": one})) for one in ("json", "csv", "jsonld")}

    (record,) = json.loads(body["json"])["records"]
    (row,) = csv.DictReader(io.StringIO(body["csv"].decode()))
    (node,) = json.loads(body["jsonld"])["@graph"]
    assert record["header"]["record_id"] == row["record_id"] == str(consent.pk)
    assert row["state"] == "withdrawn"
    assert "Brno" in row["controller_address"]
    assert node["@type"] == "dpv:ConsentRecord"
    assert [one["@type"] for one in node["dpv:hasConsentStatus"]] == [
        "dpv:ConsentGiven",
        "dpv:ConsentWithdrawn",
    ]
    none = desk.get(FILE, {"state": "given"})
    assert json.loads(b"".join(none))["records"] == []
    assert desk.get(FILE, {"state": "odd"}).status_code == 422
    assert desk.get(FILE, {"format": "exe"}).status_code == 404
    with tenant(acme.pk):
        assert AuditEntry.objects.filter(event="consents.exported").count() == 4


def test_what_is_missing_is_named_instead_of_left_out(
    acme: Account, ana: Membership, nell: Visitor, login: LogIn
) -> None:
    registers.load(REGISTERS)
    with tenant(acme.pk):
        given = give(nell, declare(acme, ana).purpose.pk)
        with pytest.raises(Incomplete) as refused:
            receipt(given)
    assert "account.company_name" in refused.value.missing
    desk = login(ana)

    assert desk.get(FILE).status_code == 302
    page = desk.get("/app/acme/settings/privacy/consents/").content.decode()
    assert "Missing: account.company_name" in page
    assert FILE not in page


@covers("S42", page="/app/<slug>/settings/privacy/purposes/")
def test_a_list_for_mails_holds_only_who_agrees_now_and_how_they_take_it_back(
    acme: Account,
    ana: Membership,
    nell: Visitor,
    news: UUID,
    new_visitor: Callable[..., Visitor],
    login: LogIn,
) -> None:
    """A30"""
    people = {
        name: new_visitor(name=name, email=f"{name}@example.org")
        for name in ("omar", "pia", "quin", "rosa", "sam")
    }
    nameless = new_visitor()
    with tenant(acme.pk):
        give(nell, news)
        give(nameless, news)
        give(people["omar"], news)
        consents.withdraw(people["omar"].pk, news)
        give(people["quin"], declare(acme, ana).purpose.pk)
        give(people["rosa"], news)
        give(people["sam"], news)
        requests.receive(
            RequestKind.OBJECTION,
            RequestChannel.WIDGET,
            subject_id=people["sam"].pk,
            now=timezone.now(),
        )
        erasures.erase(Subject.VISITOR, people["rosa"], account_id=acme.pk, by=ana)
    desk = login(ana)

    answer = desk.get(f"/app/acme/settings/privacy/purposes/{news}/contacts/")
    (row,) = csv.DictReader(io.StringIO(b"".join(answer).decode()))

    assert (row["name"], row["email"]) == ("'=Nell", "nell@example.org")
    with tenant(acme.pk):
        entry = AuditEntry.objects.get(event="contacts.exported")
        assert (entry.actor_id, entry.target_id, entry.details) == (ana.pk, news, {"number": 1})
    Client().post(urlsplit(row["withdrawal_link"]).path)
    again = desk.get(f"/app/acme/settings/privacy/purposes/{news}/contacts/")
    assert b"".join(again).count(b"\n") == 1


@covers("S42", "R4", page="/consent/<signed>/")
def test_the_link_in_a_mail_takes_a_consent_back_by_one_button(
    acme: Account, nell: Visitor, news: UUID
) -> None:
    """A7"""
    with tenant(acme.pk):
        give(nell, news)
        consent = Consent.objects.get()
        path = urlsplit(withdrawals.address(consent)).path
    reader = Client()

    # Programs open every link of a mail: looking changes nothing.
    page = reader.get(path)
    assert "Take your consent back?" in page.content.decode()
    assert "Acme Tea s.r.o." in page.content.decode()
    assert page.headers["Referrer-Policy"] == "no-referrer"
    with tenant(acme.pk):
        assert consents.has_consent(nell.pk, news)

    assert "does not count any more" in reader.post(path).content.decode()
    reader.post(path)
    assert not reader.cookies
    with tenant(acme.pk):
        assert not consents.has_consent(nell.pk, news)
        states = ConsentRecord.objects.order_by("pk").values_list("state", "channel")
        assert list(states) == [("given", ""), ("withdrawn", "link")]
    assert reader.get(path.replace("/consent/", "/consent/A")).status_code == 404
    assert reader.get(path.replace(".", "_")).status_code == 404


def test_the_page_of_the_link_speaks_the_language_of_the_consent(
    acme: Account, nell: Visitor, news: UUID
) -> None:
    with tenant(acme.pk):
        box = purposes.box(news, "de")
        assert box
        consents.give(nell.pk, news, version=box.version, language="de")
        path = urlsplit(withdrawals.address(Consent.objects.get())).path

    page = Client().get(path).content.decode()

    assert '<html lang="de"' in page
    assert "Senden Sie mir einmal im Monat" in page
