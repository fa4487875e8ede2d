"""Going live: nothing runs before a company and an owner's word stand behind the account."""

from pathlib import Path

import pytest
from django.test import Client

from accounts import companies, launch
from accounts.models import Account, AuditEntry, Membership, Site
from accounts.tenancy import tenant
from chat import identity
from privacy import agreements, registers
from privacy.models import Acceptance, Agreement
from tests.accounts.test_company import COMPANY
from tests.conftest import LogIn
from tests.coverage import covers

pytestmark = pytest.mark.django_db(transaction=True)

FILE = Path(__file__).resolve().parents[2] / "demo" / "registers.toml"
PAGE = "/app/acme/start/live/"
SITE = "https://shop.test"
BOXES = {"dpa": "on", "terms": "on", "prohibited": "on"}
FIRST = {
    name: COMPANY[name]
    for name in ("company_name", "vat_id", "address_line1", "postcode", "city", "country")
}


@pytest.fixture
def waiting(acme: Account) -> Account:
    """Acme as it is just after sign-up, on a platform with its registers."""
    registers.load(FILE)
    acme.live_at = None
    acme.save()
    return acme


def _config(account: Account, origin: str = SITE) -> tuple[int, str]:
    answer = Client().get(f"/widget/{account.public_key}/config.js", headers={"Origin": origin})
    return answer.status_code, answer.content.decode()


@covers("S35", page="/app/<slug>/start/live/")
def test_until_an_owner_has_accepted_a_page_gets_a_configuration_that_only_says_so(
    waiting: Account, ana: Membership, login: LogIn
) -> None:
    status, script = _config(waiting)
    assert status == 200
    assert script.startswith("throw ")
    assert waiting.name not in script
    assert _config(waiting, "https://stranger.test")[0] == 403
    frame = Client().get(f"/widget/{waiting.public_key}/frame", {"site": SITE})
    assert frame.status_code == 403

    answer = login(ana).post(PAGE, {**FIRST, **BOXES})

    assert answer.headers["Location"] == "/app/acme/start/"
    assert _config(waiting)[1].startswith("export default {")
    frame = Client().get(f"/widget/{waiting.public_key}/frame", {"site": SITE})
    assert frame.status_code == 200
    with tenant(waiting.pk):
        assert AuditEntry.objects.filter(event="account.live", actor_id=ana.pk).count() == 1


@covers("S35")
def test_a_ticket_from_before_is_no_way_around(waiting: Account) -> None:
    with tenant(waiting.pk):
        ticket = identity.ticket(waiting, SITE)

        assert identity.read_ticket(waiting, ticket) is None
        waiting.live_at = waiting.created_at
        assert identity.read_ticket(waiting, ticket) == SITE


def test_the_owner_learns_that_the_code_is_there_and_what_it_waits_for(
    waiting: Account, ana: Membership, login: LogIn
) -> None:
    _config(waiting)

    page = login(ana).get("/app/acme/start/").content.decode()

    assert "The code is on your site." in page
    assert "The chat does not run yet." in page
    assert PAGE in page


@covers("S66", "S27", page="/app/<slug>/start/live/")
@pytest.mark.parametrize("lacking", [name for name in (*FIRST, *BOXES) if name != "postcode"])
def test_without_any_one_of_them_nothing_is_accepted_and_nothing_is_lost(
    waiting: Account, ana: Membership, login: LogIn, lacking: str
) -> None:
    sent = {name: value for name, value in {**FIRST, **BOXES}.items() if name != lacking}

    answer = login(ana).post(PAGE, sent)

    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'id="id_{lacking}_error"' in page
    for name in FIRST.keys() - {lacking, "country"}:
        assert f'value="{sent[name]}"' in page
    with tenant(waiting.pk):
        assert not Acceptance.objects.exists()
    assert not launch.is_live(Account.objects.get(pk=waiting.pk))


def test_an_admin_names_the_company_and_an_owner_accepts(
    waiting: Account, adi: Membership, ana: Membership, login: LogIn
) -> None:
    admin = login(adi)

    assert 'name="dpa"' not in admin.get(PAGE).content.decode()
    assert admin.post(PAGE, {**FIRST, **BOXES}).status_code == 302

    with tenant(waiting.pk):
        assert not Acceptance.objects.exists()
    assert "Acme Teas s.r.o." in login(ana).get(PAGE).content.decode()
    assert login(ana).post(PAGE, BOXES).status_code == 302
    assert launch.is_live(Account.objects.get(pk=waiting.pk))


def test_without_the_platforms_own_details_nothing_is_kept_and_the_page_says_so(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    Account.objects.filter(pk=acme.pk).update(live_at=None)

    answer = login(ana).post(PAGE, {**FIRST, **BOXES})

    assert "We have to complete our own details first." in answer.content.decode()
    assert 'value="Acme Teas s.r.o."' in answer.content.decode()
    with tenant(acme.pk):
        assert companies.of(acme.pk) is None


def test_two_of_three_are_not_enough_and_the_third_may_come_later(
    waiting: Account, ana: Membership
) -> None:
    with tenant(waiting.pk):
        companies.name(waiting, COMPANY, by=ana)
        agreements.accept(waiting, [Agreement.DPA, Agreement.TERMS], by=ana)
        assert not launch.is_live(waiting)

        agreements.accept(waiting, [Agreement.PROHIBITED], by=ana)

        assert launch.is_live(waiting)


def test_an_account_without_a_company_cannot_be_made_live(
    waiting: Account, ana: Membership
) -> None:
    with tenant(waiting.pk), pytest.raises(ValueError, match="company"):
        launch.go_live(waiting, by=ana)


def test_who_is_live_is_sent_on(acme: Account, ana: Membership, login: LogIn) -> None:
    assert login(ana).get(PAGE).headers["Location"] == "/app/acme/start/"
    with tenant(acme.pk):
        assert Site.objects.exists()
