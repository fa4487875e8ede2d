"""How a person without a photo is drawn: two letters on a colour that stays theirs."""

from uuid import UUID

from django import template

register = template.Library()

AVATAR_COLORS = 8


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and the last word, in capitals; "?" for a name without any."""
    words = name.split()
    if not words:
        return "?"
    letters = words[0][0] if len(words) == 1 else words[0][0] + words[-1][0]
    return letters.upper()


@register.filter
def avatar_color(person_id: UUID | str) -> int:
    """A number from 1 to 8, the same for the same id everywhere: the sum of its characters' codes."""
    return sum(ord(character) for character in str(person_id)) % AVATAR_COLORS + 1
