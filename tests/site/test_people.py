"""People without a photo."""

from uuid import UUID

import pytest

from accounts.templatetags.people import avatar_color, initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Marek", "AM"),
        ("  jan  van der Berg ", "JB"),
        ("Žofie", "Ž"),
        ("", "?"),
        ("   ", "?"),
    ],
)
def test_initials_are_the_first_letters_of_the_first_and_last_word(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_the_same_person_has_the_same_colour_as_text_and_as_uuid() -> None:
    person = UUID("0192f0c1-7c1e-7d2a-9a3e-1f2e3d4c5b6a")

    assert avatar_color(person) == avatar_color(str(person))


def test_every_colour_has_a_class_in_the_style_sheet_and_all_are_used() -> None:
    colors = {avatar_color(UUID(int=number)) for number in range(64)}

    assert colors == set(range(1, 9))
