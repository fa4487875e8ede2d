"""The company behind an account: what must be said, who says it, and what the trail keeps."""

from typing import Any

import pytest

from accounts import audit, companies
from accounts.companies import CompanyFields
from accounts.forms import CompanyForm
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from tests.conftest import LogIn
from tests.coverage import covers

PAGE = "/app/acme/settings/company/"
COMPANY: CompanyFields = {
    "company_name": "Acme Teas s.r.o.",
    "vat_id": "CZ12345678",
    "has_no_vat_id": False,
    "address_line1": "Kettle Lane 5",
    "address_line2": "",
    "postcode": "602 00",
    "city": "Brno",
    "country": "CZ",
    "registration_no": "12345678",
    "contact_name": "Ema Field",
    "contact_email": "privacy@example.org",
    "dpo_name": "",
    "dpo_email": "",
    "representative": "",
}


def _sent(**changes: Any) -> dict[str, Any]:
    fields = {**COMPANY, **changes}
    return {name: value for name, value in fields.items() if value is not False}


@covers("S66", page="/app/<slug>/settings/company/")
@pytest.mark.django_db(transaction=True)
def test_an_admin_names_the_company(acme: Account, adi: Membership, login: LogIn) -> None:
    browser = login(adi)

    response = browser.post(PAGE, _sent())

    assert response.status_code == 302
    assert b"Acme Teas s.r.o." in browser.get(PAGE).content
    with tenant(acme.pk):
        company = companies.of(acme.pk)
    assert company is not None
    assert company.address == "Kettle Lane 5, 602 00 Brno"
    assert company.country_name == "Czechia"


@covers("S66")
@pytest.mark.parametrize("missing", ["company_name", "address_line1", "city", "country"])
def test_name_and_address_must_be_said(missing: str) -> None:
    form = CompanyForm(_sent(**{missing: ""}))

    assert set(form.errors) == {missing}


@covers("S66")
@pytest.mark.parametrize(
    ("vat_id", "has_none", "good"),
    [("CZ12345678", False, True), ("", True, True), ("", False, False), ("CZ1", True, False)],
)
def test_a_vat_id_is_given_or_said_not_to_exist(vat_id: str, has_none: bool, good: bool) -> None:
    form = CompanyForm(_sent(vat_id=vat_id, has_no_vat_id=has_none))

    assert form.is_valid() is good


def test_an_agent_does_not_speak_for_the_company(ben: Membership, login: LogIn) -> None:
    assert login(ben).get(PAGE).status_code == 403


def test_the_trail_names_the_fields_and_not_what_they_hold(acme: Account, ana: Membership) -> None:
    with tenant(acme.pk):
        companies.name(acme, COMPANY, by=ana)
        companies.name(acme, {**COMPANY, "contact_name": "Ola Meadow"}, by=ana)
        companies.name(acme, {**COMPANY, "contact_name": "Ola Meadow"}, by=ana)
        entries = list(AuditEntry.objects.filter(event=audit.Event.COMPANY_NAMED).order_by("id"))

    assert [entry.details["fields"] for entry in entries][1:] == [["contact_name"]]
    assert "Ola" not in str([entry.details for entry in entries])


def test_hostile_names_are_text(acme: Account, ana: Membership, login: LogIn) -> None:
    with tenant(acme.pk):
        companies.name(acme, {**COMPANY, "company_name": "<script>alert(1)</script>"}, by=ana)

    page = login(ana).get(PAGE).content.decode()

    assert "<script>alert(1)" not in page
