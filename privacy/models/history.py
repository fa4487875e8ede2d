"""How long an account keeps its history, what is exempt, and what was deleted."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.chains import ChainedRow
from accounts.models import Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class Period(models.TextChoices):
    """What an account may choose (S58, S59)."""

    ONE_MONTH = "1_months", _("1 month")
    THREE_MONTHS = "3_months", _("3 months")
    SIX_MONTHS = "6_months", _("6 months")
    ONE_YEAR = "1_years", _("1 year")
    TWO_YEARS = "2_years", _("2 years")
    THREE_YEARS = "3_years", _("3 years")
    UNLIMITED = "unlimited", _("Without a limit")


class HistoryPolicy(TenantModel):
    """The account's choice. Without a row, or with an empty choice, the plan's default counts."""

    period = models.TextField(choices=Period, blank=True, default="")
    # Why nothing is ever deleted; asked again each year (S59).
    reason = models.TextField(max_length=1_000, blank=True)
    chosen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account"], name="history_policy_once"),
            models.CheckConstraint(
                condition=~Q(period="unlimited") | ~Q(reason=""),
                name="history_unlimited_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.period


class HoldKind(models.TextChoices):
    CONVERSATION = "conversation", _("Conversation")
    VISITOR = "visitor", _("Visitor")


class LegalHold(TenantModel):
    """An owner's written decision that one conversation, or all of one visitor's, stays."""

    target_kind = models.TextField(choices=HoldKind)
    target_id = models.UUIDField()
    reason = models.TextField(max_length=1_000)
    placed_by = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )
    placed_at = models.DateTimeField(default=timezone.now)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "target_id"],
                condition=Q(lifted_at=None),
                name="legal_hold_once",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="legal_hold_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.target_kind} {self.target_id}"


class PurgeRun(TenantModel):
    """One purge while it goes on. `doomed_files` are names whose rows are gone already."""

    cut_off = models.DateTimeField()
    idle_cut_off = models.DateTimeField()
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    doomed_files = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(finished_at=None), name="purge_run_open_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Whereabouts(models.Model):
    """Where this database knew itself to be (`privacy.restores`): one row of the installation."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    place = models.TextField()
    since = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="whereabouts_once")]

    def __str__(self) -> str:
        return self.place


class PurgeReceipt(ChainedRow):
    """Proof of a finished purge: when, older than what, how many of each. Never content (S57)."""

    cut_off = models.DateTimeField()
    idle_cut_off = models.DateTimeField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    counts = models.JSONField()

    class Meta(ChainedRow.Meta):
        indexes = [
            *ChainedRow.Meta.indexes,
            models.Index(fields=["account", "-id"], name="purge_receipt_newest"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def committed(self) -> dict[str, Any]:
        return {
            "id": str(self.pk),
            "cut_off": self.cut_off.isoformat(),
            "idle_cut_off": self.idle_cut_off.isoformat(),
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat(),
            "counts": self.counts,
        }
