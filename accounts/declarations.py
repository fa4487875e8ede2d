"""What an app says about the personal data that it keeps. Read by `privacy.data_map`.

Every app has a `personal_data.py` with a `TABLES` tuple and, where it keeps something outside the
database, a `VOLATILE` one. They stand below `privacy`, so the words for them stand here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from django.utils.translation import gettext_noop as _


class Subject(StrEnum):
    """Whom the data are about."""

    VISITOR = "visitors of the account's sites"
    MEMBER = "members of the account"
    CONTACT = "people named for the company"
    STAFF = "staff of the platform"
    WRITER = "people who write to the platform or follow its changes"
    NOBODY = "nobody"


class Category(StrEnum):
    """What sort of data it is, as agreements and notices name it."""

    IDENTITY = _("identity")
    CONTACT = _("contact")
    CONTENT = _("content of conversations")
    TECHNICAL = _("technical data")
    ACTIVITY = _("activity")
    ACCESS = _("access")


class Purpose(StrEnum):
    """What it is processed for."""

    ANSWER = _("to answer visitors")
    WORK = _("to let members work")
    CONTRACT = _("to have a contract with the company")
    INFORM = "to tell of changes and answer questions"
    PROOF = _("to prove what was done")


class Basis(StrEnum):
    """Why that is lawful. What the account decides is decided by its declared purposes."""

    ACCOUNT = "decided by the account: Art. 6(1)(b) or (f) GDPR"
    CONTRACT = "Art. 6(1)(b) GDPR"
    CONSENT = "Art. 6(1)(a) GDPR"
    LEGAL = "Art. 6(1)(c) GDPR"


class Kept(StrEnum):
    """Until when. What the words promise is done by the purge."""

    REGISTER = "as long as a register of the platform names them"
    HISTORY = _("until the last message of the conversation is older than the account's period")
    VISITOR = _(
        "with the visitor's conversations; without any, until 182 days after the last visit, or "
        "the account's period if that is shorter"
    )
    UNSENT = _("with its message; never sent, for a day")
    SESSION = _("until log-out or two weeks without use")
    INVITATION = _("until the account ends")
    MEMBERSHIP = _("until the membership ends")
    PERSON = _("until the person's log-in ends")
    ACCOUNT = _("until the account ends")
    COPY = _("for a week")
    CONSENT = _("as long as the consent counts, and for three years after its end as proof")
    REQUEST = _("until a week after the decision")
    RESTRICTION = _("until a week after the decision; while data are restricted, until that ends")
    ERASURE = _("until the erasure is finished")
    PURGE = _("until the purge is finished")
    PLATFORM = "as long as the platform runs"
    SUBSCRIPTION = "until it is ended; unconfirmed, for two days"
    TICKET = "until a year after it was closed"
    LETTER = _("until a year after it was written")
    SUPPORT = _("until a year after its end")


class Erased(StrEnum):
    """What erasing the person does to a row."""

    DELETED = "deleted"
    EMPTIED = "emptied, the row stays"
    UNLINKED = "loses the ids that lead to the person, the row stays"
    STAYS = "stays: it holds nothing of the person once they are erased elsewhere"
    PROMISED = "stays on purpose: a keyed hash, by which a promise to the person is kept"


@dataclass(frozen=True)
class Personal:
    """One field with personal data. `what` is its name for people, `source` who it comes from.
    `is_number`: the number by which the person is known. `when` names the condition under which
    anything is kept in it at all (`privacy.uses`); empty: always. `shown_to` are people who see it
    besides the members of the account. `others`: a field of the row and its value with which this
    one is a colleague's and is not told to the person (Art. 15(4) GDPR)."""

    what: str
    category: Category
    source: str
    is_number: bool = False
    when: str = ""
    shown_to: str = ""
    others: tuple[str, str] | None = None


@dataclass(frozen=True)
class Table:
    """A model of which every field is classified: personal, or plain.

    `path` leads from a row to its subject as a Django lookup; empty: the row is the subject; None:
    no reference leads there. `also` are further ways: pairs of a lookup on the row and what it
    equals, seen from the subject. `title` is what people call the rows. `withheld` are fields that do
    not leave with the account's export: secrets, and files that are made from everything else.
    """

    model: str
    subject: Subject = Subject.NOBODY
    path: str | None = ""
    also: tuple[tuple[str, str], ...] = ()
    title: str = ""
    purpose: Purpose | None = None
    basis: Basis | None = None
    kept: Kept | None = None
    erased: Erased | None = None
    personal: Mapping[str, Personal] = field(default_factory=dict)
    plain: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True)
class Volatile:
    """What is kept outside the database: where, what, and how long after the last sign of life.
    `when` as in `Personal`."""

    where: str
    subject: Subject
    what: str
    category: Category
    purpose: Purpose
    lifetime: timedelta
    when: str = ""
