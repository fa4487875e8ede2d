"""Accounts and the people who work in them."""

from datetime import timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Length, Lower, Trim
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import countries
from accounts.chains import ChainedRow, ChainHead
from accounts.ids import public_key, uuid7
from accounts.tenancy import CounterModel, TenantModel

__all__ = ["ChainHead"]


class Language(models.TextChoices):
    """The languages that pages, widget and mail speak. Names are in the language itself."""

    ENGLISH = "en", "English"
    GERMAN = "de", "Deutsch"
    CZECH = "cs", "Čeština"


class PlanName(models.TextChoices):
    FREE = "free", _("Free")
    STANDARD = "standard", _("Standard")
    PRO = "pro", _("Pro")


class Role(models.TextChoices):
    """What a member may do. Owner: everything. Admin: all settings. Agent: answers visitors."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    AGENT = "agent", _("Agent")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who can log in. The address is kept in lower case and must be unused."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A member of the platform's staff."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in, by e-mail. What visitors see of them stands on the membership."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("E-mail address"), unique=True)
    language = models.TextField(choices=Language, default=Language.ENGLISH)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return str(self.pk)


class Account(models.Model):
    """The tenant: a website owner's company. Global, because every door starts by finding it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.TextField(max_length=80)
    slug = models.SlugField(max_length=40, unique=True)
    public_key = models.CharField(max_length=40, unique=True, default=public_key)
    plan = models.TextField(choices=PlanName, default=PlanName.FREE)
    language = models.TextField(choices=Language, default=Language.ENGLISH)
    time_zone = models.TextField(default="UTC")
    # An empty list of sites is closed. Any site at all is a decision that the owner makes in words.
    allows_any_site = models.BooleanField(default=False)
    is_blocked = models.BooleanField(default=False)
    snippet_seen_at = models.DateTimeField(null=True, blank=True)
    # Where the account's data are kept. The infrastructure register knows the places.
    region = models.TextField(default="eu")
    # Since when the account has a company and accepted documents behind it (S35).
    live_at = models.DateTimeField(null=True, blank=True)
    # When a worker must next look into this account. It stands here because beat, which stands
    # outside every account, has to find it without visiting each of them.
    errand_at = models.DateTimeField(null=True, blank=True)
    # The same for letters to people who asked about their data. They go out by themselves, also
    # from an account that is closed or blocked: those rights do not end with that.
    request_errand_at = models.DateTimeField(null=True, blank=True)
    # After a change to a plan with a shorter history: until then the older plan's still counts.
    grace_plan = models.TextField(choices=PlanName, blank=True, default="")
    grace_until = models.DateTimeField(null=True, blank=True)
    # Since when the account has the defaults for privacy; empty for one from before (S53).
    defaults_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    # Nothing is purged before.
    purge_after = models.DateTimeField(null=True, blank=True)
    # Closed by an owner: read-only until it is opened again, or ends for good (R14).
    closed_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    # Whether platform support looks in only while an owner lets it (S51), and until when one does.
    support_needs_grant = models.BooleanField(default=True)
    support_granted_until = models.DateTimeField(null=True, blank=True)
    # No session of support runs after this: so that pages of members need not ask in vain.
    support_runs_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closed_at=None, ends_at=None)
                | models.Q(closed_at__isnull=False, ends_at__isnull=False),
                name="account_closed_has_an_end",
            )
        ]
        indexes = [
            models.Index(
                fields=["ends_at"],
                condition=models.Q(ends_at__isnull=False),
                name="account_end",
            ),
            models.Index(
                fields=["errand_at"],
                condition=models.Q(errand_at__isnull=False),
                name="account_errand",
            ),
            models.Index(
                fields=["request_errand_at"],
                condition=models.Q(request_errand_at__isnull=False),
                name="account_request_errand",
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> Self:
        """Members who may enter: the membership and the person are both active."""
        return self.filter(is_active=True, user__is_active=True)


class Membership(models.Model):
    """A person's place in an account. Global: log-in and the switcher need it before any account
    is known. The log-in address never leaves for visitors; the public name and photo do (S33)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.TextField(choices=Role, default=Role.AGENT)
    is_active = models.BooleanField(default=True)
    is_available = models.BooleanField(default=True)
    wants_sound = models.BooleanField(default=True)
    public_name = models.TextField(max_length=60, blank=True)
    description = models.TextField(max_length=160, blank=True)
    photo = models.ImageField(upload_to="photos/", blank=True)
    joined_at = models.DateTimeField(default=timezone.now)
    # When the member was told what is kept of them (S32).
    told_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "user"], name="membership_once"),
            models.UniqueConstraint(fields=["account", "id"], name="membership_in_account"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def can_manage(self) -> bool:
        """Whether settings are open to this member (owner or admin)."""
        return self.role in {Role.OWNER, Role.ADMIN}


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """Not accepted, not cancelled, not expired."""
        return self.filter(accepted_at=None, cancelled_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """An offer of a membership. Global: the link is opened before any account is known. Only a
    hash of the link's token is kept, so a stolen database opens no door."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.TextField(choices=Role, default=Role.AGENT)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "email"],
                condition=models.Q(accepted_at=None, cancelled_at=None),
                name="invitation_open_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_expired(self) -> bool:
        """Whether the link's time is over."""
        return self.expires_at <= timezone.now()


class Site(TenantModel):
    """A web origin on which the account's widget may run, as browsers spell it in `Origin`:
    scheme, host in lower case and punycode, and the port unless it is the scheme's own."""

    origin = models.TextField(max_length=255)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "origin"], name="site_once"),
            models.UniqueConstraint(fields=["account", "id"], name="site_in_account"),
        ]

    def __str__(self) -> str:
        return self.origin


class CompanyIdentity(TenantModel):
    """The company that an account belongs to: the controller, as contracts and notices name it.
    "Not registered" for VAT is a statement too, and not an empty field (S66)."""

    company_name = models.TextField(max_length=160)
    vat_id = models.TextField(max_length=32, blank=True)
    has_no_vat_id = models.BooleanField(default=False)
    address_line1 = models.TextField(max_length=160)
    address_line2 = models.TextField(max_length=160, blank=True)
    postcode = models.TextField(max_length=16, blank=True)
    city = models.TextField(max_length=100)
    country = models.CharField(max_length=2)
    registration_no = models.TextField(max_length=64, blank=True)
    contact_name = models.TextField(max_length=120, blank=True)
    contact_email = models.EmailField(blank=True)
    dpo_name = models.TextField(max_length=120, blank=True)
    dpo_email = models.EmailField(blank=True)
    representative = models.TextField(max_length=300, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account"], name="company_once"),
            models.CheckConstraint(
                condition=models.Q(has_no_vat_id=True, vat_id="")
                | (models.Q(has_no_vat_id=False) & ~models.Q(vat_id="")),
                name="company_says_its_vat_id",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def address(self) -> str:
        """The postal address in one line, without the country."""
        town = " ".join(part for part in (self.postcode, self.city) if part)
        return ", ".join(part for part in (self.address_line1, self.address_line2, town) if part)

    @property
    def country_name(self) -> str:
        return countries.NAMES.get(self.country, self.country)


class AuditEntry(ChainedRow):
    """One thing that somebody did or looked at. Only ever added: the database refuses to change
    what an entry commits to, and lets ids go out but not come in (`accounts.audit`)."""

    at = models.DateTimeField(default=timezone.now)
    event = models.TextField()
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True, blank=True)
    actor_salt = models.CharField(max_length=32, blank=True)
    actor_mark = models.CharField(max_length=64, blank=True)
    target_kind = models.TextField(blank=True)
    target_id = models.UUIDField(null=True, blank=True)
    target_salt = models.CharField(max_length=32, blank=True)
    target_mark = models.CharField(max_length=64, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta(ChainedRow.Meta):
        indexes = [
            *ChainedRow.Meta.indexes,
            models.Index(fields=["account", "-id"], name="audit_newest"),
            models.Index(
                fields=["account", "target_id"],
                condition=models.Q(target_id__isnull=False),
                name="audit_target",
            ),
            models.Index(
                fields=["account", "actor_id"],
                condition=models.Q(actor_id__isnull=False),
                name="audit_actor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.pk}"

    def committed(self) -> dict[str, Any]:
        return {
            "id": str(self.pk),
            "at": self.at.isoformat(),
            "event": self.event,
            "actor_kind": self.actor_kind,
            "actor": self.actor_mark,
            "target_kind": self.target_kind,
            "target": self.target_mark,
            "details": self.details,
        }


class SupportSessionQuerySet(models.QuerySet["SupportSession"]):
    def running(self) -> Self:
        """Begun, and neither over nor ended."""
        return self.filter(ended_at=None, ends_at__gt=timezone.now())


class SupportSession(CounterModel):
    """A time in which one person of the platform's staff may look into one account, for a reason
    (S51). It lies on the counter: staff, who stand in no account, write it, and owners see it and end
    it. What was read in it stands in the account's audit trail (`accounts.support`)."""

    LONGEST = timedelta(hours=4)
    SHORTEST_REASON = 20

    # No reference: it must stay when the person's log-in goes.
    opened_by = models.UUIDField()
    # As owners see them. The log-in address is for the staff's own trail.
    staff_name = models.TextField(max_length=60)
    reason = models.TextField(max_length=1_000)
    # The number of the request that it answers, where there is one.
    request_number = models.TextField(max_length=40, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    # Ended before its time, and by which side.
    ended_at = models.DateTimeField(null=True, blank=True)
    was_ended_by_owner = models.BooleanField(default=False)
    # Whether the account's own trail has the beginning and the end, which staff cannot write there.
    start_noted_at = models.DateTimeField(null=True, blank=True)
    end_noted_at = models.DateTimeField(null=True, blank=True)

    objects = SupportSessionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    ends_at__gt=models.F("started_at"),
                    ends_at__lte=models.F("started_at") + timedelta(hours=4),
                ),
                name="support_lasts_four_hours_at_most",
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Length(Trim("reason")), 20),
                name="support_has_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-started_at"], name="support_of_account"),
            models.Index(fields=["opened_by", "ends_at"], name="support_of_staff"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_running(self) -> bool:
        return self.ended_at is None and self.ends_at > timezone.now()

    @property
    def over_at(self) -> Any:
        """When it ended, or is going to."""
        return self.ended_at or self.ends_at
