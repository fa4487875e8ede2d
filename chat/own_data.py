"""What visitors are told of their own data (Art. 12-15 GDPR): the same walk through the data map as
their copy, in words, with dates, and who has read it (R8).

Whoever holds the visitor's signed number is the visitor; what they say of themselves proves
nothing and opens nothing (A10).
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext as translated

from accounts import companies
from accounts.audit import Event, Wanted, find
from accounts.declarations import Kept, Subject
from accounts.models import Account, Membership
from chat import own_consents, presence, visitors
from chat.models import Conversation, Visitor
from privacy import copies, erasures, retention, subjects
from privacy.models import ErasureReceipt, SubjectCopy
from privacy.subjects import Row

NEWEST = 50
"""Rows of each kind that are shown; the copy has all of them."""

READERS = 100


class FactRow(TypedDict):
    """A named value; `is_time`: the value is a time in ISO 8601."""

    label: str
    value: str
    is_time: bool


class GroupRow(TypedDict):
    """One kind of thing that is kept. `until`: when it goes if nothing more comes, in ISO 8601;
    null where `kept` says it in words, and for `never`. Of `count` rows the newest are told."""

    title: str
    purpose: str
    kept: str
    until: str | None
    count: int
    rows: list[list[FactRow]]


class ReaderRow(TypedDict):
    """Somebody who opened the conversation. `name` is empty for somebody who has left."""

    name: str
    day: str


class CopyRow(TypedDict):
    """A copy that was asked for. `address` is good for some minutes."""

    id: str
    state: str
    size: int
    address: str | None


class Controller(TypedDict):
    """Who decides about the data, and where they are reached; empty where it was not named."""

    name: str
    address: str
    country: str
    email: str
    officer: str


class OwnData(TypedDict):
    """All of it. `until`: when the last of it goes; null and not `is_unlimited`: nothing is stored.
    `restricted_at`: since when the data are kept and not used; null: they are used.
    `elsewhere`: the page on which somebody asks who wrote from another device."""

    controller: Controller
    is_stored: bool
    is_held: bool
    restricted_at: str | None
    is_unlimited: bool
    until: str | None
    details: dict[str, str]
    groups: list[GroupRow]
    readers: list[ReaderRow]
    visit: list[FactRow]
    visit_minutes: int
    copies: list[CopyRow]
    consents: list[own_consents.ConsentRow]
    boxes: list[dict[str, Any]]
    elsewhere: str


def told(account: Account, public_id: str, language: str) -> OwnData:
    """What is kept of this visitor, in this language, which is active. Stands inside the account."""
    visitor = visitors.find(public_id)
    ends = _Ends(account, visitor) if visitor else None
    return {
        "controller": controller(account),
        "is_stored": visitor is not None,
        "is_held": visitor is not None and erasures.is_held(Subject.VISITOR, visitor),
        "restricted_at": _iso(visitor.restricted_at) if visitor else None,
        "is_unlimited": ends is not None and ends.last is None,
        "until": _iso(ends.last) if ends else None,
        "details": {name: getattr(visitor, name, "") for name in ("name", "email", "phone")},
        "groups": _groups(visitor, ends) if visitor and ends else [],
        "readers": readers(account, visitor) if visitor else [],
        "visit": _visit(account.pk, public_id),
        "visit_minutes": presence.VISIT_SECONDS // 60,
        "copies": [copy_row(one) for one in own_copies(visitor)] if visitor else [],
        "elsewhere": reverse("privacy_request_new", args=[account.public_key]),
        **own_consents.told(visitor, language),
    }


def controller(account: Account) -> Controller:
    """The company behind the account, as its owner named it."""
    company = companies.of(account.pk)
    if company is None:
        return {"name": account.name, "address": "", "country": "", "email": "", "officer": ""}
    return {
        "name": company.company_name,
        "address": company.address,
        "country": company.country_name,
        "email": company.contact_email,
        "officer": company.dpo_email,
    }


def readers(account: Account, visitor: Visitor) -> list[ReaderRow]:
    """Who opened the visitor's conversations, newest first: one line for each person and day, the
    day in the account's time zone."""
    talks = Conversation.objects.filter(visitor=visitor).values("pk")
    looks = find(Wanted(event=Event.CONVERSATION_READ)).filter(target_id__in=talks)
    names = dict(Membership.objects.filter(account=account).values_list("pk", "public_name"))
    support = _("Support of %(platform)s") % {"platform": settings.PLATFORM_NAME}
    zone = ZoneInfo(account.time_zone)
    seen: dict[tuple[UUID | None, date], ReaderRow] = {}
    for kind, actor_id, at in looks.values_list("actor_kind", "actor_id", "at")[:READERS]:
        day = at.astimezone(zone).date()
        name = names.get(actor_id, "") if actor_id else ""
        if kind == "platform":
            # Somebody from outside the account, who is named as such (S51).
            name = support
        seen.setdefault((actor_id, day), {"name": name, "day": day.isoformat()})
    return list(seen.values())


def own_copies(visitor: Visitor) -> list[SubjectCopy]:
    """The copies that the visitor asked for themselves, the newest first."""
    return [copy for copy in copies.of(visitor.pk) if copy.requested_by_id is None]


def copy_row(copy: SubjectCopy) -> CopyRow:
    """How far it is, and where to fetch it."""
    state = "failed" if copy.failed_at else "ready" if copy.finished_at else "building"
    is_there = state == "ready" and copy.expires_at > timezone.now()
    return {
        "id": str(copy.pk),
        "state": state,
        "size": copy.size,
        "address": copies.address(copy) if is_there else None,
    }


def receipt_row(account: Account, receipt: ErasureReceipt) -> dict[str, Any]:
    """The receipt of an erasure as the visitor keeps it: no name, no content."""
    titles = {table.model: table.title for table in subjects.reached(Subject.VISITOR)}
    return {
        "receipt": receipt.reference,
        "id": str(receipt.pk),
        "controller": controller(account)["name"],
        "erased_at": receipt.erased_at.isoformat(),
        "finished_at": receipt.finished_at.isoformat(),
        "erased": [
            {"what": translated(titles[model]) if titles.get(model) else model, "number": number}
            for model, number in receipt.counts.items()
        ],
        "entry": receipt.number,
        "sha256": receipt.digest,
    }


class _Ends:
    """When what is kept of a visitor goes, if nothing more comes. None: never."""

    def __init__(self, account: Account, visitor: Visitor) -> None:
        period = retention.effective(account, timezone.now())
        last = Conversation.objects.filter(visitor=visitor).aggregate(at=Max("last_message_at"))
        idle = retention.due(period, visitor.last_seen_at, is_idle=True)
        self.history = retention.due(period, last["at"]) if last["at"] else idle
        # The visitor's own row stays at least as long as their conversations.
        self.last = max(idle, self.history) if idle and self.history else self.history

    def of(self, kept: Kept | None) -> datetime | None:
        """When a table's rows are gone; None also where only words tell."""
        if kept in {Kept.HISTORY, Kept.UNSENT}:
            return self.history
        return self.last if kept == Kept.VISITOR else None


def _groups(visitor: Visitor, ends: _Ends) -> list[GroupRow]:
    counts = {table.model: number for table, number in subjects.counts(Subject.VISITOR, visitor)}
    rows = (
        r for r in subjects.told(Subject.VISITOR, visitor, newest=NEWEST) if copies.is_theirs(r)
    )
    groups: list[GroupRow] = []
    for _model, grouped in groupby(rows, key=lambda row: row.table.model):
        found = list(grouped)
        table = found[0].table
        groups.append(
            {
                "title": translated(table.title) if table.title else table.model,
                "purpose": translated(table.purpose) if table.purpose else "",
                "kept": translated(table.kept) if table.kept else "",
                "until": _iso(ends.of(table.kept)),
                "count": counts.get(table.model, 1),
                "rows": [_facts(row, visitor) for row in found],
            }
        )
    return groups


def _facts(row: Row, visitor: Visitor) -> list[FactRow]:
    return [
        _fact(translated(fact.personal.what), fact.value)
        for fact in subjects.readable(row, visitor)
    ]


def _visit(account_id: UUID, public_id: str) -> list[FactRow]:
    pages, came_from, details = presence.visit_now(account_id, public_id)
    said = [_fact(name, value) for name, value in details.items() if value]
    if came_from:
        said.append(_fact(translated("site that the visit came from"), came_from))
    return [*said, *(_fact(page.title or page.url, page.url) for page in pages)]


def _fact(label: str, value: Any) -> FactRow:
    is_time = isinstance(value, datetime)
    return {
        "label": label[:1].upper() + label[1:],
        "value": value.isoformat() if is_time else _words(value),
        "is_time": is_time,
    }


def _words(value: Any) -> str:
    """JSON without its braces: what the page says of a visitor is a name and a value."""
    if isinstance(value, dict):
        return "\n".join(f"{name}: {_words(one)}" for name, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_words(one) for one in value)
    return str(value)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
