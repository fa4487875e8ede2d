"""What the policy says in each language, what it calls data, countries and authorities."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from accounts import countries

_FOLDER = Path(__file__).resolve().parent
FALLBACK = "en"


@dataclass(frozen=True)
class Words:
    """The sentences of one language by their places, such as `rights.title`."""

    language: str
    texts: Mapping[str, str]

    def __call__(self, place: str, **values: str | int) -> str:
        """A sentence with these values in it. Raises KeyError for a place that is not there."""
        return self.texts[place].format(**values) if values else self.texts[place]

    def country(self, code: str) -> str:
        """What this country (ISO 3166-1) is called; its English name where nobody wrote it down."""
        said: str | None = _countries().get(code, {}).get(self.language)
        return said or countries.NAMES.get(code, code)


@dataclass(frozen=True)
class Authority:
    """Who supervises companies of a country. Without a name there are several, listed at `url`."""

    name: str
    url: str


@cache
def languages() -> dict[str, str]:
    """What each language is called by those who speak it, by its code (ISO 639-1), sorted."""
    return {code: of(code)("language") for code in sorted(p.stem for p in _files())}


@cache
def of(language: str) -> Words:
    """The sentences of a language that has a file."""
    return Words(language, dict(_flat(_read(f"words/{language}.toml"))))


def spoken(wanted: str) -> str | None:
    """The language of ours that this tag means ("de-AT" is German), if there is one."""
    short = wanted.strip().lower().split("-")[0]
    return short if short in languages() else None


def authority(country: str) -> Authority | None:
    """The authority of this country (ISO 3166-1); None outside of EEA, Switzerland and UK."""
    found = _read("authorities.toml").get(country)
    return Authority(found.get("name", ""), found["url"]) if found else None


def authorities_elsewhere() -> str:
    """The address of a list of authorities, for every other country."""
    return str(_read("authorities.toml")["elsewhere"])


def _files() -> Iterator[Path]:
    return (_FOLDER / "words").glob("*.toml")


@cache
def _countries() -> dict[str, dict[str, str]]:
    return _read("countries.toml")


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))


def _flat(branch: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in branch.items():
        if isinstance(value, str):
            yield before + key, value
        else:
            yield from _flat(value, f"{before}{key}.")
