"""Whom the account leaves alone, without saying who they are."""

from django.db import models
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class Suppression(TenantModel):
    """One address or visitor's number that gets nothing of the account's own accord, as a keyed
    hash. It stays when the person is erased: otherwise nobody would know of the promise."""

    key_hash = models.CharField(max_length=64)
    placed_by = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )
    placed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key_hash"], name="suppression_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)
