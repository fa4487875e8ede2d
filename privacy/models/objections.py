"""What an account says to a change of sub-processors, and what came of it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import CounterModel, TenantForeignKey, TenantModel
from privacy.models.platform import SubProcessor


class Outcome(models.TextChoices):
    """How an objection ends (S21)."""

    WITHDRAWN = "withdrawn", _("Objection withdrawn")
    FEATURE_OFF = "feature_off", _("Feature off for this account")
    DROPPED = "dropped", _("Change dropped")
    TERMINATION = "termination", _("Contract may be ended without a fee")


class Objection(CounterModel):
    """An owner's objection to an announced sub-processor, until it is decided."""

    sub_processor = models.ForeignKey(
        SubProcessor, models.PROTECT, related_name="objections", db_index=False
    )
    reason = models.TextField(max_length=2_000)
    raised_at = models.DateTimeField(default=timezone.now)
    raised_by = models.UUIDField(null=True, blank=True)
    outcome = models.TextField(choices=Outcome, blank=True)
    answer = models.TextField(max_length=2_000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # Whether the account's own trail has the decision, which staff cannot write there.
    noted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "sub_processor"],
                condition=models.Q(decided_at=None),
                name="objection_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at=None, outcome="")
                | (models.Q(decided_at__isnull=False) & ~models.Q(outcome="")),
                name="objection_ends_with_an_outcome",
            ),
        ]
        indexes = [models.Index(fields=["sub_processor", "raised_at"], name="objection_to")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return self.decided_at is None


class ChangeSeen(TenantModel):
    """That a member has seen an announced change."""

    member = TenantForeignKey(Membership, models.CASCADE, related_name="+")
    sub_processor = models.ForeignKey(SubProcessor, models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "sub_processor"], name="change_seen_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)
