"""Requests of the people whom data are about (Art. 15-22 and 7(3) GDPR).

The register (`SubjectRequest`) holds no words, no name and no address. Those stand in tables of
their own, which are emptied soon after the decision and with the person.
"""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.chains import ChainedRow
from accounts.models import Language, Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class RequestKind(models.TextChoices):
    """What may be asked for."""

    ACCESS = "access", _("A copy of my data")
    PORTABILITY = "portability", _("My data to take elsewhere")
    RECTIFICATION = "rectification", _("A correction")
    ERASURE = "erasure", _("Deletion of my data")
    RESTRICTION = "restriction", _("My data kept, but not used")
    OBJECTION = "objection", _("An objection to the use of my data")
    WITHDRAWAL = "withdrawal", _("Withdrawal of a consent")


class Channel(models.TextChoices):
    """How a request came."""

    WIDGET = "widget", _("in the chat")
    PAGE = "page", _("on the request page")
    EMAIL = "email", _("by e-mail or letter")
    AGENT = "agent", _("told to an agent")


class RequestState(models.TextChoices):
    RECEIVED = "received", _("Received")
    IDENTITY = "identity", _("Identity check")
    IN_PROGRESS = "in_progress", _("In progress")
    EXTENDED = "extended", _("Extended")
    ANSWERED = "answered", _("Answered")
    PARTLY_REFUSED = "partly_refused", _("Partly refused")
    REFUSED = "refused", _("Refused")


DONE = (RequestState.ANSWERED, RequestState.PARTLY_REFUSED, RequestState.REFUSED)
REFUSALS = (RequestState.PARTLY_REFUSED, RequestState.REFUSED)


class Proof(models.TextChoices):
    """How it was made sure who asks. Never an identity document."""

    VISITOR = "visitor", _("signed visitor number")
    CODE = "code", _("code sent by e-mail")
    MEMBER = "member", _("a member knows the person")


class Delay(models.TextChoices):
    """The two reasons for which Art. 12(3) lets an answer take longer."""

    COMPLEX = "complex", _("the request is complex")
    NUMEROUS = "numerous", _("there are many requests")


class Ground(models.TextChoices):
    """Why a request, or a part of it, is refused."""

    UNIDENTIFIED = "unidentified", _("It could not be established who asks: Art. 11(2), 12(2)")
    UNFOUNDED = "unfounded", _("Manifestly unfounded: Art. 12(5)(b)")
    EXCESSIVE = "excessive", _("Excessive, as it repeats itself: Art. 12(5)(b)")
    OTHERS = "others", _("Rights and freedoms of others: Art. 15(4), 20(4)")
    EXPRESSION = "expression", _("Freedom of expression and information: Art. 17(3)(a)")
    OBLIGATION = "obligation", _("A law obliges us to keep it: Art. 17(3)(b)")
    CLAIMS = "claims", _("Needed for legal claims: Art. 17(3)(e), 21(1)")
    COMPELLING = "compelling", _("Compelling legitimate grounds: Art. 21(1)")
    NOT_MET = "not_met", _("The conditions of this right are not met")


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    def open(self) -> Self:
        """Not decided."""
        return self.exclude(state__in=DONE)

    def done(self) -> Self:
        return self.filter(state__in=DONE)

    def soonest_first(self) -> Self:
        return self.order_by("due_on", "id")


class SubjectRequest(TenantModel):
    """One request in the register: what, how, when, and how it ended. Never who asked."""

    kind = models.TextField(choices=RequestKind)
    channel = models.TextField(choices=Channel)
    state = models.TextField(choices=RequestState, default=RequestState.RECEIVED)
    language = models.TextField(choices=Language)
    received_at = models.DateTimeField()
    # The last day on which an answer is in time, in UTC.
    due_on = models.DateField()
    asked_at = models.DateTimeField(null=True, blank=True)
    proven_at = models.DateTimeField(null=True, blank=True)
    proof = models.TextField(choices=Proof, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = TenantForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    extended_at = models.DateTimeField(null=True, blank=True)
    delay = models.TextField(choices=Delay, blank=True)
    # A refusal that waits for a second member. It becomes the outcome with their word.
    proposed = models.TextField(choices=RequestState, blank=True)
    proposed_by = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ground = models.TextField(choices=Ground, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )
    # A refusal that nobody else could look at, because nobody else manages the account.
    decided_alone = models.BooleanField(default=False)
    delivered_digest = models.CharField(max_length=64, blank=True)
    # Ids of the receipts of erasures that were done for it.
    erasures = models.JSONField(default=list, blank=True)
    # The last reminder: so many days before the due date.
    reminded = models.PositiveSmallIntegerField(null=True, blank=True)

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "id"], name="request_in_account"),
            models.CheckConstraint(
                condition=Q(state__in=DONE, decided_at__isnull=False)
                | (~Q(state__in=DONE) & Q(decided_at=None)),
                name="request_done_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=REFUSALS) | ~Q(ground=""), name="request_refusal_has_ground"
            ),
            models.CheckConstraint(
                condition=Q(extended_at=None, delay="")
                | (Q(extended_at__isnull=False) & ~Q(delay="")),
                name="request_extended_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(proven_at=None, proof="") | (Q(proven_at__isnull=False) & ~Q(proof="")),
                name="request_proof_has_time",
            ),
        ]
        indexes = [models.Index(fields=["account", "due_on"], name="request_due")]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What people call the request."""
        return f"R-{self.pk.hex[-12:].upper()}"

    @property
    def is_done(self) -> bool:
        return self.state in DONE

    @property
    def is_proven(self) -> bool:
        """Whether it is known who asks."""
        return self.proven_at is not None

    def days_left(self, today: date) -> int:
        """Whole days until the last day in time; negative once that is past."""
        return (self.due_on - today).days


class RequestDetails(TenantModel):
    """Who asks, where they are reached and what they wrote: until soon after the decision."""

    request = TenantForeignKey(SubjectRequest, models.CASCADE, related_name="details")
    name = models.TextField(max_length=255, blank=True)
    email = models.TextField(max_length=255, blank=True)
    words = models.TextField(max_length=4_000, blank=True)
    # The one code that is good now, as a keyed hash.
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request"], name="request_details_once")]

    def __str__(self) -> str:
        return str(self.pk)


class RequestPerson(TenantModel):
    """Whose data a request is about, as an admin decided or a visitor's signed number says; with
    the copy that was made for it."""

    request = TenantForeignKey(SubjectRequest, models.CASCADE, related_name="people")
    subject_id = models.UUIDField()
    copy_id = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "subject_id"], name="request_person_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class LetterKind(models.TextChoices):
    """What a letter to somebody who asked is about."""

    CODE = "code", _("Code")
    EXTENSION = "extension", _("Extension")
    ANSWER = "answer", _("Answer")
    PARTLY = "partly", _("Refusal of a part")
    REFUSAL = "refusal", _("Refusal")
    LIFTING = "lifting", _("End of the restriction")


class RequestLetter(TenantModel):
    """A letter to somebody who asked. One with a code has no words here: the code is made when
    the letter is handed over, and kept as a hash only."""

    request = TenantForeignKey(SubjectRequest, models.CASCADE, related_name="letters")
    kind = models.TextField(choices=LetterKind)
    subject = models.TextField(max_length=200, blank=True)
    body = models.TextField(max_length=10_000, blank=True)
    message_id = models.UUIDField()
    written_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    # Given up: it has not reached anybody, and will not.
    dropped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["account", "written_at"],
                condition=Q(sent_at=None),
                name="request_letter_unsent",
            )
        ]

    def __str__(self) -> str:
        return str(self.message_id)


class RequestReceipt(ChainedRow):
    """Proof of how a request ended. Neither who asked, nor what was said."""

    request_id = models.UUIDField()
    kind = models.TextField()
    channel = models.TextField()
    received_at = models.DateTimeField()
    due_on = models.DateField()
    proof = models.TextField(blank=True)
    proven_at = models.DateTimeField(null=True)
    delay = models.TextField(blank=True)
    extended_at = models.DateTimeField(null=True)
    outcome = models.TextField()
    ground = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    decided_alone = models.BooleanField()
    delivered_digest = models.CharField(max_length=64, blank=True)
    erasures = models.JSONField()

    class Meta(ChainedRow.Meta):
        constraints = [
            *ChainedRow.Meta.constraints,
            models.UniqueConstraint(fields=["request_id"], name="request_receipt_once"),
        ]

    def __str__(self) -> str:
        return str(self.request_id)

    def committed(self) -> dict[str, Any]:
        return {
            "id": str(self.pk),
            "request": str(self.request_id),
            "kind": self.kind,
            "channel": self.channel,
            "received_at": self.received_at.isoformat(),
            "due_on": self.due_on.isoformat(),
            "proof": self.proof,
            "proven_at": self.proven_at and self.proven_at.isoformat(),
            "delay": self.delay,
            "extended_at": self.extended_at and self.extended_at.isoformat(),
            "outcome": self.outcome,
            "ground": self.ground,
            "decided_at": self.decided_at.isoformat(),
            "decided_alone": self.decided_alone,
            "delivered_digest": self.delivered_digest,
            "erasures": self.erasures,
        }
