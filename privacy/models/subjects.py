"""Copies made for the people whom data are about, and erasures: under way, and proven."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.chains import ChainedRow
from accounts.models import Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class SubjectCopy(TenantModel):
    """A file with everything that is kept of one person (Art. 15 and 20 GDPR), for a few days."""

    subject_id = models.UUIDField()
    requested_by = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    file = models.FileField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["account", "expires_at"], name="subject_copy_expiry")]

    def __str__(self) -> str:
        return str(self.pk)


class Erasure(TenantModel):
    """An erasure whose rows are gone and which still has to reach what lies outside the database.
    `outside` is what that is, for each eraser; the row goes with the receipt."""

    outside = models.JSONField()
    files = models.JSONField()
    counts = models.JSONField()
    erased_at = models.DateTimeField()
    receipt_id = models.UUIDField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["receipt_id"], name="erasure_receipt_once")]

    def __str__(self) -> str:
        return str(self.pk)


class ErasureReceipt(ChainedRow):
    """Proof that a person was erased: when, and how many of each. Neither who, nor content."""

    erased_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    counts = models.JSONField()

    class Meta(ChainedRow.Meta):
        constraints = [
            *ChainedRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(finished_at__gte=models.F("erased_at")), name="erasure_receipt_order"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What people call the receipt."""
        return f"E-{self.pk.hex[-12:].upper()}"

    @property
    def conversations(self) -> int:
        return int(self.counts.get("chat.Conversation", 0))

    @property
    def messages(self) -> int:
        return int(self.counts.get("chat.Message", 0))

    @property
    def files(self) -> int:
        return int(self.counts.get("chat.Attachment", 0))

    def committed(self) -> dict[str, Any]:
        return {
            "id": str(self.pk),
            "erased_at": self.erased_at.isoformat(),
            "finished_at": self.finished_at.isoformat(),
            "counts": self.counts,
        }
