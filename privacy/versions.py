"""Dated versions of documents that are computed for an account: kept when what they say changes."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.utils import timezone

from accounts.models import Account
from privacy.documents import differences
from privacy.documents.differences import Difference
from privacy.documents.tree import Document
from privacy.models import DocumentVersion

Make = Callable[[int, date], Document]
"""Makes the document as it is now, as the version of this number and day."""


def newest(kind: str) -> DocumentVersion | None:
    """The newest version of this kind of document. Inside the account."""
    return DocumentVersion.objects.filter(document=kind).order_by("-number").first()


def every(kind: str) -> list[DocumentVersion]:
    """All of them, newest first, without their content."""
    return list(DocumentVersion.objects.defer("content").filter(document=kind).order_by("-number"))


def keep(account_id: UUID, kind: str, make: Make) -> DocumentVersion | None:
    """Keep the document as a new version if it says something else than the newest one; None if it
    does not. Raises what `make` raises. Two at once keep one version."""
    last = newest(kind)
    if last and _as_it_was(last, make).digest == last.digest:
        return None
    Account.objects.select_for_update(no_key=True).get(pk=account_id)
    last = newest(kind)
    if last and _as_it_was(last, make).digest == last.digest:
        return None
    now = timezone.now()
    document = make(last.number + 1 if last else 1, now.date())
    return DocumentVersion.objects.create(
        account_id=account_id,
        document=kind,
        number=int(document.version),
        content=document.canonical(),
        digest=document.digest,
        made_at=now,
    )


def changes_since(last: DocumentVersion, make: Make) -> list[Difference]:
    """What the document says now and did not say in that version, and the other way round."""
    return differences.between(last.content, _as_it_was(last, make).canonical())


def _as_it_was(last: DocumentVersion, make: Make) -> Document:
    return make(last.number, last.made_at.date())
