"""What an account uses people's data for, what visitors were told, and what they agreed to.

To have been told and to have agreed are two tables (R17), and neither is derived from the other.
"""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import chains
from accounts.chains import ChainedRow
from accounts.models import Language, Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class PurposeKind(models.TextChoices):
    """Support, which needs no consent (S39), or anything further, which does (S42)."""

    SUPPORT = "support", _("Answering visitors")
    FURTHER = "further", _("Further purpose")


class LegalBasis(models.TextChoices):
    """Why a purpose is lawful."""

    CONTRACT = "b", _("Contract, or steps before one: Art. 6(1)(b) GDPR")
    INTEREST = "f", _("Legitimate interest: Art. 6(1)(f) GDPR")
    CONSENT = "consent", _("Consent: Art. 6(1)(a) GDPR")


class PurposeCategory(models.TextChoices):
    """What sort of purpose it is, as consent records name it."""

    SERVICE = "service", _("Customer service")
    MARKETING = "marketing", _("Marketing")
    NEWSLETTER = "newsletter", _("Newsletter")
    RESEARCH = "research", _("Surveys and research")
    PERSONALISATION = "personalisation", _("Personal offers")
    OTHER = "other", _("Something else")


class Purpose(TenantModel):
    """Something that the account uses its visitors' data for. What it says stands in versions."""

    kind = models.TextField(choices=PurposeKind)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = TenantForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "id"], name="purpose_in_account"),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(kind="support", ended_at=None),
                name="purpose_support_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def name(self) -> str:
        """What it is called in the first language that it was written in."""
        newest = self.versions.order_by("-number").first()
        titles = [said["title"] for said in newest.texts.values()] if newest else []
        return titles[0] if titles else str(PurposeKind(self.kind).label)


class PurposeVersion(TenantModel):
    """A purpose as it was declared: basis, interest, and the words of its box in each language.

    Never changed: other words are another version. `texts` leads from a language to `title`,
    `text` (what the visitor agrees to) and `data` (what is used); it is empty for support, whose
    words are the platform's own.
    """

    purpose = TenantForeignKey(Purpose, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    basis = models.TextField(choices=LegalBasis)
    interest = models.TextField(max_length=1_000, blank=True)
    category = models.TextField(choices=PurposeCategory)
    texts = models.JSONField(default=dict, blank=True)
    # How many months a consent counts; None: until it is withdrawn.
    months_valid = models.PositiveSmallIntegerField(null=True, blank=True)
    digest = models.CharField(max_length=64)
    declared_by = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )
    declared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "id"], name="purpose_version_in_account"),
            models.UniqueConstraint(
                fields=["account", "purpose", "number"], name="purpose_version_once"
            ),
            models.CheckConstraint(
                condition=Q(basis="f") & ~Q(interest="") | ~Q(basis="f") & Q(interest=""),
                name="purpose_interest_in_words",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose_id} {self.number}"

    @property
    def kind(self) -> str:
        return str(self.purpose.kind)


class PurposeReview(TenantModel):
    """That somebody looked at what data are used for, and what the account let in at that time
    (`privacy.uses`). What is let in later makes the question come back."""

    considered = models.JSONField(default=list, blank=True)
    reviewed_at = models.DateTimeField(default=timezone.now)
    reviewed_by = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="purpose_review_once")]

    def __str__(self) -> str:
        return str(self.pk)


class NoticeWording(TenantModel):
    """A notice as visitors were shown it, word for word, by its hash."""

    digest = models.CharField(max_length=64)
    language = models.CharField(max_length=5)
    text = models.TextField()
    first_shown_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "id"], name="notice_wording_in_account"),
            models.UniqueConstraint(fields=["account", "digest"], name="notice_wording_once"),
        ]

    def __str__(self) -> str:
        return self.digest

    @property
    def name(self) -> str:
        """What it said."""
        return self.text


class NoticePoint(models.TextChoices):
    """Where data are first asked for (S12)."""

    PRECHAT = "prechat", _("Form before the chat")
    OFFLINE = "offline", _("Offline form")
    CHAT = "chat", _("Chat")


class NoticeMode(models.TextChoices):
    """How the visitor came to know the notice."""

    SHOWN = "shown", _("shown")
    TICKED = "ticked", _("ticked")


class NoticeAcknowledgement(TenantModel):
    """That a visitor was told. It proves information and says nothing about agreement (R17)."""

    subject_id = models.UUIDField()
    wording = TenantForeignKey(NoticeWording, models.PROTECT, related_name="+")
    point = models.TextField(choices=NoticePoint)
    how = models.TextField(choices=NoticeMode)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "subject_id", "wording", "point", "how"],
                name="notice_acknowledged_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ConsentPrincipal(TenantModel):
    """Somebody who decided on a purpose, under a number that says nothing. Which visitor it is is
    dropped when they are erased; what they decided stays and proves nothing about them."""

    # Not ordered by time, as other ids are: two tables would match by when their rows were made.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "id"], name="consent_principal_in_account"),
            models.UniqueConstraint(
                fields=["account", "subject_id"], name="consent_principal_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ConsentState(models.TextChoices):
    """What was decided, or what became of it (ISO/IEC TS 27560). Only `given` is a consent."""

    GIVEN = "given", _("Given")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    INVALIDATED = "invalidated", _("Invalid")
    TERMINATED = "terminated", _("Ended with its purpose")


class Consent(TenantModel):
    """Where somebody stands with one purpose now. How they came there is in the records."""

    principal = TenantForeignKey(ConsentPrincipal, models.PROTECT, related_name="consents")
    purpose = TenantForeignKey(Purpose, models.PROTECT, related_name="+")
    state = models.TextField(choices=ConsentState)
    changed_at = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "principal", "purpose"], name="consent_once"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="consent_newest"),
            models.Index(fields=["account", "purpose", "state", "-id"], name="consent_by_state"),
            models.Index(fields=["account", "state", "changed_at"], name="consent_ended"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def state_at(self, now: datetime) -> ConsentState:
        """What counts at that moment, also before a job has written down that time ended it. Asks
        for the purpose."""
        if self.state == ConsentState.GIVEN:
            if self.purpose.ended_at and self.purpose.ended_at <= now:
                return ConsentState.TERMINATED
            if self.valid_until and self.valid_until <= now:
                return ConsentState.EXPIRED
        return ConsentState(self.state)


class ConsentMethod(models.TextChoices):
    """What the person did."""

    TICKED = "ticked", _("an empty box was ticked")
    SWITCHED = "switched", _("by a switch in the privacy menu")
    PAGE = "page_api", _("on the website, which told the chat")


class Channel(models.TextChoices):
    """Which way a withdrawal came, or another end."""

    WIDGET = "widget", _("privacy menu of the chat")
    LINK = "link", _("link in an e-mail")
    PAGE = "page_api", _("on the website, which told the chat")
    MEMBER = "member", _("told to the company")
    SYSTEM = "system", _("by itself")


class ConsentRecord(ChainedRow):
    """One decision, or one end, as it happened, and never changed (Art. 7(1) GDPR, R4).

    The chain commits to everything below through a salted digest. Three years after the end of the
    consent all of it is emptied, with the salt (`privacy.proofs`): what is left is a link of the
    chain. The page has a salt of its own, because erasing the person empties it at once.
    """

    principal = TenantForeignKey(
        ConsentPrincipal, models.PROTECT, null=True, blank=True, related_name="records"
    )
    purpose = TenantForeignKey(Purpose, models.PROTECT, null=True, blank=True, related_name="+")
    version = TenantForeignKey(
        PurposeVersion, models.PROTECT, null=True, blank=True, related_name="+"
    )
    state = models.TextField(choices=ConsentState, blank=True)
    text = models.TextField(blank=True)
    text_digest = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=5, choices=Language, blank=True)
    at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    notice_digest = models.CharField(max_length=64, blank=True)
    page_url = models.TextField(max_length=500, blank=True)
    page_salt = models.CharField(max_length=32, blank=True)
    page_mark = models.CharField(max_length=64, blank=True)
    widget_version = models.TextField(max_length=64, blank=True)
    form_field = models.TextField(max_length=120, blank=True)
    how = models.TextField(choices=ConsentMethod, blank=True)
    channel = models.TextField(choices=Channel, blank=True)
    salt = models.CharField(max_length=32, blank=True)
    mark = models.CharField(max_length=64)

    class Meta(ChainedRow.Meta):
        indexes = [
            *ChainedRow.Meta.indexes,
            models.Index(
                fields=["account", "principal", "purpose", "-id"],
                condition=Q(principal__isnull=False),
                name="consent_record_newest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"

    def content(self) -> Mapping[str, str]:
        """What the mark commits to; the page through its own."""
        return {
            "principal": str(self.principal_id or ""),
            "purpose": str(self.purpose_id or ""),
            "version": str(self.version_id or ""),
            "state": self.state,
            "text": self.text,
            "text_digest": self.text_digest,
            "language": self.language,
            "at": _utc(self.at),
            "valid_until": _utc(self.valid_until),
            "notice": self.notice_digest,
            "page": self._page(),
            "widget_version": self.widget_version,
            "form_field": self.form_field,
            "how": self.how,
            "channel": self.channel,
        }

    def write_marks(self) -> None:
        """Commit to the content. Before the row is saved, and never again."""
        if self.page_url:
            self.page_salt = chains.salt()
            self.page_mark = chains.commitment(self.page_url, salt=self.page_salt)
        self.salt = chains.salt()
        self.mark = chains.commitment(_canonical(self.content()), salt=self.salt)

    def committed(self) -> dict[str, Any]:
        return {"id": str(self.pk), "mark": self._proven()}

    def _proven(self) -> str:
        """The mark of what stands in the row now; of an emptied row the one that it had."""
        content = self.content()
        if self.salt:
            return chains.commitment(_canonical(content), salt=self.salt)
        return "" if any(content.values()) else self.mark

    def _page(self) -> str:
        if self.page_salt:
            return chains.commitment(self.page_url, salt=self.page_salt)
        return "altered" if self.page_url else self.page_mark


EMPTIED_WITH_THE_PROOF = (
    "principal_id",
    "purpose_id",
    "version_id",
    "state",
    "text",
    "text_digest",
    "language",
    "at",
    "valid_until",
    "notice_digest",
    "page_url",
    "page_salt",
    "page_mark",
    "widget_version",
    "form_field",
    "how",
    "channel",
    "salt",
)
"""The columns that go when a proof's time is over."""


def _canonical(content: Mapping[str, str]) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _utc(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""
