"""What an account uses: which conditions of the data map hold, what its forms ask, what it mails.

The apps above know their settings and are asked here (`settings.USES`). Agreement, notice, record
of processing, cookie declaration and the pages about them read this and nothing else, so that a
setting that is changed changes them all (S10, S22).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings
from django.utils.functional import Promise

from accounts.declarations import Subject, Volatile
from privacy import data_map
from privacy.data_map import Datum


@dataclass(frozen=True)
class AskedField:
    """A field of a form that visitors fill in. `form` and `kind` are what people call them, `label`
    is what the field is called in the form. `point` is what programs call the form."""

    form: str | Promise
    key: str
    label: str | Promise
    kind: str | Promise
    is_required: bool
    point: str = ""


@dataclass(frozen=True)
class Flow:
    """A kind of e-mail that leaves the service (S16). `carries` names fields of the data map as in
    "chat.Message.body". `mailer` is the host that it is handed to, and `country` where that stands,
    as the account says (ISO 3166-1); empty: the platform's own."""

    slug: str
    title: str | Promise
    is_on: bool
    carries: tuple[str, ...] = ()
    mailer: str = ""
    country: str = ""


class Uses(Protocol):
    """A module of an app that answers for its settings. All is asked inside an account, and outside
    of any for the names alone: then each condition and flow is there, on or off."""

    def conditions(self) -> Mapping[str, bool]:
        """Each name that stands in a `when` of the app's declarations, and whether it holds."""

    def pages(self) -> Mapping[str, str]:
        """The name of the page with the switch for conditions, by the beginning of their names."""

    def asked(self) -> Sequence[AskedField]:
        """What visitors are asked in forms, in the order of the forms."""

    def flows(self) -> Sequence[Flow]:
        """Every kind of e-mail, those that are off included."""


@cache
def _apps() -> tuple[Uses, ...]:
    return tuple(cast("Uses", import_module(name)) for name in settings.USES)


def conditions() -> dict[str, bool]:
    """Every condition of the data map, and whether it holds for the account."""
    return {name: holds for app in _apps() for name, holds in app.conditions().items()}


def page(condition: str) -> str:
    """The name of the page on which this condition is switched; empty for one that nobody switches."""
    for app in _apps():
        for beginning, name in app.pages().items():
            if condition.startswith(beginning):
                return name
    return ""


def asked() -> list[AskedField]:
    """What the account's forms ask visitors for."""
    return [field for app in _apps() for field in app.asked()]


def flows() -> list[Flow]:
    """Every kind of e-mail that can leave the service."""
    return [flow for app in _apps() for flow in app.flows()]


def data(subject: Subject) -> list[Datum]:
    """The personal fields that the account's settings let in."""
    holding = conditions()
    return [one for one in data_map.data(subject) if holds(one.personal.when, holding)]


def volatile(subject: Subject) -> list[Volatile]:
    """What the account's settings let in outside the database."""
    holding = conditions()
    return [
        one for one in data_map.volatile() if one.subject == subject and holds(one.when, holding)
    ]


def holds(when: str, holding: Mapping[str, bool]) -> bool:
    """Whether this condition holds. One that nobody answers for does: rather too much is declared
    than too little, and a test finds it."""
    return holding.get(when, True)
