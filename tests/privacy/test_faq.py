"""The sixteen questions, answered from the registers."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Account, Membership
from accounts.views.home import PAGES
from privacy import publications, registers
from privacy.documents import centre
from privacy.models import Authority, Place, PlatformIdentity, Publication
from tests.conftest import LogIn
from tests.coverage import covers

FILE = Path(__file__).resolve().parents[2] / "demo" / "registers.toml"


@pytest.fixture
def answers(db: None) -> dict[str, str]:
    registers.load(FILE)
    return _answers()


def _answers() -> dict[str, str]:
    publications.publish()
    page = Client().get("/privacy/faq/").content.decode()
    parts = re.split(r'<h3 id="(\d+)">', page.partition("</article>")[0])
    return {number: unescape(text) for number, text in zip(parts[1::2], parts[2::2], strict=True)}


@covers("S1", page="/privacy/")
def test_the_centre_names_each_document_with_version_and_date(answers: dict[str, str]) -> None:
    page = Client().get("/privacy/").content.decode()

    assert page.count("Version 1 of ") == len(centre.KINDS) == 7
    assert set(centre.KINDS) == {
        *("faq", "dpa", "terms", "sub-processors", "security", "cookies", "identity")
    }


@covers("S2", page="/privacy/faq/")
def test_each_of_the_sixteen_is_answered_with_a_link_to_what_it_is_about(
    answers: dict[str, str],
) -> None:
    assert list(answers) == [str(number) for number in range(1, 17)]
    for text in answers.values():
        assert 'href="' in text


@covers("S2", page="/privacy/faq/")
def test_places_companies_and_people_in_the_answers_are_the_registers(
    answers: dict[str, str],
) -> None:
    assert "Falkenstein, Germany (EU" in answers["4"]
    assert "Example Post ApS for e-mail" in answers["5"]
    assert "Data protection officer, dpo@example.org" in answers["11"]
    Place.objects.filter(city="Falkenstein").update(city="Vienna", country="AT")
    PlatformIdentity.objects.update(dpo="")
    changed = _answers()

    assert "Vienna, Austria (EU" in changed["4"]
    assert "None is appointed. The contact is privacy@example.org." in changed["11"]
    assert "3 months at most on the Free plan, 1 year on paid plans" in changed["14"]


@covers("S3", "S4", "S5", page="/privacy/faq/")
def test_the_gdpr_is_a_regulation_that_applies(answers: dict[str, str]) -> None:
    first = answers["1"]

    assert "Regulation (EU) 2016/679" in first
    assert "has applied directly in every member state since 25 May 2018" in first
    assert 'href="https://eur-lex.europa.eu/eli/reg/2016/679/oj"' in first
    assert "directive" not in first.lower()
    for one in Publication.objects.all():
        assert "gdpr directive" not in one.html.lower()


@covers("S6", page="/privacy/faq/")
def test_personal_data_are_explained_with_ids_and_addresses(answers: dict[str, str]) -> None:
    for example in ("an IP address", "a visitor id", "a cookie id"):
        assert example in answers["1"]


@covers("S7", page="/privacy/faq/")
def test_authorities_for_further_reading_are_the_platforms_own_list(
    answers: dict[str, str],
) -> None:
    assert 'href="https://www.edpb.europa.eu/"' in answers["1"]
    Authority.objects.all().delete()
    Authority.objects.create(position=1, name="An office", address="https://office.example.org/")

    assert '<a href="https://office.example.org/">An office</a>' in _answers()["1"]


def test_no_answer_takes_the_responsibility_off_or_moves_it(answers: dict[str, str]) -> None:
    """S9, S11."""
    assert answers["3"].partition("<p>")[2].startswith("Yes.")
    assert "No tool makes a company lawful by itself" in answers["2"]


def test_each_link_leads_somewhere(answers: dict[str, str], ana: Membership, login: LogIn) -> None:
    client = login(ana)
    links = {link for text in answers.values() for link in re.findall(r'href="([^"]+)"', text)}
    ours = {link.removeprefix(settings.PUBLIC_URL) for link in links if settings.PUBLIC_URL in link}

    assert len(ours) > 10
    for link in ours:
        path, _, anchor = link.partition("#")
        page = client.get(path, follow=True)
        assert page.status_code == 200, link
        assert f'id="{anchor}"' in page.content.decode() or not anchor, link


@pytest.mark.parametrize("page", PAGES)
def test_a_short_address_leads_to_ones_own_account(
    acme: Account, ana: Membership, login: LogIn, page: str
) -> None:
    answer = login(ana).get(f"/my/{page}/")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/app/acme/")
    assert "/login/" in Client().get(f"/my/{page}/")["Location"]


def test_a_short_address_that_is_none_is_not_found(ana: Membership, login: LogIn) -> None:
    assert login(ana).get("/my/nothing/").status_code == 404
