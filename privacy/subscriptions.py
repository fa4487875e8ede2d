"""Who follows changes of sub-processors: a mailbox, once its owner has said yes (S21).

Whoever enters an address learns nothing of it: the page says the same for every one, and the
mailbox gets a letter in either case (A45).
"""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Language
from privacy import letters
from privacy.models import LetterKind, Subscriber

_CONFIRM = "privacy.subscription.confirm"
_END = "privacy.subscription.end"


@transaction.atomic
def ask(email: str, *, language: str) -> None:
    """Write to this mailbox: to confirm, or that it is on the list already."""
    reader, _created = Subscriber.objects.get_or_create(
        email=email.strip().lower(),
        defaults={"language": language if language in Language else Language.ENGLISH},
    )
    if reader.confirmed_at is None:
        Subscriber.objects.filter(pk=reader.pk).update(asked_at=timezone.now())
    letters.to_subscriber(LetterKind.SUBSCRIPTION, uuid4(), reader)


def confirm_address(reader: Subscriber) -> str:
    """The page on which the owner of the mailbox confirms."""
    return _address("privacy_follow_confirm", reader, _CONFIRM)


def end_address(reader: Subscriber | None) -> str:
    """The page on which they end it; it never expires."""
    return _address("privacy_follow_end", reader, _END) if reader else ""


def to_confirm(signed: str) -> Subscriber | None:
    """Whose link to confirm this is, while it counts."""
    return _reader(signed, _CONFIRM, Subscriber.CONFIRM_WITHIN)


def to_end(signed: str) -> Subscriber | None:
    """Whose link to end it this is."""
    return _reader(signed, _END, None)


def confirm(reader: Subscriber) -> None:
    """From now on they are told. A second time changes nothing."""
    Subscriber.objects.filter(pk=reader.pk, confirmed_at=None).update(confirmed_at=timezone.now())


def end(reader: Subscriber) -> None:
    """Forget the mailbox and every letter to it."""
    Subscriber.objects.filter(pk=reader.pk).delete()


def delete_unconfirmed(now: datetime) -> None:
    """Forget mailboxes that nobody confirmed in time."""
    late = Subscriber.objects.filter(
        confirmed_at=None, asked_at__lt=now - Subscriber.CONFIRM_WITHIN
    )
    late.delete()


def _address(name: str, reader: Subscriber, salt: str) -> str:
    signed = signing.dumps(str(reader.pk), salt=salt)
    return settings.PUBLIC_URL + reverse(name, args=[signed])


def _reader(signed: str, salt: str, max_age: timedelta | None) -> Subscriber | None:
    try:
        found = signing.loads(signed, salt=salt, max_age=max_age)
    except signing.BadSignature:
        return None
    return Subscriber.objects.filter(pk=UUID(found)).first()
