"""Proofs of consents go three years after the consent ended (Art. 5(1)(e) GDPR).

The links of the chain stay, empty: they prove that nothing was taken out in between, and say
nothing.
"""

from collections.abc import Mapping, Set
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from privacy import retention
from privacy.models import Consent, ConsentPrincipal, ConsentRecord, ConsentState
from privacy.models.consents import EMPTIED_WITH_THE_PROOF
from privacy.purges import Gone
from privacy.retention import CutOff

MONTHS = 36
"""How long what somebody decided can be proven after it has ended: as long as claims from it last
in most of the countries where accounts are."""

CONSENTS_PER_STEP = 200
_CAN_BE_NULL = {"principal_id", "purpose_id", "version_id", "at", "valid_until"}


class ConsentPurge:
    """Consents that ended, or were refused, longer ago than they have to be proven."""

    def due(self, cut_off: CutOff, held: Set[UUID]) -> Mapping[str, int]:
        return {"consents": _due(held).count()}

    def step(self, cut_off: CutOff, held: Set[UUID], limit: int) -> Gone | None:
        oldest = _due(held).select_for_update(skip_locked=True, of=("self",)).order_by("changed_at")
        consents = list(oldest[: min(limit, CONSENTS_PER_STEP)])
        if not consents:
            return None
        empty = {name: None if name in _CAN_BE_NULL else "" for name in EMPTIED_WITH_THE_PROOF}
        for one in consents:
            ConsentRecord.objects.filter(
                principal_id=one.principal_id, purpose_id=one.purpose_id
            ).update(**empty)
        Consent.objects.filter(pk__in=[one.pk for one in consents]).delete()
        principals = {one.principal_id for one in consents}
        ConsentPrincipal.objects.filter(pk__in=principals, consents=None, records=None).delete()
        return Gone(counts={"consents": len(consents)})


CONSENTS = ConsentPurge()


def _due(held: Set[UUID]) -> QuerySet[Consent]:
    ended = Consent.objects.exclude(state=ConsentState.GIVEN)
    found = ended.filter(changed_at__lt=_until(timezone.now()))
    return found.exclude(principal__subject_id__in=held) if held else found


def _until(now: datetime) -> datetime:
    return retention.months_before(now, MONTHS)
