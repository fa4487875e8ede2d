"""Colours: what is written can be read, in light and in dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from itertools import product
from pathlib import Path

import pytest

STYLE_SHEETS = Path(__file__).resolve().parents[2] / "static" / "css"
SURFACES = (
    "surface",
    "surface-raised",
    "surface-sunken",
    "surface-hover",
    "surface-selected",
)
TINTS = tuple(f"{state}-soft" for state in ("danger", "warn", "ok", "info"))
INKS = ("text", "text-muted", "accent-text", "danger", "warn", "ok", "info")

TEXT_PAIRS = [
    *product(INKS, SURFACES),
    *product(("text",), TINTS),
    *((tint.removesuffix("-soft"), tint) for tint in TINTS),
    *(("avatar-text", f"avatar-{number}") for number in range(1, 9)),
    ("accent-contrast", "accent"),
    ("danger-contrast", "danger-fill"),
    ("text-inverse", "surface-inverse"),
    ("text", "bubble-other"),
    ("text-muted", "bubble-other"),
    ("bubble-note-text", "bubble-note"),
]
EDGE_PAIRS = [
    *product(("border-strong", "presence-on", "accent"), SURFACES[:3]),
]

Pair = tuple[str, str]


def colours() -> dict[str, Pair]:
    """Every token that is a plain colour, as (light, dark)."""
    css = (STYLE_SHEETS / "tokens.css").read_text()
    found = {
        name: (light, dark)
        for name, light, dark in re.findall(
            r"--([\w-]+):\s*light-dark\((#\w{6}),\s*(#\w{6})\);", css
        )
    }
    found |= {name: (both, both) for name, both in re.findall(r"--([\w-]+):\s*(#\w{6});", css)}
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_stands_out_from_its_ground(ink: str, ground: str, theme: int) -> None:
    palette = colours()

    assert contrast(palette[ink][theme], palette[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("edge", "ground"), EDGE_PAIRS)
def test_edges_of_controls_stand_out_from_their_ground(edge: str, ground: str, theme: int) -> None:
    palette = colours()

    assert contrast(palette[edge][theme], palette[ground][theme]) >= 3


def test_only_the_tokens_and_the_drawn_scenery_name_colours() -> None:
    named = {
        sheet.name
        for sheet in STYLE_SHEETS.glob("*.css")
        if re.search(r":[^;{]*#[0-9a-fA-F]{3,8}\b", sheet.read_text())
    }

    assert named <= {"tokens.css", "site.css"}
