"""What happens to an account as a whole: it is exported."""

from django.db import models
from django.utils import timezone

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
