"""What people type, made safe to store: never changed in meaning, never parsed."""

import unicodedata
from typing import Any


def storable(text: str) -> str:
    """The text without what PostgreSQL or UTF-8 cannot hold: NUL and lone surrogates (A28)."""
    return "".join(
        character
        for character in text
        if character != "\0" and not "\ud800" <= character <= "\udfff"
    )


def is_blank(text: str) -> bool:
    """Whether nothing of it can be seen: spaces, controls and zero-width characters only."""
    return all(unicodedata.category(character)[0] in "ZC" for character in text)


def storable_json(value: Any) -> Any:
    """The same for every string inside a JSON value, keys included."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(key)): storable_json(one) for key, one in value.items()}
    return value
