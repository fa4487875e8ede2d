"""The privacy policy: complete in nine languages, as the settings say, and copied with a memory."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts import companies
from accounts.companies import CompanyFields
from accounts.declarations import Subject
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import asking, technical
from chat.models import FieldMode
from privacy import cookies, data_map, places, policies, purposes, registers, retention
from privacy.documents.facts import Incomplete
from privacy.models import LegalBasis, Period, PurposeCategory
from privacy.policy import kinds, text, words
from tests.accounts.test_company import COMPANY
from tests.conftest import LogIn
from tests.coverage import covers

FILE = Path(__file__).resolve().parents[2] / "demo" / "registers.toml"
LANGUAGES = ("cs", "de", "en", "es", "fr", "hu", "it", "nl", "pl")
PAGE = "/app/acme/settings/privacy/texts/policy/"


def _named(account: Account, **changes: object) -> None:
    with tenant(account.pk):
        companies.name(account, CompanyFields(**{**COMPANY, **changes}), by=None)  # type: ignore[typeddict-item]


def _text(account: Account, language: str = "en") -> str:
    with tenant(account.pk):
        return text.plain(policies.document(account, language))


@pytest.fixture
def ready(acme: Account) -> Account:
    """Acme with a company, on a platform with its registers."""
    registers.load(FILE)
    _named(acme)
    return acme


# --- The sentences -----------------------------------------------------------------------------


@covers("S62", page="/app/<slug>/settings/privacy/texts/policy/")
def test_it_speaks_nine_languages() -> None:
    assert tuple(words.languages()) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_says_everything_with_the_same_values(language: str) -> None:
    here, english = words.of(language).texts, words.of("en").texts

    assert here.keys() == english.keys()
    assert all(here.values())
    for place, said in here.items():
        assert set(re.findall(r"\{\w*\}", said)) == set(re.findall(r"\{\w*\}", english[place]))
    if language != "en":
        same = [place for place, said in here.items() if said == english[place]]
        loan_words = {"storage.cookie", "storage.name", "kinds.browser", "kinds.name"}
        assert set(same) <= {*loan_words, "party.contact"}


@covers("S68")
def test_every_datum_of_visitors_has_a_name_in_every_language() -> None:
    data = data_map.data(Subject.VISITOR)
    unnamed = [f"{one.table.model}.{one.field}" for one in data if kinds.of(one) is None]
    memory = [one.what for one in data_map.volatile() if one.subject is Subject.VISITOR]

    assert unnamed == []
    assert set(memory) <= set(kinds.VOLATILE)
    grouped = {kind for group in kinds.GROUPS.values() for kind in group}
    assert {*kinds.KINDS.values(), *kinds.VOLATILE.values()} <= grouped
    for language in LANGUAGES:
        say = words.of(language)
        assert all(say(f"kinds.{kind}") for kind in grouped)
        assert all(say(f"categories.{group}") for group in kinds.GROUPS)


def test_every_period_tool_and_cookie_has_its_sentence() -> None:
    english = words.of("en").texts

    assert {f"period.{period.value}" for period in Period} <= english.keys()
    assert {f"tools.{tool.value}" for tool in places.Tool} <= english.keys()
    stored = {
        item.short_name if item.storage is cookies.Storage.COOKIE else f"{item.short_name}_text"
        for item in cookies.REGISTRY
    }
    assert {f"cookies.{name}" for name in stored} <= english.keys()


def test_sentences_with_numbers_are_right_for_the_numbers_that_there_are() -> None:
    """In Czech and Polish a noun after 2, 3, 4 or 22 has another form than after these."""
    days = {item.max_age // cookies.DAY for item in cookies.REGISTRY if item.max_age}
    memory = [one for one in data_map.volatile() if kinds.VOLATILE.get(one.what) == "pages"]

    assert days == {182}
    assert {one.lifetime for one in memory} == {timedelta(minutes=30)}


def test_every_country_of_the_union_has_an_authority_and_a_name_in_every_language() -> None:
    for country in {*places.EU, *places.EEA, "CH", "GB"}:
        found = words.authority(country)
        assert found is not None, country
        assert found.url.startswith("https://")
        for language in LANGUAGES:
            assert words.of(language).country(country) != country
    assert words.of("hu").country("CZ") == "Csehország"
    assert words.of("hu").country("BB") == "Barbados"


# --- What it is filled with -------------------------------------------------------------------


@covers("S11", "S64", "S65", "S68", "S70", page="/privacy/policy/<key>/")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_all_that_article_13_asks_for(ready: Account, language: str) -> None:
    _named(ready, dpo_name="Dee Pea", dpo_email="dpo@example.org", representative="Rep GmbH")
    say = words.of(language)

    said = _text(ready, language)

    for place in (
        "about.processed",
        "purposes.support_basis",
        "data.without_ip",
        "data.pushed",
        "asked.duty",
        "rights.menu",
        "storage.lead",
        "places.within",
        "period.1_years",
        "period.exceptions",
        "objection.text",
        "complaint.text",
        "decisions.text",
        *(f"rights.{right}" for right in ("access", "rectification", "erasure", "restriction")),
        "rights.portability",
    ):
        assert say(place) in said, place
    for value in (
        "Acme Teas s.r.o.",
        "CZ12345678",
        f"Kettle Lane 5, 602 00 Brno, {say.country('CZ')}",
        "Ema Field, privacy@example.org",
        "Dee Pea, dpo@example.org",
        "Rep GmbH",
        "Harbour Light Software Ltd.",
        "IE0000000XX",
        f"1 Lantern Quay, Cork, {say.country('IE')}",
        "Example Hosting GmbH",
        say.country("FI"),
        "Úřad pro ochranu osobních údajů, https://uoou.gov.cz/",
        "ssupp.vid",
        f"{settings.PUBLIC_URL}/privacy/requests/{ready.public_key}/",
        f"- {say('asked.offline')} ({say('asked.field')}: {say('kinds.email')}; "
        f"{say('asked.needed')}: {say('asked.required')})",
    ):
        assert value in said, value
    assert "{" not in said
    assert say("consent.title") not in said
    assert say("asked.nothing") not in said


@pytest.mark.django_db(transaction=True)
def test_it_follows_the_settings(ready: Account, ana: Membership) -> None:
    with tenant(ready.pk):
        asking.change(ready.pk, by=ana, asks_before_chat=True, prechat_name=FieldMode.OPTIONAL)
        retention.choose(ready, Period.SIX_MONTHS, by=ana)
        technical.choose(ready, [technical.Kind.IP_ADDRESS], by=ana)
    _named(ready, has_no_vat_id=True, vat_id="", country="DE")

    said = _text(ready)

    assert "- Before the chat (Field: name; Required or optional: optional)" in said
    assert "six months after its last message" in said
    assert "The chat also stores your IP address." in said
    assert "operating system" not in said
    assert "kept in memory only" not in said
    assert "VAT ID: not registered" in said
    assert "depends on the region: https://www.bfdi.bund.de/" in said


@covers("S39", "S71", "S72")
@pytest.mark.django_db(transaction=True)
def test_purposes_and_consent_stand_in_it_exactly_as_declared(
    ready: Account, ana: Membership
) -> None:
    english = words.of("en")
    with tenant(ready.pk):
        purposes.declare_support(
            LegalBasis.INTEREST, "happy customers", account_id=ready.pk, by=ana
        )
    support = _text(ready)
    with tenant(ready.pk):
        purposes.declare_support(LegalBasis.CONTRACT, account_id=ready.pk, by=ana)
        purposes.declare_further(
            {"en": purposes.Words("Tea letter", "You get our letter.", "your e-mail address")},
            account_id=ready.pk,
            category=PurposeCategory.NEWSLETTER,
            by=ana,
        )
    further = _text(ready)

    assert "Our interest: happy customers" in support
    assert english("objection.text") in support
    assert "consent" not in support.lower().replace("such as consent or the answer", "")
    assert english("consent.text") in further
    assert "- Tea letter: You get our letter. (Data: your e-mail address)" in further
    assert english("purposes.contract") in further
    assert english("objection.text") not in further


@covers("S63", page="/app/<slug>/settings/privacy/texts/policy/")
@pytest.mark.django_db(transaction=True)
def test_without_a_mandatory_value_there_is_no_text_but_a_link_to_mend_it(
    acme: Account, ana: Membership, login: LogIn
) -> None:
    browser = login(ana)
    registers.load(FILE)
    nobody = browser.get(PAGE).content.decode()
    _named(acme, contact_email="", contact_name="")
    unreachable = browser.get(PAGE).content.decode()

    assert "Who is responsible: name and address of your company" in nobody
    assert "An e-mail address to which visitors can write" in unreachable
    for page in (nobody, unreachable):
        assert 'href="/app/acme/settings/company/"' in page
        assert "data-copy=" not in page
    with tenant(acme.pk), pytest.raises(Incomplete):
        policies.document(acme, "en")
    assert Client().get(f"/privacy/policy/{acme.public_key}/").status_code == 404


# --- Pages -------------------------------------------------------------------------------------


@covers("S61", "S62", page="/privacy/policy/<key>/")
@pytest.mark.django_db(transaction=True)
def test_the_public_page_needs_no_log_in_and_sets_no_cookie(ready: Account) -> None:
    path = f"/privacy/policy/{ready.public_key}/"
    nobody = Client()

    asked = nobody.get(path, {"lang": "hu"})
    accepted = nobody.get(path, headers={"Accept-Language": "xx, pl-PL;q=0.9"})
    own = nobody.get(path)

    assert b'<html lang="hu"' in asked.content
    assert "Adatkezelési tájékoztató" in asked.content.decode()
    assert asked.headers["Content-Language"] == "hu"
    assert b'<html lang="pl"' in accepted.content
    assert b'<html lang="en"' in own.content
    assert '<a href="https://uoou.gov.cz/">' in own.content.decode()
    for answer in (asked, accepted, own):
        assert not answer.cookies
        assert "Vary" in answer.headers
        assert "Cookie" not in answer.headers["Vary"]
    assert nobody.get(path.replace(ready.public_key, "0" * 40)).status_code == 404


@covers("S62")
@pytest.mark.django_db(transaction=True)
def test_what_was_typed_in_stays_text(ready: Account, ana: Membership, login: LogIn) -> None:
    _named(ready, company_name='<script>alert("x")</script> {language}')

    page = Client().get(f"/privacy/policy/{ready.public_key}/").content.decode()
    settings_page = login(ana).get(PAGE).content.decode()

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "{language}" in page
    assert "<script>alert" not in settings_page
    # The HTML to copy is escaped once more where it stands as source.
    assert "&amp;lt;script&amp;gt;" in settings_page


@covers("S70", page="/app/<slug>/settings/privacy/texts/policy/")
@pytest.mark.django_db(transaction=True)
def test_a_copy_is_remembered_and_grows_old_with_a_change(
    ready: Account, ana: Membership, login: LogIn
) -> None:
    browser = login(ana)
    sent = _what_the_button_sends(browser.get(PAGE, {"lang": "de"}).content.decode())
    answer = browser.post(f"{PAGE}copied/", sent)
    again = browser.post(f"{PAGE}copied/", sent)
    fresh = browser.get(PAGE).content.decode()
    with tenant(ready.pk):
        retention.choose(ready, Period.ONE_MONTH, by=ana)

    old = browser.get(PAGE).content.decode()
    late = browser.post(f"{PAGE}copied/", sent)

    assert "by Ana." in answer.content.decode()
    assert again.status_code == 200
    assert "What stands on your website is out of date" not in fresh
    assert "What stands on your website is out of date" in old
    assert "<del>Eine Unterhaltung wird mit ihren Nachrichten und Dateien ein Jahr" in old
    assert "<ins>Eine Unterhaltung wird mit ihren Nachrichten und Dateien einen Monat" in old
    assert "The settings have changed since you opened this page." in late.content.decode()
    with tenant(ready.pk):
        assert [one.language for one in policies.copies(ready).values()] == ["de"]
        entries = AuditEntry.objects.filter(event="policy.copied")
        assert [entry.details for entry in entries] == [{"language": "de"}]


def _what_the_button_sends(page: str) -> dict[str, str]:
    found = re.search(r'hx-vals="([^"]+)"', page)
    assert found
    sent: dict[str, str] = json.loads(found[1].replace("&quot;", '"'))
    return sent


@pytest.mark.django_db(transaction=True)
def test_another_day_is_no_change(ready: Account) -> None:
    with tenant(ready.pk):
        days = [policies.document(ready, "cs", date(2026, 11, day)) for day in (24, 25)]

    assert policies.digest(days[0]) == policies.digest(days[1])
    assert text.updated(days[0]) == "Stav ke dni: 24. listopadu 2026"
