"""People whose data are kept, and not used (Art. 18 GDPR)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import TenantForeignKey, TenantModel
from privacy.models.requests import SubjectRequest


class RestrictionGround(models.TextChoices):
    """Why somebody may have their data restricted: Art. 18(1)(a) to (d)."""

    ACCURACY = "accuracy", _("They dispute that the data are right, until that is checked (a)")
    UNLAWFUL = "unlawful", _("The use is unlawful, and they want no erasure (b)")
    CLAIMS = "claims", _("You need the data no more, but they need them for legal claims (c)")
    OBJECTION = "objection", _("They objected, until it is decided whose interest weighs more (d)")


class Restriction(TenantModel):
    """That one visitor's data are restricted: why, since when and by whom, and how it ended."""

    subject_id = models.UUIDField()
    ground = models.TextField(choices=RestrictionGround)
    # While it stands: the request that it answers, where the person can be reached.
    request = TenantForeignKey(
        SubjectRequest, models.PROTECT, null=True, blank=True, related_name="restrictions"
    )
    placed_by = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )
    placed_at = models.DateTimeField(default=timezone.now)
    # The person knows that it ends (Art. 18(3)).
    told_at = models.DateTimeField(null=True, blank=True)
    # Nobody: the person themselves.
    lifted_by = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "subject_id"],
                condition=Q(lifted_at=None),
                name="restriction_once",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(told_at__isnull=False),
                name="restriction_told_before_end",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
