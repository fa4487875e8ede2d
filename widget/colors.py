"""Colours that stay readable: contrast as WCAG 2.2 defines it, and the text to put on an accent."""

from dataclasses import dataclass

READABLE = 4.5
"""The least contrast of ordinary text (WCAG 2.2, success criterion 1.4.3)."""

WHITE = "#ffffff"
INK = "#1c2526"
BLACK = "#000000"
# The widget's raised surfaces in light and dark, as static/css/tokens.css has them.
LIGHT_SURFACE = WHITE
DARK_SURFACE = "#1b2123"
_STEPS = 20


@dataclass(frozen=True)
class Palette:
    """An accent with everything that must be readable on it or in it.

    `contrast` is the text on the accent; `on_light` and `on_dark` are the accent itself as text
    on the widget's surfaces, darkened or lightened as far as needed.
    """

    accent: str
    contrast: str
    on_light: str
    on_dark: str


def palette(accent: str) -> Palette:
    """The readable colours that go with an accent (`#rrggbb`)."""
    return Palette(
        accent=accent,
        contrast=text_on(accent),
        on_light=readable_on(LIGHT_SURFACE, accent, towards=BLACK),
        on_dark=readable_on(DARK_SURFACE, accent, towards=WHITE),
    )


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 (equal) to 21 (black on white)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(background: str) -> str:
    """White or ink, whichever can be read there; black where ink is too light for it."""
    for candidate in (WHITE, INK):
        if contrast(candidate, background) >= READABLE:
            return candidate
    return BLACK


def readable_on(surface: str, color: str, *, towards: str) -> str:
    """The colour, mixed with `towards` in small steps until it is readable on the surface."""
    mixed = color
    for step in range(_STEPS + 1):
        mixed = _mix(color, towards, step / _STEPS)
        if contrast(mixed, surface) >= READABLE:
            break
    return mixed


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    def linear(channel: int) -> float:
        value = channel / 255
        return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mix(color: str, other: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
