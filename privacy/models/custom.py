"""Agreements that were negotiated with one account, and versions of those that hold for all."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.ids import uuid7
from accounts.tenancy import CounterModel


class CustomState(models.TextChoices):
    """How far a custom agreement has come (S37)."""

    REQUESTED = "requested", _("Requested")
    NEGOTIATING = "negotiating", _("Negotiating")
    UPLOADED = "uploaded", _("Ready to be countersigned")
    COUNTERSIGNED = "countersigned", _("Countersigned")
    IN_FORCE = "in_force", _("In force")
    SUPERSEDED = "superseded", _("Superseded")
    CANCELLED = "cancelled", _("Cancelled")


class CustomAgreement(CounterModel):
    """A data processing agreement of one account. It lies on the counter: staff put the file there,
    an owner countersigns it. What was countersigned is also kept as an acceptance, in its chain."""

    OVER: ClassVar = (CustomState.SUPERSEDED, CustomState.CANCELLED)
    ON_THE_WAY: ClassVar = (
        CustomState.REQUESTED,
        CustomState.NEGOTIATING,
        CustomState.UPLOADED,
        CustomState.COUNTERSIGNED,
    )

    state = models.TextField(choices=CustomState, default=CustomState.REQUESTED)
    words = models.TextField(max_length=2_000, blank=True)
    title = models.TextField(max_length=160, blank=True)
    pdf = models.BinaryField(null=True, blank=True)
    pdf_digest = models.CharField(max_length=64, blank=True)
    # Changes with each file, so that each is announced once.
    offer_id = models.UUIDField(default=uuid4)
    signed_pdf = models.BinaryField(null=True, blank=True)
    signed_digest = models.CharField(max_length=64, blank=True)
    requested_at = models.DateTimeField(default=timezone.now)
    uploaded_at = models.DateTimeField(null=True, blank=True)
    countersigned_at = models.DateTimeField(null=True, blank=True)
    countersigned_by = models.UUIDField(null=True, blank=True)
    in_force_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # How far the account's own trail, which staff cannot write, has followed.
    noted_state = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(
                    state__in=["requested", "negotiating", "uploaded", "countersigned"]
                ),
                name="custom_agreement_one_on_the_way",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(state="in_force"),
                name="custom_agreement_one_in_force",
            ),
        ]

    def __str__(self) -> str:
        return self.title or str(self.pk)


class AgreementVersion(models.Model):
    """Since when a version of an agreement is offered to all: its 30 days count from there (S36)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.TextField()
    version = models.TextField()
    since = models.DateTimeField(default=timezone.now)
    # The publication that said the version before, to show what has changed. Empty: the first one.
    before = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="agreement_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"
