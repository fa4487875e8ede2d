"""Words on the account's colour can be read, whatever the colour."""

import json
from pathlib import Path
from typing import TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget import colors


class Case(TypedDict):
    color: str
    on_white: float
    text: str


CASES: list[Case] = json.loads((Path(__file__).parent / "contrast.json").read_text())
COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@pytest.mark.parametrize("case", CASES, ids=[case["color"] for case in CASES])
def test_the_contrast_is_that_of_wcag(case: Case) -> None:
    assert colors.contrast(case["color"], "#ffffff") == pytest.approx(case["on_white"], abs=0.01)
    assert colors.text_on(case["color"]) == case["text"]


@given(COLOURS)
def test_words_can_be_read_on_any_colour_and_the_colour_on_both_surfaces(color: str) -> None:
    palette = colors.palette(color)

    assert colors.contrast(palette.contrast, color) >= colors.READABLE
    assert colors.contrast(palette.on_light, colors.LIGHT_SURFACE) >= colors.READABLE
    assert colors.contrast(palette.on_dark, colors.DARK_SURFACE) >= colors.READABLE


def test_a_colour_that_can_be_read_as_it_is_stays_as_it_is() -> None:
    assert colors.palette("#0b6e5f").on_light == "#0b6e5f"
