"""What an account adds to documents that are computed for it, and the versions of them."""

from django.db import models
from django.utils import timezone

from accounts.ids import uuid7
from accounts.tenancy import TenantModel

LONGEST = 2_000


class OwnActivity(TenantModel):
    """A processing activity that the account enters in its record itself (Art. 30(1))."""

    title = models.TextField(max_length=160)
    purposes = models.TextField(max_length=LONGEST)
    subjects = models.TextField(max_length=LONGEST)
    categories = models.TextField(max_length=LONGEST)
    recipients = models.TextField(max_length=LONGEST)
    transfers = models.TextField(max_length=LONGEST)
    limits = models.TextField(max_length=LONGEST)
    measures = models.TextField(max_length=LONGEST)
    added_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.title


class RecordNotes(TenantModel):
    """What else the account says in its record."""

    joint_controllers = models.TextField(max_length=LONGEST, blank=True)
    remarks = models.TextField(max_length=LONGEST, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="record_notes_once")]

    def __str__(self) -> str:
        return str(self.pk)


class DocumentVersion(TenantModel):
    """A dated version of a document that is computed from an account's settings. `content` is
    `Document.canonical()`; the file is made from it again, the same to the byte."""

    document = models.TextField()
    number = models.PositiveIntegerField()
    content = models.TextField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "document", "number"], name="document_version_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.document} {self.number}"


class Assessment(TenantModel):
    """The account's answers for an impact assessment (Art. 35), by the names of the questions."""

    answers = models.JSONField(default=dict)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="assessment_once")]

    def __str__(self) -> str:
        return str(self.pk)


class ProcessingEntry(models.Model):
    """A controller in the platform's own record (Art. 30(2)): one row for each account, written by a
    job inside that account. Staff read it and enter no account for it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Not a reference: the row outlives the account, with the day on which the work for it ended.
    account_ref = models.UUIDField(unique=True)
    controller = models.TextField()
    registration = models.TextField(blank=True)
    address = models.TextField()
    country = models.TextField()
    contact = models.TextField()
    dpo = models.TextField(blank=True)
    representative = models.TextField(blank=True)
    # What is done for the controller, and with which data: texts.
    categories = models.JSONField()
    transfers = models.TextField()
    written_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.controller
