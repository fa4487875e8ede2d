"""New versions of agreements: owners get 30 days' notice, then accept or leave with an export (S36)."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Account
from privacy import custom, letters, publications
from privacy.documents import differences, dpa, terms
from privacy.documents.differences import Difference
from privacy.models import (
    Acceptance,
    Agreement,
    AgreementVersion,
    CustomAgreement,
    CustomState,
    LetterKind,
    Publication,
)
from privacy.publications import Outcome

NOTICE = timedelta(days=30)

OFFERED = {Agreement.DPA: dpa, Agreement.TERMS: terms}
"""The modules that say which version is offered now."""


def publish(now: datetime) -> Outcome:
    """Publish the documents, and tell of a version that a new release brought."""
    outcome = publications.publish()
    note(now, outcome.published)
    return outcome


@transaction.atomic
def note(now: datetime, published: Sequence[str] = ()) -> list[AgreementVersion]:
    """Write down what is offered for the first time, and tell the owners of accounts that have an
    earlier one. Returns what is new. `published`: which documents were published just now. Running it
    again changes nothing.

    An account with an agreement of its own is not told of the standard one."""
    new = []
    for kind, module in OFFERED.items():
        known = AgreementVersion.objects.filter(kind=kind)
        if known.filter(version=module.VERSION).exists():
            continue
        newest = publications.current(kind.value)
        before = None
        if newest and known.exists():
            before = max(newest.number - (kind.value in published), 1)
        one = AgreementVersion.objects.create(
            kind=kind, version=module.VERSION, since=now, before=before
        )
        new.append(one)
        if before is not None:
            _tell(one, kind)
    return new


def _tell(one: AgreementVersion, kind: Agreement) -> None:
    readers = letters.owners(one.since.date()).filter(account__live_at__isnull=False)
    if kind == Agreement.DPA:
        own = CustomAgreement.objects.filter(state=CustomState.IN_FORCE)
        readers = readers.exclude(account__in=own.values("account"))
    letters.to_owners(LetterKind.AGREEMENT, one.pk, readers)


def accept_by(kind: Agreement) -> datetime | None:
    """Until when the version that is offered has to be accepted; None for the first one of all."""
    module = OFFERED.get(kind)
    if module is None:
        return None
    one = AgreementVersion.objects.filter(kind=kind, version=module.VERSION).first()
    return one.since + NOTICE if one and one.before is not None else None


def waiting(account: Account) -> list[tuple[Agreement, datetime]]:
    """What the account has in an earlier version and must accept anew, with the last moment for it.
    Inside the account."""
    found = []
    for kind, module in OFFERED.items():
        until = accept_by(kind)
        if until is None:
            continue
        mine = Acceptance.objects.filter(kind=kind)
        mine = mine.exclude(version__startswith=custom.VERSION)
        newest = mine.order_by("-accepted_at").values_list("version", flat=True).first()
        if newest is None or newest == module.VERSION:
            continue
        own = CustomAgreement.objects.filter(account=account, state=CustomState.IN_FORCE)
        if kind != Agreement.DPA or not own.exists():
            found.append((kind, until))
    return found


def changes(one: AgreementVersion) -> list[Difference]:
    """What went and came in the public text with this version."""
    if one.before is None:
        return []
    old = Publication.objects.filter(document=one.kind, number=one.before).first()
    new = publications.current(one.kind)
    return differences.between(old.content, new.content) if old and new else []
