"""What an account has accepted, as it was accepted."""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.chains import ChainedRow


class Agreement(models.TextChoices):
    """What an owner accepts, each in a box of its own (S27, S36)."""

    DPA = "dpa", _("Data processing agreement")
    TERMS = "terms", _("Terms of Service")
    PROHIBITED = "prohibited", _("Prohibited data")


class Method(models.TextChoices):
    """How an agreement came about."""

    CLICK = "click", _("by a click")
    UPLOAD = "upload", _("by a signed copy")


class Acceptance(ChainedRow):
    """One agreement as an owner accepted it, word for word and byte for byte (S36).

    The row is never changed; only who accepted, and from which address, can be taken out.
    """

    kind = models.TextField(choices=Agreement)
    version = models.TextField()
    language = models.CharField(max_length=5)
    method = models.TextField(choices=Method, default=Method.CLICK)
    content = models.TextField()
    content_digest = models.CharField(max_length=64)
    html = models.TextField()
    html_digest = models.CharField(max_length=64)
    pdf = models.BinaryField()
    pdf_digest = models.CharField(max_length=64)
    accepted_at = models.DateTimeField(default=timezone.now)
    role = models.TextField()
    accepted_by = models.UUIDField(null=True, blank=True)
    accepted_by_salt = models.CharField(max_length=32, blank=True)
    accepted_by_mark = models.CharField(max_length=64)
    # Only while the account stores addresses, and outside of what the chain commits to, so that it
    # can be deleted and the record still holds (S36, S56).
    ip_address = models.GenericIPAddressField(null=True, blank=True)

    class Meta(ChainedRow.Meta):
        constraints = [
            *ChainedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["account", "kind", "content_digest"], name="acceptance_once"
            ),
        ]
        indexes = [
            *ChainedRow.Meta.indexes,
            models.Index(fields=["account", "kind", "-accepted_at"], name="acceptance_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"

    def committed(self) -> dict[str, Any]:
        return {
            "id": str(self.pk),
            "kind": self.kind,
            "version": self.version,
            "language": self.language,
            "method": self.method,
            "content": self.content_digest,
            "html": self.html_digest,
            "pdf": self.pdf_digest,
            "accepted_at": self.accepted_at.isoformat(),
            "role": self.role,
            "accepted_by": self.accepted_by_mark,
        }
