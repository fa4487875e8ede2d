"""The register of breaches: what happened, what it means, and who was told when (Arts. 33, 34 GDPR).

The platform tells the owners of affected accounts, and each account decides whom it has to tell:
its clock runs from the notice. What is learnt later follows in numbered supplements (Art. 33(4)).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.chains import Fault
from accounts.models import Account, Membership, Role, User
from privacy import chained, letters
from privacy.models import (
    Breach,
    BreachAccount,
    BreachEntry,
    EntryKind,
    Letter,
    LetterKind,
    Risk,
)

CONTENTS = ("nature", "people", "records", "contact", "consequences", "measures")
"""What a notice says (Art. 33(3)(a)-(d)); `people` and `records` are approximate numbers in words."""


class Contacts(Protocol):
    """Whom an account could write to: an app above answers, inside the account."""

    def count(self) -> int: ...

    def rows(self) -> Sequence[tuple[str, str]]:
        """Names and e-mail addresses."""


@dataclass(frozen=True)
class Clock:
    """Until when the affected accounts must be told, and when they were."""

    ends_at: datetime
    told_at: datetime | None
    is_late: bool


@dataclass(frozen=True)
class Told:
    """A breach as an affected account sees it. The first notice starts its clock."""

    breach: Breach
    notices: list[BreachEntry]
    told_at: datetime
    ends_at: datetime

    @property
    def newest(self) -> BreachEntry:
        return self.notices[-1]

    @property
    def is_high(self) -> bool:
        """Whether the people themselves have to be told (Art. 34)."""
        return self.breach.risk == Risk.HIGH


@transaction.atomic
def open_one(
    *,
    title: str,
    occurred_at: datetime | None,
    detected_at: datetime,
    aware_at: datetime,
    facts: str,
    by: User,
) -> Breach:
    """Begin the record of a breach. Every one is recorded, also one without a risk (Art. 33(5))."""
    last = Breach.objects.aggregate(last=Max("number"))["last"] or 0
    breach = Breach.objects.create(
        number=last + 1,
        title=title,
        occurred_at=occurred_at,
        detected_at=detected_at,
        aware_at=aware_at,
    )
    times = {"occurred": occurred_at, "detected": detected_at, "aware": aware_at}
    said = {name: at.isoformat() for name, at in times.items() if at}
    write(breach, EntryKind.FACTS, facts, by=by, title=title, **said)
    return breach


def write(breach: Breach, kind: EntryKind, text: str, *, by: User, **details: Any) -> BreachEntry:
    """Add an entry; none is ever changed. What was wrong is corrected by a later one."""
    entry = BreachEntry(breach=breach, kind=kind, text=text, details=details)
    chained.append(entry, by=by)
    return entry


@transaction.atomic
def assess(breach: Breach, risk: Risk, text: str, *, by: User) -> None:
    """Say what it means for the people, and why."""
    Breach.objects.filter(pk=breach.pk).update(risk=risk)
    write(breach, EntryKind.ASSESSMENT, text, by=by, risk=risk.value)


@transaction.atomic
def affect(breach: Breach, accounts: Sequence[Account], *, by: User) -> int:
    """Say which accounts it affects, and return how many are new. Whoever is added after a notice
    gets the newest one."""
    known = set(breach.affected.values_list("account_id", flat=True))
    new = [account for account in accounts if account.pk not in known]
    if new:
        BreachAccount.objects.bulk_create(
            [BreachAccount(breach=breach, account=account) for account in new],
            ignore_conflicts=True,
        )
        ids = [str(account.pk) for account in new]
        write(breach, EntryKind.ACCOUNTS, "", by=by, accounts=ids)
        if sent := notices(breach):
            _tell(breach, sent[-1])
    return len(new)


@transaction.atomic
def notify(breach: Breach, contents: dict[str, str], *, by: User) -> BreachEntry:
    """Tell every affected account, by e-mail to all its owners and on its page. The second time and
    after it is a supplement. Raises ValidationError while no account is chosen."""
    if not breach.affected.exists():
        raise ValidationError(_("Choose the affected accounts first."))
    phase = len(notices(breach)) + 1
    said = {name: contents[name] for name in CONTENTS}
    notice = write(breach, EntryKind.NOTICE, "", by=by, phase=phase, risk=breach.risk, **said)
    _tell(breach, notice)
    return notice


@transaction.atomic
def close(breach: Breach, text: str, *, by: User) -> None:
    """End the work on it. The record stays."""
    entry = write(breach, EntryKind.CLOSED, text, by=by)
    Breach.objects.filter(pk=breach.pk).update(closed_at=entry.at)


def _tell(breach: Breach, notice: BreachEntry) -> None:
    # Also accounts that are blocked: the duty to tell does not end with that.
    readers = Membership.objects.active().filter(
        role=Role.OWNER, account__in=breach.affected.values("account")
    )
    letters.to_owners(LetterKind.BREACH, notice.pk, readers)


def notices(breach: Breach) -> list[BreachEntry]:
    """What was told to the accounts, first to last."""
    return list(breach.entries.filter(kind=EntryKind.NOTICE).order_by("number"))


def clock(breach: Breach, now: datetime) -> Clock:
    """The platform's own target for telling the accounts, counted from awareness."""
    ends_at = breach.aware_at + timedelta(hours=settings.BREACH_NOTICE_HOURS)
    first = next(iter(notices(breach)), None)
    told_at = first.at if first else None
    return Clock(ends_at, told_at, is_late=(told_at or now) > ends_at)


def running(now: datetime) -> list[tuple[Breach, Clock]]:
    """Open breaches of which the accounts have not been told, with their clocks."""
    found = [(one, clock(one, now)) for one in Breach.objects.filter(closed_at=None)]
    return [(one, its) for one, its in found if its.told_at is None]


def of(account: Account) -> list[Told]:
    """What the account was told, newest first. Its own clock runs from the first notice, since that
    is when it became aware (Art. 33(1))."""
    found = []
    mine = BreachAccount.objects.filter(account=account).select_related("breach")
    for one in mine.order_by("-breach__number"):
        if told := notices(one.breach):
            told_at = max(told[0].at, one.added_at)
            ends_at = told_at + timedelta(hours=settings.BREACH_AUTHORITY_HOURS)
            found.append(Told(one.breach, told, told_at, ends_at))
    return found


def deliveries(breach: Breach) -> list[Letter]:
    """Every letter about it with what became of it."""
    about = [notice.pk for notice in notices(breach)]
    found = Letter.objects.filter(kind=LetterKind.BREACH, about_id__in=about)
    return list(found.select_related("account", "member__user").order_by("written_at", "pk"))


def contacts() -> Contacts:
    """Whom the account could write to."""
    found: Contacts = import_string(settings.CONTACTS)
    return found


def words_for_people(notice: BreachEntry, account: Account) -> str:
    """A text for the people affected, for the account to send as it is or change (Art. 34(2))."""
    said = notice.details
    return "\n\n".join(
        (
            _("%(name)s writes to you because personal data of yours were affected by a breach.")
            % {"name": account.name},
            f"{_('What happened')}: {said['nature']}",
            f"{_('What may follow')}: {said['consequences']}",
            f"{_('What was done, and what you can do')}: {said['measures']}",
            _("If you have questions, answer this message."),
        )
    )


def verify() -> list[Fault]:
    """What is wrong with the chain of entries."""
    return chained.verify(BreachEntry)
