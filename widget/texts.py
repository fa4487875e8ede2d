"""What the widget says, in every language it speaks.

A language is a file in `widget/texts/`: a tree of branches and words. Adding the file adds the
language. An account may replace single words; what it writes is inserted as text, never as HTML.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import cast

FOLDER = Path(__file__).resolve().parent / "texts"
DEFAULT = "en"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he"})

ALIASES = {
    "pt-br": "br",
    "zh": "cn",
    "zh-cn": "cn",
    "zh-hans": "cn",
    "zh-tw": "tw",
    "zh-hk": "tw",
    "zh-hant": "tw",
    "nb": "no",
    "nn": "no",
    "iw": "he",
    "cz": "cs",
    "tl": "fil",
}
"""Other spellings of our codes, in lower case."""

EDITABLE = (
    "online.infoTitle",
    "online.infoDesc",
    "online.textareaPlaceholder",
    "widget.online",
    "widget.offline",
    "offline.title",
    "offline.notice",
)
"""The words that an account may replace in its settings, as `<branch>.<key>`."""

PREVIEWED = ("status.online", "status.offline", "privacyNotice.text", "privacyNotice.link")
"""Further words that the settings page's preview shows."""

LAUNCHER_BRANCHES = ("launcher", "widget", "button")
"""The branches that the loader needs before the chat is opened."""

LATER_BRANCHES = ("myData", "forms")
"""The branches of parts that are fetched when they are needed; the frame's document lacks them."""

Tree = dict[str, "str | Tree"]


@cache
def languages() -> tuple[str, ...]:
    """The codes that have a file, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@cache
def _built_in(language: str) -> str:
    return (FOLDER / f"{language}.json").read_text(encoding="utf-8")


def tree(language: str, overrides: Mapping[str, str] | None = None) -> Tree:
    """All words of a language that has a file, with the account's own in their places.

    An override of a place that does not exist is left out.
    """
    words = cast(Tree, json.loads(_built_in(language)))
    for place, text in (overrides or {}).items():
        _put(words, place.split("."), text)
    return words


def for_launcher(words: Tree) -> Tree:
    """The part of the tree that the launcher shows."""
    return {branch: words[branch] for branch in LAUNCHER_BRANCHES if branch in words}


def for_frame(words: Tree) -> Tree:
    """The part of the tree that the chat itself shows."""
    return {branch: word for branch, word in words.items() if branch not in LATER_BRANCHES}


def word(words: Tree, place: str) -> str:
    """One text by its place, such as `online.title`. Raises KeyError where there is none."""
    found: str | Tree = words
    for key in place.split("."):
        if isinstance(found, str):
            raise KeyError(place)
        found = found[key]
    if not isinstance(found, str):
        raise KeyError(place)
    return found


def places(words: Tree, prefix: str = "") -> Iterator[str]:
    """Every place of the tree that holds words."""
    for key, value in words.items():
        if isinstance(value, str):
            yield prefix + key
        else:
            yield from places(value, f"{prefix}{key}.")


def match(wanted: Sequence[str], *, fallback: str, available: Collection[str] | None = None) -> str:
    """The language for somebody who wants these, in this order.

    For each: the code itself, its alias, then the same for the part before `-`. Nobody's wish
    can be met: the fallback, then English.
    """
    spoken = languages() if available is None else available
    for code in (*wanted, fallback):
        if found := _spoken(code.strip().lower().replace("_", "-"), spoken):
            return found
    return DEFAULT


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the `dir` attribute."""
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"


def _spoken(code: str, spoken: Collection[str]) -> str | None:
    for candidate in (code, code.split("-")[0]):
        for name in (candidate, ALIASES.get(candidate, "")):
            if name in spoken:
                return name
    return None


def _put(words: Tree, keys: Sequence[str], text: str) -> None:
    *branches, last = keys
    for branch in branches:
        inner = words.get(branch)
        if not isinstance(inner, dict):
            return
        words = inner
    if isinstance(words.get(last), str):
        words[last] = text
