"""The widget says the same things in every language, and finds the visitor's."""

import re

import pytest

from accounts.models import Language
from widget import texts
from widget.forms import WORDS

PLURALS = re.compile(r"\.(zero|one|two|few|many|other)\Z")
CODES = (
    "ar az bg br bs ca cn cs da de el en es fa fi fil fr he hi hr hu is it ja ka lt lv mk nl no pl "
    "pt ro ru sk sl sr sv th tr tw uk"
)
"""The codes of the JavaScript API."""


def _words(language: str) -> dict[str, str]:
    tree = texts.tree(language)
    return {place: texts.word(tree, place) for place in texts.places(tree)}


def _gaps(language: str) -> dict[str, set[str]]:
    """The names in braces, by place; the forms of a plural count as one."""
    gaps: dict[str, set[str]] = {}
    for place, words in _words(language).items():
        gaps.setdefault(PLURALS.sub("", place), set()).update(re.findall(r"{\w+}", words))
    return gaps


def test_every_language_of_accounts_has_texts() -> None:
    assert set(Language.values) <= set(texts.languages())


@pytest.mark.parametrize("language", texts.languages())
def test_a_language_has_the_places_and_the_gaps_of_english(language: str) -> None:
    assert _gaps(language) == _gaps("en")


@pytest.mark.parametrize("language", texts.languages())
def test_no_place_is_empty(language: str) -> None:
    assert [place for place, words in _words(language).items() if not words.strip()] == []


@pytest.mark.parametrize("place", [*texts.EDITABLE, *texts.PREVIEWED])
def test_what_can_be_edited_or_previewed_has_built_in_words(place: str) -> None:
    assert texts.word(texts.tree("en"), place)


def test_every_editable_place_has_a_label_and_no_other_has() -> None:
    assert tuple(WORDS) == texts.EDITABLE


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["de"], "de"),
        (["DE"], "de"),
        (["de-AT"], "de"),
        (["de_AT"], "de"),
        (["cz"], "cs"),
        (["iw"], "he"),
        (["iw-IL"], "he"),
        (["nb"], "no"),
        (["nb-NO"], "no"),
        (["nn"], "no"),
        (["tl"], "fil"),
        (["pt-BR"], "br"),
        (["pt-PT"], "pt"),
        (["zh"], "cn"),
        (["zh-CN"], "cn"),
        (["zh-Hans"], "cn"),
        (["zh-SG"], "cn"),
        (["zh-TW"], "tw"),
        (["zh-HK"], "tw"),
        (["zh-Hant"], "tw"),
        (["xx", "it"], "it"),
        (["xx"], "sv"),
        ([""], "sv"),
        ([], "sv"),
    ],
)
def test_a_wish_is_met_exactly_by_alias_by_its_first_part_or_by_the_account(
    wanted: list[str], found: str
) -> None:
    assert texts.match(wanted, fallback="sv", available=CODES.split()) == found


def test_where_even_the_accounts_language_is_missing_it_is_english() -> None:
    assert texts.match(["xx"], fallback="yy", available=["cs", "en"]) == "en"


def test_an_alias_of_a_language_that_is_missing_falls_back_to_its_first_part() -> None:
    assert texts.match(["pt-BR"], fallback="en", available=["en", "pt"]) == "pt"


def test_own_words_take_the_place_of_ours_and_nothing_else_changes() -> None:
    own = texts.tree("en", {"online.title": "Ask Acme"})

    assert texts.word(own, "online.title") == "Ask Acme"
    assert texts.word(own, "offline.title") == texts.word(texts.tree("en"), "offline.title")


@pytest.mark.parametrize("place", ["online", "online.no_such", "no.such", "online.title.more", ""])
def test_own_words_for_a_place_that_is_none_are_left_out(place: str) -> None:
    assert texts.tree("en", {place: "x"}) == texts.tree("en")


@pytest.mark.parametrize(("language", "direction"), [("he", "rtl"), ("ar", "rtl"), ("cs", "ltr")])
def test_arabic_hebrew_and_persian_run_from_right_to_left(language: str, direction: str) -> None:
    assert texts.direction(language) == direction
