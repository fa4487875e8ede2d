"""What the platform writes to people: each letter a row, so that it is sent once (ADR 0003)."""

from datetime import timedelta
from uuid import uuid4

from django.db import models
from django.utils import timezone

from accounts.ids import uuid7
from accounts.models import Account, Language, Membership
from accounts.tenancy import TenantForeignKey
from privacy.models.tickets import Ticket


class LetterKind(models.TextChoices):
    """What a letter is about."""

    CHANGE = "change", "a sub-processor is announced"
    CHANGE_DROPPED = "change_dropped", "an announced sub-processor is dropped"
    OBJECTION = "objection", "an objection was decided"
    AGREEMENT = "agreement", "a new version of an agreement"
    AGREEMENT_OFFERED = "agreement_offered", "an agreement of the account's own to countersign"
    AGREEMENT_IN_FORCE = "agreement_in_force", "an agreement of the account's own is in force"
    AGREEMENT_ENDED = "agreement_ended", "an agreement of the account's own has ended"
    BREACH = "breach", "a notice of a breach"
    DEFAULTS = "defaults", "defaults that an older account has got"
    EXPORT_READY = "export_ready", "an export that can be downloaded"
    ACCOUNT_CLOSED = "account_closed", "an owner has closed the account"
    ACCOUNT_REOPENED = "account_reopened", "an owner has opened it again"
    ACCOUNT_HELD = "account_held", "a legal hold keeps the account from its end"
    SUPPORT = "support", "platform support looks into the account"
    TICKET = "ticket", "a question has come in"
    TICKET_ANSWER = "ticket_answer", "a question is answered"
    SUBSCRIPTION = "subscription", "somebody asked to follow the changes"


class Subscriber(models.Model):
    """A mailbox that is told of changes, once its owner has confirmed that they want it."""

    CONFIRM_WITHIN = timedelta(days=2)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    language = models.TextField(choices=Language, default=Language.ENGLISH)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class Letter(models.Model):
    """A letter to an owner of an account, a subscriber, or somebody who asked. Whom it reaches is read when it goes.

    It lies on the counter: what goes to an account's owners is seen by that account and by the
    platform, which logs the delivery.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Without choices: another kind is no change of the table.
    kind = models.TextField()
    # The row that the letter speaks of. A kind and a row make one letter for each reader.
    about_id = models.UUIDField()
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="+")
    member = TenantForeignKey(Membership, models.CASCADE, null=True, blank=True, related_name="+")
    subscriber = models.ForeignKey(
        Subscriber, models.CASCADE, null=True, blank=True, related_name="letters"
    )
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, null=True, blank=True, related_name="letters"
    )
    message_id = models.UUIDField(default=uuid4)
    written_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "about_id", "member"], name="letter_to_member"),
            models.UniqueConstraint(
                fields=["kind", "about_id", "subscriber"], name="letter_to_subscriber"
            ),
            models.UniqueConstraint(fields=["kind", "ticket"], name="letter_to_writer"),
            models.CheckConstraint(
                condition=models.Q(
                    account__isnull=False, member__isnull=False, subscriber=None, ticket=None
                )
                | models.Q(account=None, member=None, subscriber__isnull=False, ticket=None)
                | models.Q(account=None, member=None, subscriber=None, ticket__isnull=False),
                name="letter_has_one_reader",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(sent_at=None, dropped_at=None),
                name="letter_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
