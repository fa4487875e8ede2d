"""What the platform's staff did: one chain for the whole installation."""

from typing import Any

from django.db import models
from django.utils import timezone

from accounts.ids import uuid7


class StaffEntry(models.Model):
    """One act of somebody who works for the platform. Only ever added (`privacy.trail`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveBigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    event = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True, blank=True)
    actor_salt = models.CharField(max_length=32, blank=True)
    actor_mark = models.CharField(max_length=64, blank=True)
    target_kind = models.TextField(blank=True)
    target_id = models.UUIDField(null=True, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["target_id", "-number"], name="staff_target")]

    def __str__(self) -> str:
        return f"{self.event} {self.number}"

    def committed(self) -> dict[str, Any]:
        """What the link proves: JSON, without whom it leads to."""
        return {
            "id": str(self.pk),
            "at": self.at.isoformat(),
            "event": self.event,
            "actor_kind": self.actor_kind,
            "actor": self.actor_mark,
            "target_kind": self.target_kind,
            "target": str(self.target_id or ""),
            "details": self.details,
        }
