"""Questions to the data protection officer: received with a number, answered within a month (S45).

The letter that confirms a question quotes none of it, since anybody can enter anybody's address.
"""

import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Language, User
from privacy import letters, trail
from privacy.models import LetterKind, Ticket
from privacy.retention import months_before

ANSWER_WITHIN_MONTHS = 1
KEPT_FOR = timedelta(days=365)

_SIGNS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that are taken for one another."""


@transaction.atomic
def receive(*, name: str, email: str, words: str, language: str, now: datetime) -> Ticket:
    """Keep a question, give it a number, and confirm it by e-mail. It is due in a month."""
    ticket = Ticket.objects.create(
        number="".join(secrets.choice(_SIGNS) for _place in range(8)),
        name=name,
        email=email.strip().lower(),
        language=language if language in Language else Language.ENGLISH,
        words=words,
        received_at=now,
        due_at=months_before(now, -ANSWER_WITHIN_MONTHS),
    )
    letters.to_writer(LetterKind.TICKET, ticket.pk, ticket)
    return ticket


@transaction.atomic
def answer(ticket: Ticket, words: str, *, by: User) -> None:
    """Answer by e-mail. Raises ValidationError for one that is answered or closed."""
    one = _open(ticket)
    if one.answered_at:
        raise ValidationError(_("This is answered already."))
    one.answer, one.answered_at = words, timezone.now()
    one.save(update_fields=["answer", "answered_at"])
    trail.record(trail.Event.TICKET_ANSWERED, by=by, target=one)
    letters.to_writer(LetterKind.TICKET_ANSWER, one.pk, one)


@transaction.atomic
def close(ticket: Ticket, *, by: User) -> None:
    """Nothing is left to do; a year later it is deleted. Raises ValidationError for a closed one."""
    one = _open(ticket)
    one.closed_at = timezone.now()
    one.save(update_fields=["closed_at"])
    trail.record(trail.Event.TICKET_CLOSED, by=by, target=one)


def waiting() -> QuerySet[Ticket]:
    """What nobody has answered, what is due first."""
    return Ticket.objects.filter(answered_at=None, closed_at=None).order_by("due_at")


def delete_old(now: datetime) -> None:
    """Delete what was answered or closed a year ago, with its letters."""
    ended = Q(closed_at__lt=now - KEPT_FOR) | Q(closed_at=None, answered_at__lt=now - KEPT_FOR)
    Ticket.objects.filter(ended).delete()


def _open(ticket: Ticket) -> Ticket:
    one = Ticket.objects.select_for_update().get(pk=ticket.pk)
    if one.closed_at:
        raise ValidationError(_("This is closed."))
    return one
