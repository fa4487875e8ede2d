"""What visitors are told before the first datum leaves them, and that they were (S11, S12, R17).

To have been told is not to have agreed: consents are elsewhere (`privacy.consents`) and have words
and versions of their own.
"""

import hashlib
from collections.abc import Set
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.declarations import Subject
from accounts.models import Account
from privacy import purposes, subjects
from privacy.models import (
    NoticeAcknowledgement,
    NoticeMode,
    NoticePoint,
    NoticeWording,
)
from privacy.purposes import Told


@dataclass(frozen=True)
class Wording:
    """The line as it is shown, its SHA-256, and the language that it is in."""

    text: str
    version_hash: str
    language: str


def wording(account: Account, language: str, said: Told | None = None) -> Wording:
    """The line in the chat and in its forms: who is responsible, that data are processed and for
    what (S11). No setting takes it out. Inside the account. `said` is what `purposes.told` has just
    read, for whoever has."""
    spoken = purposes.spoken(language)
    said = said or purposes.told(account.pk)
    with translation.override(spoken):
        text = _(
            "%(controller)s processes what you write here, what you say of yourself and technical "
            "data of your visit in order to answer you."
        ) % {"controller": said.controller}
        if said.further:
            spoke = [purposes.words(one, spoken, base=said.language)[0] for one in said.further]
            text += " " + _("Only if you agree, also for: %(purposes)s.") % {
                "purposes": ", ".join(words.title for words in spoke)
            }
    return Wording(text, hashlib.sha256(text.encode()).hexdigest(), spoken)


def record_shown(
    account: Account,
    subject_id: UUID,
    version_hash: str,
    language: str,
    point: NoticePoint,
    how: NoticeMode = NoticeMode.SHOWN,
) -> NoticeAcknowledgement:
    """Write down that this visitor was shown the notice, or ticked that they know it. The first
    time counts: telling it again changes nothing.

    Raises ValidationError: `changed` for a hash of which nobody knows the words, `gone` for a
    visitor who is not there.
    """
    if subjects.hold(Subject.VISITOR, subject_id) is None:
        raise ValidationError(_("There is no such visitor."), code="gone")
    shown = NoticeWording.objects.filter(digest=version_hash).first() or _keep(
        account, version_hash, language
    )
    told = NoticeAcknowledgement(
        account=account, subject_id=subject_id, wording=shown, point=point, how=how
    )
    NoticeAcknowledgement.objects.bulk_create([told], ignore_conflicts=True)
    return NoticeAcknowledgement.objects.get(
        subject_id=subject_id, wording=shown, point=point, how=how
    )


def of(subject_id: UUID) -> list[NoticeAcknowledgement]:
    """What this visitor was told, the oldest first."""
    found = NoticeAcknowledgement.objects.filter(subject_id=subject_id).select_related("wording")
    return list(found.order_by("at", "pk"))


def forget(subject_ids: Set[UUID]) -> None:
    """Delete what was told to these: they are gone, and it proves nothing without them."""
    NoticeAcknowledgement.objects.filter(subject_id__in=subject_ids).delete()


def _keep(account: Account, version_hash: str, language: str) -> NoticeWording:
    now = wording(account, language)
    if now.version_hash != version_hash:
        raise ValidationError(_("This notice has changed meanwhile."), code="changed")
    NoticeWording.objects.bulk_create(
        [
            NoticeWording(
                account=account, digest=now.version_hash, language=now.language, text=now.text
            )
        ],
        ignore_conflicts=True,
    )
    return NoticeWording.objects.get(digest=version_hash)
