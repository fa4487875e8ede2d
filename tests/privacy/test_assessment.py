"""Help with an impact assessment: filled in from the data map, judged by the account (R12)."""

from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from accounts import companies
from accounts.models import Account, AuditEntry, Membership
from accounts.tenancy import tenant
from chat import technical
from privacy import assessments, registers, tasks
from privacy.documents import assessment
from privacy.documents.assessment import RISKS, SCREENING, Need
from privacy.models import DocumentVersion, Measure, SubProcessor
from tests.accounts.test_company import COMPANY
from tests.conftest import LogIn
from tests.coverage import covers
from tests.privacy.test_agreements import FILE

PAGE = "/app/acme/settings/privacy/texts/assessment/"


@pytest.fixture
def named(acme: Account, ana: Membership) -> Account:
    registers.load(FILE)
    with tenant(acme.pk):
        companies.name(acme, COMPANY, by=ana)
    return acme


@pytest.fixture
def owner(named: Account, ana: Membership, login: LogIn) -> Client:
    return login(ana)


def _text(owner: Client) -> str:
    file = owner.get(PAGE.rstrip("/") + ".pdf").content
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(file)).pages).split()
    )


@pytest.mark.parametrize(
    ("met", "unmet", "expected"),
    [
        (0, 0, Need.OPEN),
        (0, 9, Need.UNLIKELY),
        (1, 8, Need.CONSIDER),
        (1, 7, Need.OPEN),
        (2, 0, Need.LIKELY),
        (9, 0, Need.LIKELY),
    ],
)
def test_two_criteria_make_an_assessment_likely(met: int, unmet: int, expected: Need) -> None:
    said = ["yes"] * met + ["no"] * unmet

    assert assessment.need(dict(zip(SCREENING, said, strict=False))) is expected


def test_every_criterion_and_risk_has_words_for_people() -> None:
    assert set(assessments.SCREENING_WORDS) == set(SCREENING)
    assert set(assessments.RISK_WORDS) == set(RISKS)


@covers("R12", page="/app/<slug>/settings/privacy/texts/assessment/")
def test_the_document_has_what_is_computed_and_what_was_answered(
    owner: Client, named: Account
) -> None:
    saved = owner.post(
        PAGE,
        {
            "scale": "yes",
            "vulnerable": "yes",
            "necessity": "Without it nobody gets an answer.",
            f"risk-{b'loss'.hex()}": "low",
        },
    )
    page, text = owner.get(PAGE).content.decode(), _text(owner)

    assert saved.status_code == 302
    assert "Likely to be needed" in page
    assert "Without it nobody gets an answer." in page
    for said in (
        "Two criteria or more are met",
        "Without it nobody gets an answer.",
        "pages of the visit",
        "No transfer takes place",
        Measure.objects.get(position=3).text.split(".")[0],
    ):
        assert said in text, said
    with tenant(named.pk):
        technical.choose(named, (), by=None)
    assert "pages of the visit" not in _text(owner)


@covers("R12")
def test_a_sub_processor_outside_the_eea_gets_a_note_of_its_own(
    owner: Client, named: Account
) -> None:
    SubProcessor.objects.filter(legal_name="Example Post ApS").update(
        place_of_processing="CH", tool="adequacy", evidence="Decision"
    )
    name = f"transfer-{b'Example Post ApS'.hex()}"

    assert f'name="{name}"' in owner.get(PAGE).content.decode()
    owner.post(PAGE, {name: "Its mail law asks for a warrant."})
    assert "Its mail law asks for a warrant." in _text(owner)


def test_the_trail_says_which_answers_changed_and_not_what_they_say(
    owner: Client, named: Account
) -> None:
    owner.post(PAGE, {"advice": "Do it", "scale": "no"})
    owner.post(PAGE, {"advice": "Do it", "scale": "yes"})

    with tenant(named.pk):
        found = AuditEntry.objects.filter(event="assessment.changed").order_by("id")
        assert [one.details for one in found] == [
            {"fields": ["advice", "scale"]},
            {"fields": ["scale"]},
        ]


def test_each_night_keeps_a_version_once_something_is_answered(
    owner: Client, named: Account
) -> None:
    tasks.keep_record(account_id=str(named.pk))
    with tenant(named.pk):
        assert not DocumentVersion.objects.filter(document="assessment").exists()
    owner.post(PAGE, {"scale": "no"})
    for _ in range(2):
        tasks.keep_record(account_id=str(named.pk))

    with tenant(named.pk):
        assert DocumentVersion.objects.filter(document="assessment").count() == 1


def test_an_answer_that_is_none_of_the_choices_is_refused(owner: Client) -> None:
    answer = owner.post(PAGE, {"scale": "perhaps", "necessity": "Typed with care"})

    assert answer.status_code == 422
    assert "Typed with care" in answer.content.decode()
