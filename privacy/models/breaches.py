"""Breaches of personal data (Arts. 33, 34 GDPR): every one, in entries that are only added."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.tenancy import CounterModel


class Risk(models.TextChoices):
    """What a breach means for the people behind the data."""

    UNKNOWN = "unknown", _("Not assessed yet")
    UNLIKELY = "unlikely", _("Risk unlikely")
    RISK = "risk", _("Risk")
    HIGH = "high", _("High risk")


class EntryKind(models.TextChoices):
    """What an entry says (Art. 33(5))."""

    FACTS = "facts", _("Facts")
    EFFECTS = "effects", _("Effects")
    REMEDY = "remedy", _("Remedy")
    DECISION = "decision", _("Decision with its reason")
    ASSESSMENT = "assessment", _("Assessment")
    ACCOUNTS = "accounts", _("Affected accounts")
    NOTICE = "notice", _("Notice to the accounts")
    CLOSED = "closed", _("Closed")


class Breach(models.Model):
    """One breach; what is known of it stands in its entries. Times are in UTC."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField(unique=True)
    title = models.TextField(max_length=160)
    occurred_at = models.DateTimeField(null=True, blank=True)
    detected_at = models.DateTimeField()
    aware_at = models.DateTimeField()
    risk = models.TextField(choices=Risk, default=Risk.UNKNOWN)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.number}"


class BreachEntry(models.Model):
    """What was known, decided or told at a time. One chain for the installation (`privacy.chained`)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    breach = models.ForeignKey(Breach, models.PROTECT, related_name="entries")
    number = models.PositiveBigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)
    kind = models.TextField(choices=EntryKind)
    text = models.TextField(blank=True)
    details = models.JSONField(default=dict, blank=True)
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True, blank=True)
    actor_salt = models.CharField(max_length=32, blank=True)
    actor_mark = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    def committed(self) -> dict[str, Any]:
        """What the link proves: JSON, without whom it leads to."""
        return {
            "id": str(self.pk),
            "breach": str(self.breach_id),
            "at": self.at.isoformat(),
            "kind": self.kind,
            "text": self.text,
            "details": self.details,
            "actor_kind": self.actor_kind,
            "actor": self.actor_mark,
        }


class BreachAccount(CounterModel):
    """That a breach affects an account."""

    breach = models.ForeignKey(Breach, models.PROTECT, related_name="affected", db_index=False)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["breach", "account"], name="breach_account_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)
