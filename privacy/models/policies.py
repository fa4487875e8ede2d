"""Texts that an account has taken along to its own website."""

from django.db import models
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class PolicyCopy(TenantModel):
    """A privacy policy as it was copied: what may now stand on the account's own website.

    `content` is `Document.canonical()`, so that what has changed since can be shown (S70)."""

    language = models.CharField(max_length=5)
    digest = models.CharField(max_length=64)
    content = models.TextField()
    copied_at = models.DateTimeField(default=timezone.now)
    copied_by = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "language", "digest"], name="policy_copy_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.language} {self.digest}"
