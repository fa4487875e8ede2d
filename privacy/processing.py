"""What an account processes: every datum with its source, purpose, recipients, countries and end (S10).

Computed from the data map, the account's settings and the registers; nothing of it is written down
a second time. Words are in the language that is active.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext as spoken
from django.utils.translation import ngettext

from accounts import countries
from accounts.declarations import Category, Kept, Purpose, Subject, Volatile
from accounts.models import Account
from privacy import data_map, platform, retention, uses
from privacy.models import platform as registers

SUBJECTS = (Subject.VISITOR, Subject.MEMBER)
"""Of whom an account keeps something as controller."""


@dataclass(frozen=True)
class Row:
    """One datum, or several that are alike in everything else (`together`). `where` is its table or
    "memory"; `condition` the switch that it depends on, if any."""

    subject: Subject
    where: str
    field: str
    what: str
    category: str
    source: str
    purpose: str
    recipients: tuple[str, ...]
    countries: tuple[str, ...]
    kept: str
    condition: str = ""

    def as_json(self) -> dict[str, object]:
        """For machines: names of tables and fields are those of the data map."""
        return {
            "subject": self.subject.value,
            "datum": self.what,
            "where": self.where,
            "field": self.field,
            "category": self.category,
            "source": self.source,
            "purpose": self.purpose,
            "recipients": list(self.recipients),
            "countries": list(self.countries),
            "retention": self.kept,
            "condition": self.condition,
        }


@dataclass(frozen=True)
class Off:
    """What would be collected if a switch were on, and the name of the page with the switch."""

    what: str
    condition: str
    page: str


@dataclass(frozen=True)
class Reach:
    """Who gets data, and in which countries they are."""

    recipients: tuple[str, ...]
    countries: tuple[str, ...]


def rows(account: Account, on: date | None = None) -> list[Row]:
    """Every datum that the account's settings let in. Inside the account."""
    on = on or timezone.now().date()
    held, mailed = _reach(account, on), _mailed(on)
    period = str(retention.effective(account, timezone.now()).label)
    holding = uses.conditions()
    found = []
    for one in data_map.data():
        personal, table = one.personal, one.table
        if table.subject not in SUBJECTS or not uses.holds(personal.when, holding):
            continue
        mailers = mailed.get(f"{table.model}.{one.field}", Reach((), ()))
        shown_to = (spoken(personal.shown_to),) if personal.shown_to else ()
        found.append(
            Row(
                table.subject,
                table.model,
                one.field,
                spoken(personal.what),
                spoken(personal.category),
                spoken(personal.source),
                spoken(table.purpose) if table.purpose else "",
                _once(shown_to, held.recipients, mailers.recipients),
                _once(held.countries, mailers.countries),
                _until(table.kept, period),
                personal.when,
            )
        )
    found += [
        Row(
            one.subject,
            "memory",
            "",
            spoken(one.what),
            spoken(one.category),
            _("use of the product"),
            spoken(one.purpose),
            held.recipients,
            held.countries,
            _lasting(one),
            one.when,
        )
        for one in data_map.volatile()
        if one.subject in SUBJECTS and uses.holds(one.when, holding)
    ]
    return found


def together(found: Iterable[Row]) -> list[Row]:
    """The same, with what is alike in everything but its name in one row, in the order of the map."""
    merged: dict[Row, list[str]] = {}
    for row in found:
        alike = replace(row, where="", field="", what="", condition="")
        merged.setdefault(alike, []).append(row.what)
    return [replace(alike, what=", ".join(dict.fromkeys(what))) for alike, what in merged.items()]


def apart(found: Sequence[Row]) -> tuple[Reach, list[Row]]:
    """What all of them have in common, and the rows with only what goes further."""

    def shared(texts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        return (
            tuple(text for text in texts[0] if all(text in each for each in texts)) if texts else ()
        )

    def beyond(texts: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text for text in texts if text not in known)

    common = Reach(
        shared([row.recipients for row in found]), shared([row.countries for row in found])
    )
    return common, [
        replace(
            row,
            recipients=beyond(row.recipients, common.recipients),
            countries=beyond(row.countries, common.countries),
        )
        for row in found
    ]


def by_purpose(found: Iterable[Row]) -> list[Row]:
    """What is for the chat itself first and what only proves something last, otherwise as they come."""
    order = {spoken(purpose): place for place, purpose in enumerate(Purpose)}
    return sorted(found, key=lambda row: order.get(row.purpose, len(order)))


def by_category(found: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Rows under the names of their categories, in the order in which agreements name those."""
    order = {spoken(category): place for place, category in enumerate(Category)}
    ordered = sorted(found, key=lambda row: order[row.category])
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda row: row.category)]


def off() -> list[Off]:
    """What is not collected because a switch is off. Inside the account."""
    holding = uses.conditions()
    declared = [(one.personal.what, one.personal.when) for one in data_map.data()]
    declared += [(one.what, one.when) for one in data_map.volatile()]
    return [
        Off(spoken(what), when, uses.page(when))
        for what, when in dict.fromkeys(declared)
        if not uses.holds(when, holding)
    ]


def _reach(account: Account, on: date) -> Reach:
    """Members, the platform and whom it lets do everything; and where. A company that only one
    configured provider stands for gets no more than what is handed to that provider."""
    at_work = registers.SubProcessor.objects.known_on(on).filter(effective_on__lte=on)
    everywhere = list(at_work.filter(provider="").order_by("legal_name"))
    narrow = {one.service for one in at_work.exclude(provider="")}
    places = [
        one.country
        for one in platform.storage_places(account.region, on)
        if one.service not in narrow
    ]
    party = platform.party()
    return Reach(
        _once(
            (_("members of the account"), party.company_name),
            (one.legal_name for one in everywhere),
        ),
        _once(
            places,
            (
                countries.NAMES[code]
                for one in everywhere
                for code in (one.place_of_storage, one.place_of_processing, one.place_of_access)
            ),
        ),
    )


def _mailed(on: date) -> dict[str, Reach]:
    """For each field that some e-mail carries: who hands those over, and where."""
    found: dict[str, Reach] = {}
    for flow in uses.flows():
        if not flow.is_on:
            continue
        name, country = platform.mailer(flow, on)
        for field in flow.carries:
            known = found.get(field, Reach((), ()))
            found[field] = Reach(
                _once(known.recipients, (name,)), _once(known.countries, (country,))
            )
    return found


def _once(*texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for several in texts for text in several if text))


def _until(kept: Kept | None, period: str) -> str:
    if kept is None:
        return ""
    said = spoken(kept)
    return f"{said} ({period})" if kept in {Kept.HISTORY, Kept.VISITOR} else said


def _lasting(one: Volatile) -> str:
    if one.lifetime.days:
        return ngettext(
            "beside the database, for %(count)s day",
            "beside the database, for %(count)s days",
            one.lifetime.days,
        ) % {"count": one.lifetime.days}
    minutes = int(one.lifetime.total_seconds()) // 60
    return ngettext(
        "in memory, until %(count)s minute after the last sign of them",
        "in memory, until %(count)s minutes after the last sign of them",
        minutes,
    ) % {"count": minutes}
