"""The Terms: complete or absent, from the platform's own identity, and no duty moved to the account."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from privacy.documents import rendering, terms
from privacy.documents.facts import Incomplete, Party
from tests.coverage import covers

PLATFORM = Party(
    "Chat House Ltd.", "EU123", "High Street 1, Dublin", "Ireland", "office@demo.test", "HRB 77"
)


def test_they_name_the_platform_and_its_law() -> None:
    page = rendering.html(terms.build(PLATFORM))

    for said in ("Chat House Ltd.", "HRB 77", "High Street 1, Dublin, Ireland", "law of Ireland"):
        assert said in page


@pytest.mark.parametrize("gone", ["company_name", "vat_id", "address", "country", "contact"])
def test_they_are_not_made_while_a_detail_is_missing(gone: str) -> None:
    with pytest.raises(Incomplete) as refused:
        terms.build(replace(PLATFORM, **{gone: ""}))

    assert refused.value.missing == [f"platform.{gone}"]


def test_they_say_what_the_account_answers_for_and_take_no_duty_from_the_platform() -> None:
    """S30."""
    points = {
        point.number: point.text
        for section in terms.build(PLATFORM).sections
        for point in section.points
    }

    assert "You answer for a legal basis" in points["3.2"]
    assert "or moves one of the platform's to you" in points["3.2"]
    assert "prevails over these terms" in points["1.3"]
    assert "nor the duties of the platform" in points["7.3"]


def test_their_points_are_numbered_as_their_sections() -> None:
    for number, section in enumerate(terms.build(PLATFORM).sections, start=1):
        assert section.title.startswith(f"{number}. ")
        assert section.anchor == str(number)
        numbers = [point.number for point in section.points]
        assert numbers == [f"{number}.{index}" for index in range(1, len(numbers) + 1)]


def test_markup_in_a_name_stays_text() -> None:
    page = rendering.html(terms.build(replace(PLATFORM, company_name="<b>#emph[Ltd]</b>")))

    assert "&lt;b&gt;#emph[Ltd]&lt;/b&gt;" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    "banned", ["gdpr directive", "fully compliant", "perfectly legal", "shield"]
)
def test_they_promise_nothing_that_is_not_so(banned: str) -> None:
    """S9."""
    assert banned not in terms.build(PLATFORM).canonical().lower()


def test_the_file_is_the_same_to_the_byte_and_holds_the_text() -> None:
    first, second = (rendering.pdf(terms.build(PLATFORM)) for _ in range(2))
    other = rendering.pdf(terms.build(replace(PLATFORM, country="Malta")))
    text = " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(first)).pages).split()
    )

    assert first == second
    assert first != other
    assert "The law of Ireland applies" in text


@covers("S30", page="/privacy/terms/")
def test_they_lead_to_what_keeps_prohibited_data_out_and_takes_them_away() -> None:
    (links,) = [
        [link.address.partition("/my/")[2] for link in point.links]
        for section in terms.build(PLATFORM).sections
        for point in section.points
        if point.number == "3.3"
    ]

    assert links == ["forms/", "inbox/"]
