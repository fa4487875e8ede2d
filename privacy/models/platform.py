"""What the platform says of itself: registers of the installation, which belong to no account.

They are written by the platform's staff, in the console or from a file (`privacy.registers`).
Entries are ended and never deleted, and what was published from them stays.
"""

from datetime import date, timedelta
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import countries
from accounts.ids import uuid7
from privacy import places
from privacy.places import Tool

NOTICE = timedelta(days=30)
"""Between the announcement of a sub-processor and its first work (Clause 7.7(a), S21)."""

REVIEW_LASTS = timedelta(days=365)
"""The last review of a sub-processor, and of a measure, is no older (S20)."""

CHECK_LASTS = timedelta(days=90)
"""The last check of what a transfer rests on is no older (R13)."""


class Standing(models.TextChoices):
    """Where a sub-processor stands between being considered and being gone."""

    DRAFT = "draft", gettext_lazy("Draft")
    ANNOUNCED = "announced", gettext_lazy("Announced")
    ACTIVE = "active", gettext_lazy("At work")
    ENDED = "ended", gettext_lazy("Ended")
    DROPPED = "dropped", gettext_lazy("Dropped")


def _known_country(code: str) -> None:
    if code not in countries.NAMES:
        raise ValidationError(_("No country has this code (ISO 3166-1)."))


class PlatformIdentity(models.Model):
    """The company that runs this installation: the processor (S67). There is one row or none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    company_name = models.TextField(max_length=160)
    vat_id = models.TextField(max_length=32)
    registration_no = models.TextField(max_length=64, blank=True)
    address = models.TextField(max_length=300)
    country = models.CharField(max_length=2, validators=[_known_country])
    contact = models.TextField(max_length=300)
    dpo = models.TextField(max_length=300, blank=True)
    # In office from and to; outside of these days no officer is named (S44).
    dpo_since = models.DateField(null=True, blank=True)
    dpo_until = models.DateField(null=True, blank=True)
    representative = models.TextField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.company_name

    def clean(self) -> None:
        if self.dpo_since and self.dpo_until and self.dpo_until < self.dpo_since:
            raise ValidationError({"dpo_until": _("This is before the first day.")})

    def dpo_on(self, day: date) -> str:
        """The data protection officer in office on that day, or nothing."""
        begun = self.dpo_since is None or self.dpo_since <= day
        over = self.dpo_until is not None and self.dpo_until < day
        return self.dpo if begun and not over else ""


class Place(models.Model):
    """Where a service stores or processes data (S14). `until` None: still."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    service = models.TextField(max_length=120)
    city = models.TextField(max_length=120)
    country = models.CharField(max_length=2, validators=[_known_country])
    region = models.TextField(choices=places.REGIONS.items(), default="eu")
    tool = models.TextField(choices=Tool)
    safeguards = models.TextField(max_length=600)
    since = models.DateField()
    until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.service}, {self.city}"

    def clean(self) -> None:
        _refuse_wrong_tool(self.tool, self.country)
        if self.until and self.until < self.since:
            raise ValidationError({"until": _("This is before the first day.")})


class SubProcessorQuerySet(models.QuerySet["SubProcessor"]):
    def known_on(self, day: date) -> Self:
        """Announced or at work on that day."""
        return self.filter(announced_on__lte=day).exclude(_over_on(day))


def _over_on(day: date) -> models.Q:
    return models.Q(ended_on__lt=day) | models.Q(dropped_on__lte=day)


class SubProcessor(models.Model):
    """A company that the platform lets process accounts' data (Art. 28(2), 28(4); Annex IV)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    legal_name = models.TextField(max_length=160)
    address = models.TextField(max_length=300)
    country = models.CharField(max_length=2, validators=[_known_country])
    contact = models.TextField(max_length=300)
    service = models.TextField(max_length=160)
    description = models.TextField(max_length=1_000)
    data = models.TextField(max_length=600)
    # What an account can do without, so that this company gets none of its data. Empty: nothing.
    switchable = models.TextField(max_length=300, blank=True)
    parent = models.TextField(max_length=160, blank=True)
    place_of_storage = models.CharField(max_length=2, validators=[_known_country])
    place_of_processing = models.CharField(max_length=2, validators=[_known_country])
    place_of_access = models.CharField(max_length=2, validators=[_known_country])
    tool = models.TextField(choices=Tool)
    evidence = models.TextField(max_length=600, blank=True)
    # The id under which a framework lists the company, and when somebody last looked (R13).
    certificate = models.TextField(max_length=160, blank=True)
    checked_on = models.DateField(null=True, blank=True)
    # What an entry needs before it is announced (S20).
    contract = models.TextField(max_length=300, blank=True)
    diligence_on = models.DateField(null=True, blank=True)
    security = models.TextField(max_length=600, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)
    # The name of the provider in the installation's configuration, such as the host of its mail server.
    provider = models.TextField(max_length=160, blank=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="successors"
    )
    announced_on = models.DateField(null=True, blank=True)
    effective_on = models.DateField(null=True, blank=True)
    # Why less than the days of notice: only to keep security or availability.
    emergency = models.TextField(max_length=600, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    dropped_on = models.DateField(null=True, blank=True)

    objects = SubProcessorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(announced_on=None, effective_on=None)
                | models.Q(effective_on__gte=models.F("announced_on") + NOTICE)
                | (
                    models.Q(announced_on__isnull=False, effective_on__isnull=False)
                    & ~models.Q(emergency="")
                ),
                name="sub_processor_was_announced",
            )
        ]

    def __str__(self) -> str:
        return self.legal_name

    def clean(self) -> None:
        """Refuse what cannot be. Whether enough is known to announce it is `lacks`."""
        for country in {self.place_of_storage, self.place_of_processing, self.place_of_access}:
            _refuse_wrong_tool(self.tool, country)
        if self.switchable and not self.provider:
            raise ValidationError(
                {
                    "switchable": _(
                        "Only e-mails about conversations can be switched off for one account. "
                        "Name the mail server that hands them over in the configuration."
                    )
                }
            )
        if self.tool != Tool.NONE_EEA and not self.evidence:
            raise ValidationError({"evidence": _("Say what proves that the transfer tool holds.")})
        if self.tool == Tool.DPF and not (self.certificate and self.checked_on):
            raise ValidationError(
                {"certificate": _("Name the certificate and the day on which it was looked up.")}
            )
        if self.announced_on is None and self.effective_on is None:
            return
        if self.announced_on is None or self.effective_on is None:
            raise ValidationError({"effective_on": _("An announcement has two days.")})
        if lacks := self.lacks():
            raise ValidationError({name: _("Needed before it is announced.") for name in lacks})
        if self.effective_on < self.announced_on + NOTICE and not self.emergency:
            raise ValidationError(
                {
                    "effective_on": _("This must be at least %(days)s days after the announcement.")
                    % {"days": NOTICE.days}
                }
            )

    def lacks(self) -> list[str]:
        """Which fields must still be filled before this can be announced (S20)."""
        needed = ("contract", "diligence_on", "security", "reviewed_on")
        return [name for name in needed if not getattr(self, name)]

    def standing(self, day: date) -> Standing:
        """Where it stands on that day."""
        if self.dropped_on and self.dropped_on <= day:
            return Standing.DROPPED
        if self.announced_on is None or self.effective_on is None or self.announced_on > day:
            return Standing.DRAFT
        if self.ended_on and self.ended_on < day:
            return Standing.ENDED
        return Standing.ACTIVE if self.effective_on <= day else Standing.ANNOUNCED

    def is_review_due(self, day: date) -> bool:
        """Whether its last review is too old (S20)."""
        return self.reviewed_on is None or self.reviewed_on + REVIEW_LASTS < day

    def is_check_stale(self, day: date) -> bool:
        """Whether nobody has looked for too long at what its transfer rests on (R13)."""
        if self.tool == Tool.NONE_EEA:
            return False
        return self.checked_on is None or self.checked_on + CHECK_LASTS < day


class Measure(models.Model):
    """A technical or organisational measure under one of the headings (Art. 32, S46)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    position = models.PositiveSmallIntegerField(unique=True)
    text = models.TextField(max_length=1_500)
    responsible = models.TextField(max_length=120)
    tested_on = models.DateField()

    def __str__(self) -> str:
        return str(self.position)

    def is_test_due(self, day: date) -> bool:
        """Whether its last test is too old."""
        return self.tested_on + REVIEW_LASTS < day


class Authority(models.Model):
    """A public body that explains data protection, for further reading (S7)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    position = models.PositiveSmallIntegerField()
    name = models.TextField(max_length=160)
    address = models.URLField(max_length=300)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["position"],
                condition=models.Q(ended_on=None),
                name="authority_position_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Publication(models.Model):
    """A version of a public document as it was published: never changed, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    document = models.TextField()
    number = models.PositiveIntegerField()
    content = models.TextField()
    digest = models.CharField(max_length=64)
    html = models.TextField()
    html_digest = models.CharField(max_length=64)
    pdf = models.BinaryField()
    pdf_digest = models.CharField(max_length=64)
    published_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="publication_once")
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.number}"


def _refuse_wrong_tool(tool: str, country: str) -> None:
    if country and not places.may_rest_on(tool, country, timezone.now().date()):
        raise ValidationError(
            {
                "tool": _("This tool cannot carry a transfer to %(country)s.")
                % {"country": countries.NAMES.get(country, country)}
            }
        )
