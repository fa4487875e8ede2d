"""Visitors, conversations and what was said in them."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class Visitor(TenantModel):
    """A person on the account's site, known by a random id. Everything they say of themselves is
    unverified: it is shown to agents as such and never merges or reveals anything (A10)."""

    public_id = models.CharField(max_length=24)
    name = models.TextField(max_length=255, blank=True)
    email = models.TextField(max_length=255, blank=True)
    phone = models.TextField(max_length=50, blank=True)
    variables = models.JSONField(default=dict, blank=True)
    language = models.CharField(max_length=35, blank=True)
    browser = models.TextField(max_length=60, blank=True)
    os = models.TextField(max_length=60, blank=True)
    device = models.TextField(max_length=20, blank=True)
    screen = models.TextField(max_length=11, blank=True, db_default="")
    time_zone = models.TextField(max_length=64, blank=True)
    # Only while the account has switched it on (S54).
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True)
    # The address that was blocked with them (S56). It is a copy: the visitor may come from another.
    blocked_address = models.GenericIPAddressField(null=True, blank=True)
    # Kept and not used (Art. 18 GDPR): `privacy.Restriction` says why.
    restricted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "public_id"], name="visitor_once"),
            models.UniqueConstraint(fields=["account", "id"], name="visitor_in_account"),
        ]
        indexes = [
            models.Index(
                fields=["account", "blocked_address"],
                condition=Q(blocked_address__isnull=False),
                name="visitor_blocked_address",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class ConversationState(models.TextChoices):
    """pending: only automatic messages so far; open: nobody answers yet; served: an agent does."""

    PENDING = "pending", _("Pending")
    OPEN = "open", _("Open")
    SERVED = "served", _("Served")
    CLOSED = "closed", _("Closed")


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def usable(self) -> Self:
        """Not restricted (Art. 18 GDPR)."""
        return self.filter(restricted_at=None)

    def live(self) -> Self:
        """Not closed."""
        return self.filter(closed_at=None)

    def waiting(self) -> Self:
        """Not closed, and the visitor had the last word."""
        return self.live().filter(waiting_since__isnull=False)

    def assigned_to(self, member: Membership) -> Self:
        return self.live().filter(assignee=member)

    def closed(self) -> Self:
        return self.filter(closed_at__isnull=False)

    def longest_waiting_first(self) -> Self:
        return self.order_by("waiting_since", "id")

    def newest_first(self) -> Self:
        return self.order_by("-last_message_at", "-id")


class Group(TenantModel):
    """A department: visitors are routed to it by key, as the page's `group` command spells it."""

    key = models.SlugField(max_length=40)
    name = models.TextField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="group_once"),
            models.UniqueConstraint(fields=["account", "id"], name="group_in_account"),
        ]

    def __str__(self) -> str:
        return self.key


class Conversation(TenantModel):
    """What one visitor and the account's agents say to each other until it is closed.

    `last_seq` numbers messages. `version` numbers changes of any kind to this conversation, for
    the visitor's cursor; `rev` is the account-wide number of the last change, for the inbox's.
    The four `seen` and `received` columns hold the highest `seq` that the side has.
    """

    visitor = TenantForeignKey(Visitor, models.CASCADE, related_name="conversations")
    state = models.TextField(choices=ConversationState, default=ConversationState.OPEN)
    assignee = TenantForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    group = TenantForeignKey(Group, models.SET_NULL, null=True, blank=True, related_name="+")
    last_seq = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    rev = models.BigIntegerField(default=0)
    visitor_received_seq = models.PositiveIntegerField(default=0)
    visitor_seen_seq = models.PositiveIntegerField(default=0)
    agents_received_seq = models.PositiveIntegerField(default=0)
    agents_seen_seq = models.PositiveIntegerField(default=0)
    unread_by_visitor = models.PositiveIntegerField(default=0)
    unread_by_agents = models.PositiveIntegerField(default=0)
    waiting_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    last_message_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    # What the visitor answered in forms: [{"form", "key", "label", "value"}], each key once. The
    # label is the one that they were shown, so that it stays true when the form changes.
    answers = models.JSONField(default=list, blank=True)
    # Was there when its visitor's data were restricted, and is closed to members until that ends.
    # What the visitor begins afterwards is not.
    restricted_at = models.DateTimeField(null=True, blank=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "id"], name="conversation_in_account"),
            models.UniqueConstraint(
                fields=["account", "visitor"],
                condition=Q(closed_at=None),
                name="conversation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at=None)),
                name="conversation_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(waiting_since=None),
                name="conversation_closed_waits_not",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "rev"], name="conversation_rev"),
            models.Index(
                fields=["account", "waiting_since", "id"],
                condition=Q(waiting_since__isnull=False),
                name="conversation_waiting",
            ),
            models.Index(
                fields=["account", "-last_message_at", "-id"],
                condition=Q(closed_at=None),
                name="conversation_live",
            ),
            models.Index(
                fields=["account", "assignee", "-last_message_at", "-id"],
                condition=Q(closed_at=None),
                name="conversation_mine",
            ),
            models.Index(
                fields=["account", "-last_message_at", "-id"],
                condition=Q(closed_at__isnull=False),
                name="conversation_closed",
            ),
            models.Index(fields=["account", "visitor", "-created_at"], name="conversation_history"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class AuthorKind(models.TextChoices):
    VISITOR = "visitor", _("Visitor")
    MEMBER = "member", _("Agent")
    AUTOMATIC = "automatic", _("Automatic message")
    SYSTEM = "system", _("System")


class Message(TenantModel):
    """One thing said, or one event told, in a conversation.

    `client_id` is chosen by the author's device: sending it again is the same message, also when
    the first message created the conversation. `author_key` is the author's row id.
    """

    conversation = TenantForeignKey(Conversation, models.CASCADE, related_name="messages")
    seq = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    client_id = models.UUIDField()
    author_kind = models.TextField(choices=AuthorKind)
    author_key = models.UUIDField()
    visitor = TenantForeignKey(Visitor, models.CASCADE, null=True, blank=True, related_name="+")
    member = TenantForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    body = models.TextField(max_length=8_000, blank=True)
    # What happened, for a system message: {"name": "agent_join", ...}; null for words and files.
    event = models.JSONField(null=True, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)
    # Numbers in the words were hidden before they were stored (S25).
    is_masked = models.BooleanField(default=False, db_default=False)
    # When words or files of it were last taken back; what is left of it is what it still holds.
    redacted_at = models.DateTimeField(null=True, blank=True)
    redacted_by = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "id"], name="message_in_account"),
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_order"),
            models.UniqueConstraint(
                fields=["account", "author_key", "client_id"], name="message_sent_once"
            ),
            models.CheckConstraint(
                condition=Q(author_kind="visitor", visitor=F("author_key"), member=None)
                | Q(author_kind="member", member=F("author_key"), visitor=None)
                | Q(author_kind__in=["automatic", "system"], visitor=None, member=None),
                name="message_author_fits_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "version"], name="message_version"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Attachment(TenantModel):
    """A file of a message, or one uploaded and not yet sent (those are swept after a day)."""

    message = TenantForeignKey(
        Message, models.CASCADE, null=True, blank=True, related_name="attachments"
    )
    visitor = TenantForeignKey(Visitor, models.CASCADE, null=True, blank=True, related_name="+")
    # A visitor may upload before the first message makes them a row: the id is what is known.
    visitor_public_id = models.CharField(max_length=24, blank=True)
    member = TenantForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.TextField(max_length=255)
    content_type = models.TextField(max_length=100)
    size = models.PositiveBigIntegerField()
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    file = models.FileField(max_length=200)
    thumbnail = models.FileField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "id"], name="attachment_in_account"),
        ]
        indexes = [
            models.Index(
                fields=["account", "created_at"],
                condition=Q(message=None),
                name="attachment_unsent",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Revision(TenantModel):
    """The account's counter of changes. Its row is locked last in every writing transaction, so
    numbers become visible in order and without gaps."""

    value = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="revision_once")]

    def __str__(self) -> str:
        return str(self.value)


class ChatSettings(TenantModel):
    """How the account answers: transcripts, notices by mail."""

    agents_may_send_transcripts = models.BooleanField(default=True)
    visitors_may_request_transcripts = models.BooleanField(default=True)
    # Minutes that a visitor waits before agents are told by e-mail; 0: they are not told.
    mail_agents_after_minutes = models.PositiveSmallIntegerField(default=3)
    # A letter to agents then says only that somebody waits, and where (S16).
    mails_agents_links_only = models.BooleanField(default=False)
    mails_answers_to_visitors = models.BooleanField(default=True)
    keeps_office_hours = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="chat_settings_once")]

    def __str__(self) -> str:
        return str(self.pk)


class MailServer(TenantModel):
    """A mail server of the account's own, by which its letters leave (S17). `country` is where it
    stands, as the account says (ISO 3166-1)."""

    host = models.CharField(max_length=253)
    port = models.PositiveSmallIntegerField()
    user = models.CharField(max_length=254)
    # Sealed (`accounts.sealing`); shown to nobody.
    password = models.TextField()
    from_address = models.CharField(max_length=254)
    country = models.CharField(max_length=2)
    worked_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    # The step at which it failed, an `accounts.smtp.Trouble`.
    trouble = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="mail_server_once")]

    def __str__(self) -> str:
        return self.host

    @property
    def is_failing(self) -> bool:
        """Whether the last letter was not taken."""
        return bool(self.failed_at and (not self.worked_at or self.worked_at < self.failed_at))


class FormPoint(models.TextChoices):
    """Where visitors are asked: before the first message, or while nobody is there."""

    PRECHAT = "prechat", _("Before the chat")
    OFFLINE = "offline", _("While nobody is there")


class FieldMode(models.TextChoices):
    OFF = "off", _("Off")
    OPTIONAL = "optional", _("Optional")
    REQUIRED = "required", _("Required")


class FormSettings(TenantModel):
    """What visitors are asked for; without a row the defaults count (S23). The offline form's
    e-mail address has no column: it is always required."""

    asks_before_chat = models.BooleanField(default=False)
    prechat_name = models.TextField(choices=FieldMode, default=FieldMode.OPTIONAL)
    prechat_email = models.TextField(choices=FieldMode, default=FieldMode.OPTIONAL)
    prechat_phone = models.TextField(choices=FieldMode, default=FieldMode.OFF)
    offline_name = models.TextField(choices=FieldMode, default=FieldMode.OPTIONAL)
    offline_phone = models.TextField(choices=FieldMode, default=FieldMode.OFF)
    # Offline messages become letters too, and not only conversations in the inbox.
    mails_offline_messages = models.BooleanField(default=True, db_default=True)
    # Addresses that offline messages are mailed to; none: whoever manages the account.
    offline_recipients = models.JSONField(default=list, blank=True)
    # Visitors tick that they have read the notice before their first message. Not a consent (R17).
    requires_acknowledgement = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="form_settings_once")]

    def __str__(self) -> str:
        return str(self.pk)


class FieldKind(models.TextChoices):
    TEXT = "text", _("One line")
    TEXTAREA = "textarea", _("Several lines")
    SELECT = "select", _("Choice from a list")
    CHECKBOX = "checkbox", _("Box to tick")
    DATE = "date", _("Date")


class FormField(TenantModel):
    """A question of the account's own (S69). A box here is an answer and never a consent."""

    form = models.TextField(choices=FormPoint)
    key = models.CharField(max_length=40)
    kind = models.TextField(choices=FieldKind, default=FieldKind.TEXT)
    label = models.TextField(max_length=120)
    # {language: label}; a language that is missing is shown `label`.
    labels = models.JSONField(default=dict, blank=True)
    placeholder = models.TextField(max_length=120, blank=True)
    options = models.JSONField(default=list, blank=True)
    is_required = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "form", "key"], name="form_field_once"),
        ]

    def __str__(self) -> str:
        return self.key


class TechnicalData(TenantModel):
    """One switch for each kind of technical data; off means not collected (S24). Without a row the
    defaults count. `chat.technical` says where each kind is."""

    ip_address = models.BooleanField(default=False)
    pages = models.BooleanField(default=True)
    device = models.BooleanField(default=True)
    browser = models.BooleanField(default=True)
    os = models.BooleanField(default=True)
    screen = models.BooleanField(default=True, db_default=True)
    referrer = models.BooleanField(default=True, db_default=True)
    language = models.BooleanField(default=True)
    location = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="technical_data_once")]

    def __str__(self) -> str:
        return str(self.pk)


class OfficeInterval(TenantModel):
    """A stretch of a weekday, in the account's time zone, in which visitors may expect answers.
    Monday is 0; `closes_at` 00:00 means midnight at the end of the day."""

    weekday = models.PositiveSmallIntegerField()
    opens_at = models.TimeField()
    closes_at = models.TimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(weekday__lte=6), name="office_weekday"),
            models.UniqueConstraint(
                fields=["account", "weekday", "opens_at"], name="office_interval_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens_at}-{self.closes_at}"


class MailKind(models.TextChoices):
    VISITOR_WAITS = "visitor_waits", _("A visitor waits")
    ANSWER = "answer", _("An answer for the visitor")
    TRANSCRIPT = "transcript", _("Transcript")
    OFFLINE_MESSAGE = "offline_message", _("A message left while nobody was there")


class ConversationMail(TenantModel):
    """A letter about a conversation: what is due, who is at it, and what went out. `up_to_seq`
    is the last message that it speaks of; the same letter exists once."""

    conversation = TenantForeignKey(Conversation, models.CASCADE, related_name="mails")
    kind = models.TextField(choices=MailKind)
    up_to_seq = models.PositiveIntegerField()
    recipient = models.TextField(max_length=255)
    # Answers go out under the same key each time they are tried, so a provider or a mailbox that
    # sees one twice can tell.
    message_id = models.UUIDField()
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "kind", "up_to_seq", "recipient"], name="mail_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "due_at"],
                condition=Q(sent_at=None, dropped_at=None),
                name="mail_due",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
