"""What happens to an account as a whole: it is exported, closed, and ends."""

from django.db import models
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class AccountExport(TenantModel):
    """A file with everything that an account holds, while it is built and for a few days (S49).

    `attempt` counts how often the building began: whoever builds goes on only while it is their
    own. `claimed_at` is their last sign of life.
    """

    requested_by = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    attempt = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    tables_done = models.PositiveIntegerField(default=0)
    tables_total = models.PositiveIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    # The name is written down before the file is, so that none is left over by whoever is killed.
    file = models.FileField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(finished_at=None, failed_at=None),
                name="account_export_open_once",
            )
        ]
        indexes = [models.Index(fields=["account", "expires_at"], name="account_export_expiry")]

    def __str__(self) -> str:
        return str(self.pk)


class Closure(models.Model):
    """The end of one account, while it is deleted and as the register keeps it (R14).

    Global, because it outlives the account. Once that is gone, nothing in the row leads to it:
    whoever has the certificate can show that it is the one whose checksum stands here.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Which account it is; empty once that is gone.
    ending_id = models.UUIDField(null=True, blank=True, unique=True)
    closed_at = models.DateTimeField()
    # When the owners were told that a legal hold stands in the way.
    held_told_at = models.DateTimeField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    emptied_at = models.DateTimeField(null=True, blank=True)
    # When the certificate was last handed over; empty if it reached nobody.
    mailed_at = models.DateTimeField(null=True, blank=True)
    mail_attempts = models.PositiveIntegerField(default=0)
    # Owners who have it, or whose mailbox does not exist; nobody once the account is gone.
    settled = models.JSONField(default=list, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    doomed_files = models.JSONField(default=list, blank=True)
    content_digest = models.CharField(max_length=64, blank=True)
    pdf_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(finished_at=None)
                | models.Q(ending_id=None, begun_at__isnull=False, emptied_at__isnull=False),
                name="closure_finished_names_nobody",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What people call the certificate."""
        return f"D-{self.pk.hex[-12:].upper()}"
