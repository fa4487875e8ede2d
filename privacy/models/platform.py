"""What the platform says of itself: registers of the installation, which belong to no account.

They are written from a file that the platform's staff keep (`privacy.registers`), and what was
published from them stays.
"""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from accounts import countries
from accounts.ids import uuid7
from privacy import places
from privacy.places import Tool

NOTICE = timedelta(days=30)
"""Between the announcement of a sub-processor and its first work (Clause 7.7(a), S21)."""


def _known_country(code: str) -> None:
    if code not in countries.NAMES:
        raise ValidationError("no country has this code (ISO 3166-1)")


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
    representative = models.TextField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.company_name


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
    parent = models.TextField(max_length=160, blank=True)
    place_of_storage = models.CharField(max_length=2, validators=[_known_country])
    place_of_processing = models.CharField(max_length=2, validators=[_known_country])
    place_of_access = models.CharField(max_length=2, validators=[_known_country])
    tool = models.TextField(choices=Tool)
    evidence = models.TextField(max_length=600, blank=True)
    contract = models.TextField(max_length=300)
    reviewed_on = models.DateField()
    # The name of the provider in the installation's configuration, such as the host of its mail server.
    provider = models.TextField(max_length=160, blank=True)
    announced_on = models.DateField()
    effective_on = models.DateField()
    # Why less than the days of notice: only to keep security or availability.
    emergency = models.TextField(max_length=600, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(effective_on__gte=models.F("announced_on") + NOTICE)
                | ~models.Q(emergency=""),
                name="sub_processor_was_announced",
            )
        ]

    def __str__(self) -> str:
        return self.legal_name

    def clean(self) -> None:
        for country in {self.place_of_storage, self.place_of_processing, self.place_of_access}:
            _refuse_wrong_tool(self.tool, country)
        if self.tool != Tool.NONE_EEA and not self.evidence:
            raise ValidationError({"evidence": "say what proves that the transfer tool holds"})
        if self.effective_on < self.announced_on + NOTICE and not self.emergency:
            raise ValidationError(
                {"effective_on": f"at least {NOTICE.days} days after the announcement"}
            )


class Measure(models.Model):
    """A technical or organisational measure under one of the headings (Art. 32, S46)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    position = models.PositiveSmallIntegerField(unique=True)
    text = models.TextField(max_length=1_500)
    responsible = models.TextField(max_length=120)
    tested_on = models.DateField()

    def __str__(self) -> str:
        return str(self.position)


class Authority(models.Model):
    """A public body that explains data protection, for further reading (S7)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    position = models.PositiveSmallIntegerField(unique=True)
    name = models.TextField(max_length=160)
    address = models.URLField(max_length=300)

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
        raise ValidationError({"tool": f"{tool} cannot carry a transfer to {country}"})
