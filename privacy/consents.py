"""What visitors agreed to, and how they took it back (Art. 7 GDPR, S42, R4).

A decision is a row of the account's chain and is never changed. Each is bound to the exact words
that were on the screen: a tick under other words is refused. Two at once are one after the other,
under the lock of whoever decides, so that the same decision is written down once.
"""

import hashlib
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.declarations import Subject
from accounts.tenancy import current_account
from privacy import purposes, retention, subjects
from privacy.models import (
    Channel,
    Consent,
    ConsentMethod,
    ConsentPrincipal,
    ConsentRecord,
    ConsentState,
)

BATCH = 500
_LONGEST_PAGE = 500


@dataclass(frozen=True)
class Origin:
    """Where a decision was made. Of the page only address without query: nothing else is kept, and
    never an IP address."""

    page_url: str = ""
    widget_version: str = ""
    form_field: str = ""
    how: ConsentMethod = ConsentMethod.TICKED
    notice_digest: str = ""


NOWHERE = Origin()


def give(
    subject_id: UUID,
    purpose_id: UUID,
    *,
    version: str,
    language: str,
    origin: Origin = NOWHERE,
    now: datetime | None = None,
) -> ConsentRecord:
    """Write down that this visitor agrees to a purpose. `version` is that of the box in their
    language (`purposes.Box`). Given already, in these words: the record that is there.

    Raises ValidationError: `ended` for a purpose without a box, `changed` when the box says
    something else by now, `gone` for a visitor who is not there. Inside the account.
    """
    now = now or timezone.now()
    return _decide(ConsentState.GIVEN, subject_id, purpose_id, version, language, origin, now)


def refuse(
    subject_id: UUID,
    purpose_id: UUID,
    *,
    version: str,
    language: str,
    origin: Origin = NOWHERE,
    now: datetime | None = None,
) -> ConsentRecord:
    """Write down that this visitor said no, as `give` does a yes. An empty box is no refusal, and
    taking back a yes is `withdraw`.

    Raises ValidationError as `give`, and `given` for somebody who has agreed.
    """
    now = now or timezone.now()
    return _decide(ConsentState.REFUSED, subject_id, purpose_id, version, language, origin, now)


def withdraw(
    subject_id: UUID,
    purpose_id: UUID,
    *,
    channel: Channel = Channel.WIDGET,
    origin: Origin = NOWHERE,
    now: datetime | None = None,
) -> ConsentRecord | None:
    """Take back what was given; it counts at once (Art. 7(3)). Nothing to take back: the last
    record, or None for somebody who never decided. Inside the account."""
    principal = ConsentPrincipal.objects.filter(subject_id=subject_id).first()
    if principal is None:
        return None
    return withdraw_as(principal.pk, purpose_id, channel=channel, origin=origin, now=now)


def withdraw_as(
    principal_id: UUID,
    purpose_id: UUID,
    *,
    channel: Channel,
    origin: Origin = NOWHERE,
    now: datetime | None = None,
) -> ConsentRecord | None:
    """As `withdraw`, for whom we know by the number in their consents alone."""
    if not ConsentPrincipal.objects.select_for_update(no_key=True).filter(pk=principal_id).exists():
        return None
    found = Consent.objects.filter(principal_id=principal_id, purpose_id=purpose_id)
    consent = found.select_related("purpose").select_for_update(of=("self",)).first()
    if consent is None:
        return None
    now = now or timezone.now()
    last = newest(consent)
    if consent.state_at(now) != ConsentState.GIVEN or last is None:
        return last
    return _append(consent, ConsentState.WITHDRAWN, last, now, channel=channel, origin=origin)


def of(subject_id: UUID) -> list[Consent]:
    """Where this visitor stands with each purpose that they ever decided on, with the purpose."""
    found = Consent.objects.filter(principal__subject_id=subject_id)
    return list(found.select_related("purpose", "principal").order_by("purpose_id"))


def has_consent(subject_id: UUID, purpose_id: UUID, now: datetime | None = None) -> bool:
    """Whether this visitor's consent counts now. Ask each time before acting on it."""
    return (
        counting(now or timezone.now())
        .filter(principal__subject_id=subject_id, purpose_id=purpose_id)
        .exists()
    )


def given(subject_id: UUID) -> Set[UUID]:
    """The purposes to which this visitor's consent counts now."""
    found = counting(timezone.now()).filter(principal__subject_id=subject_id)
    return set(found.values_list("purpose_id", flat=True))


def counting(now: datetime) -> QuerySet[Consent]:
    """The consents that count at this moment: given, not over, for a purpose that goes on."""
    lasting = Q(valid_until=None) | Q(valid_until__gt=now)
    going_on = Q(purpose__ended_at=None) | Q(purpose__ended_at__gt=now)
    return Consent.objects.filter(lasting, going_on, state=ConsentState.GIVEN)


def counts(now: datetime) -> dict[UUID, int]:
    """How many consents count at this moment, by purpose."""
    found = counting(now).values("purpose_id").annotate(number=Count("pk"))
    return {one["purpose_id"]: one["number"] for one in found}


def newest(consent: Consent) -> ConsentRecord | None:
    """The last thing that happened to a consent."""
    return records(consent).last()


@dataclass(frozen=True)
class Wanted:
    """Which consents somebody wants to see; None means all."""

    purpose_id: UUID | None = None
    state: ConsentState | None = None


def find(wanted: Wanted, *, before: UUID | None = None) -> QuerySet[Consent]:
    """The account's consents that are wanted, those that began last first; `before`: older than
    this one. With purpose and principal."""
    found = Consent.objects.select_related("purpose", "principal").order_by("-id")
    if wanted.purpose_id:
        found = found.filter(purpose_id=wanted.purpose_id)
    if wanted.state:
        found = found.filter(state=wanted.state)
    return found.filter(pk__lt=before) if before else found


def records(consent: Consent) -> QuerySet[ConsentRecord]:
    """All that happened to a consent, in order."""
    found = ConsentRecord.objects.filter(
        principal_id=consent.principal_id, purpose_id=consent.purpose_id
    )
    return found.order_by("pk")


def end_overdue(now: datetime) -> bool:
    """Write down, for a few hundred consents, that time or the end of their purpose ended them.
    Returns whether there may be more. Safe to run twice, also at once."""
    over = Q(purpose__ended_at__lte=now) | Q(valid_until__lte=now)
    found = Consent.objects.filter(over, state=ConsentState.GIVEN).select_related("purpose")
    found = found.order_by("pk")
    due = list(found.select_for_update(of=("self",), skip_locked=True, no_key=True)[:BATCH])
    for consent in due:
        _close(consent, consent.state_at(now), now)
    return len(due) == BATCH


def forget(subject_ids: Set[UUID]) -> None:
    """Drop which visitors these were, and the pages they were on. What was given ends, because
    nobody is left to use it for; the records stay and prove nothing about a person (Art. 17)."""
    principals = list(
        ConsentPrincipal.objects.select_for_update(no_key=True)
        .filter(subject_id__in=subject_ids)
        .values_list("pk", flat=True)
    )
    if not principals:
        return
    given = Consent.objects.filter(principal__in=principals, state=ConsentState.GIVEN)
    now = timezone.now()
    for consent in given.select_related("purpose").select_for_update(of=("self",)):
        _close(consent, ConsentState.TERMINATED, now)
    ConsentRecord.objects.filter(principal__in=principals).update(page_url="", page_salt="")
    ConsentPrincipal.objects.filter(pk__in=principals).update(subject_id=None)


def without_query(url: str) -> str:
    """Scheme, host and path of a web address, "" for anything else: queries carry names, tokens
    and addresses of people."""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"[:_LONGEST_PAGE]


def _decide(
    state: ConsentState,
    subject_id: UUID,
    purpose_id: UUID,
    version: str,
    language: str,
    origin: Origin,
    now: datetime,
) -> ConsentRecord:
    principal = _principal(subject_id)
    box = purposes.box(purpose_id, language)
    if box is None:
        raise ValidationError(_("This purpose has ended."), code="ended")
    if box.version != version:
        raise ValidationError(_("The words of this box have changed meanwhile."), code="changed")
    found = Consent.objects.filter(principal=principal, purpose_id=purpose_id)
    consent = found.select_related("purpose").select_for_update(of=("self",)).first()
    if consent is None:
        consent = Consent(
            account_id=principal.account_id, principal=principal, purpose_id=purpose_id
        )
    else:
        last, stands = newest(consent), consent.state_at(now)
        if last and stands == state and last.text_digest == box.version:
            return last
        if state == ConsentState.REFUSED and stands == ConsentState.GIVEN:
            raise ValidationError(_("Withdraw what was given instead."), code="given")
    until = None
    if state == ConsentState.GIVEN and box.months_valid:
        until = retention.months_before(now, -box.months_valid)
    said = ConsentRecord(
        version_id=box.purpose_version,
        text=box.wording,
        text_digest=box.version,
        language=box.language,
        valid_until=until,
    )
    return _append(consent, state, said, now, origin=origin)


def _principal(subject_id: UUID) -> ConsentPrincipal:
    """Whoever decides, held until the end of the transaction. The visitor is held first: an
    erasure that begins now waits, and then finds this."""
    account_id = current_account()
    if account_id is None or subjects.hold(Subject.VISITOR, subject_id) is None:
        raise ValidationError(_("There is no such visitor."), code="gone")
    ConsentPrincipal.objects.bulk_create(
        [ConsentPrincipal(account_id=account_id, subject_id=subject_id)], ignore_conflicts=True
    )
    return ConsentPrincipal.objects.select_for_update(no_key=True).get(subject_id=subject_id)


def _close(consent: Consent, state: ConsentState, now: datetime) -> None:
    if last := newest(consent):
        _append(consent, state, last, now, channel=Channel.SYSTEM)


def _append(
    consent: Consent,
    state: ConsentState,
    said: ConsentRecord,
    now: datetime,
    *,
    origin: Origin = NOWHERE,
    channel: Channel | None = None,
) -> ConsentRecord:
    """Add a record in the words of `said`, and let the consent stand there."""
    is_decision = channel is None
    record = ConsentRecord(
        account_id=consent.account_id,
        principal_id=consent.principal_id,
        purpose_id=consent.purpose_id,
        version_id=said.version_id,
        state=state,
        text=said.text,
        text_digest=hashlib.sha256(said.text.encode()).hexdigest(),
        language=said.language,
        at=now,
        valid_until=said.valid_until,
        notice_digest=origin.notice_digest or said.notice_digest,
        page_url=without_query(origin.page_url),
        widget_version=origin.widget_version[:64],
        form_field=origin.form_field[:120],
        how=origin.how if is_decision else "",
        channel=channel or "",
    )
    record.write_marks()
    record.save(force_insert=True)
    consent.state, consent.changed_at, consent.valid_until = state, now, said.valid_until
    consent.save()
    return record
