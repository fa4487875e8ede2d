"""Words by which a form would ask for data that must not be put into a chat (S28, S29).

The kinds of data are those of `privacy.prohibited`: Articles 9 and 10, and payment data by contract.
The words stand in `data/prohibited_words.json`, by language and kind. A text is looked up in the
lists of all languages, since an account asks in any of them; whole words only, without regard to
case and accents, so that "Sizes" is not "size" and "Religión" is "religion".
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from privacy.prohibited import PROHIBITED

WORDS = Path(__file__).with_name("data") / "prohibited_words.json"

_BY_KEY = {one.key: one for one in PROHIBITED}
_WORD = re.compile(r"[^\W_]+")
# Letters that Unicode does not take apart into a letter and an accent.
_STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})

Words = tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """`word`: as it stands in the text. `key`: the kind of data, of `privacy.prohibited`."""

    word: str
    key: str

    @property
    def article(self) -> str:
        """`Article 9 GDPR` or `Article 10 GDPR`; empty: forbidden by contract and no article."""
        ground = _BY_KEY[self.key].ground
        return ground if ground.startswith("Article") else ""

    @property
    def number(self) -> int:
        """9 or 10; 0: forbidden by contract and no article."""
        return int(self.article.split()[1]) if self.article else 0


def find(text: str) -> Found | None:
    """The first word or words of the text that stand on a list; None: nothing does."""
    places = list(_WORD.finditer(text))
    words = [_folded(place.group()) for place in places]
    innocent = {
        index
        for start in range(len(words))
        for phrase in _innocent().get(words[start], ())
        if tuple(words[start : start + len(phrase)]) == phrase
        for index in range(start, start + len(phrase))
    }
    for start, word in enumerate(words):
        for phrase, key in _listed().get(word, ()):
            end = start + len(phrase)
            if tuple(words[start:end]) == phrase and not innocent & set(range(start, end)):
                return Found(text[places[start].start() : places[end - 1].end()], key)
    return None


def languages() -> list[str]:
    """The languages that there are words of."""
    return [name for name in _read() if name != "innocent"]


def words(language: str) -> Mapping[str, list[str]]:
    """The words of a language, by kind of data."""
    listed: Mapping[str, list[str]] = _read()[language]
    return listed


def _folded(word: str) -> str:
    """The word without case and accents."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    bare = "".join(one for one in apart if not unicodedata.combining(one))
    return bare.translate(_STROKES)


def _split(phrase: str) -> Words:
    return tuple(_folded(word) for word in _WORD.findall(phrase))


@cache
def _read() -> dict[str, dict[str, list[str]]]:
    lists: dict[str, dict[str, list[str]]] = json.loads(WORDS.read_text(encoding="utf-8"))
    return lists


@cache
def _listed() -> dict[str, list[tuple[Words, str]]]:
    """Every phrase by its first word, the longest first."""
    found: dict[str, set[tuple[Words, str]]] = {}
    for language in languages():
        for key, phrase in _pairs(language):
            found.setdefault(phrase[0], set()).add((phrase, key))
    return {word: sorted(some, key=lambda one: -len(one[0])) for word, some in found.items()}


def _pairs(language: str) -> Iterator[tuple[str, Words]]:
    for key, phrases in words(language).items():
        for phrase in phrases:
            yield key, _split(phrase)


@cache
def _innocent() -> dict[str, list[Words]]:
    found: dict[str, list[Words]] = {}
    for phrase in _read()["innocent"]:
        split = _split(phrase)
        found.setdefault(split[0], []).append(split)
    return found
