"""What an agreement is filled with. Texts hold no name, place or period: those come from here."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from privacy.documents.laws import Law
from privacy.documents.tree import Link


class Incomplete(Exception):
    """A mandatory value is missing; `missing` says which."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


@dataclass(frozen=True)
class Party:
    """A company as a contract names it. `vat_id` may say "not registered"."""

    company_name: str
    vat_id: str
    address: str
    country: str
    contact: str
    registration_no: str = ""
    dpo: str = ""
    representative: str = ""
    dpo_since: str = ""

    def missing(self, whose: str) -> Iterator[str]:
        """What must be said and is not."""
        for field in fields(self):
            if field.name in MANDATORY and not getattr(self, field.name):
                yield f"{whose}.{field.name}"


MANDATORY = {"company_name", "vat_id", "address", "country", "contact"}


@dataclass(frozen=True)
class Place:
    """Where something is stored or processed; `status` as in "EU", "adequacy", "third country"."""

    service: str
    place: str
    country: str
    status: str
    tool: str
    safeguards: str


@dataclass(frozen=True)
class SubProcessor:
    name: str
    address: str
    contact: str
    service: str
    place: str
    tool: str


@dataclass(frozen=True)
class Measure:
    heading: str
    text: str
    responsible: str = ""
    tested: str = ""
    status: str = ""


@dataclass(frozen=True)
class DataRow:
    """A category of data with its subject, its fields in words, and how long it is kept."""

    subject: str
    category: str
    data: str
    kept: str


@dataclass(frozen=True)
class Question:
    """A field of a form that visitors fill in, in words."""

    form: str
    label: str
    kind: str
    answer: str


@dataclass(frozen=True)
class Aim:
    """A purpose that the controller has declared, with its legal basis and the data it uses."""

    title: str
    text: str
    basis: str
    data: str


@dataclass(frozen=True)
class Mail:
    """A kind of e-mail that leaves the service: who hands it over, and in which country (S16)."""

    title: str
    mailer: str
    country: str


@dataclass(frozen=True)
class Facts:
    """All that an agreement is computed from. `account` is None in the public text, which has no
    controller's sheet and names whatever an account can switch on."""

    platform: Party
    account: Party | None
    region: str
    places: tuple[Place, ...]
    sub_processors: tuple[SubProcessor, ...]
    measures: tuple[Measure, ...]
    data: tuple[DataRow, ...]
    retention: str
    laws: tuple[Law, ...] = ()
    authorities: tuple[Link, ...] = ()
    asked: tuple[Question, ...] = ()
    mails: tuple[Mail, ...] = ()
    aims: tuple[Aim, ...] = ()

    def missing(self) -> list[str]:
        """Which mandatory values are not there; a document with any is not made."""
        found = list(self.platform.missing("platform"))
        if self.account:
            found += self.account.missing("account")
        needed = ("region", "places", "measures", "data", "retention")
        return [*found, *(name for name in needed if not getattr(self, name))]
