"""Forms of the accounts app: checked input, no decisions."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from allauth.account.forms import ResetPasswordForm as AllauthResetPasswordForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.core.validators import ProhibitNullCharactersValidator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext_lazy as _

from accounts import countries, ratelimits, sites, support
from accounts.adapter import FOUNDING
from accounts.addresses import client_address
from accounts.audit import EVENT_TEXTS, Wanted
from accounts.models import Language, Role, User


class NameField(forms.CharField):
    """A name in one line, trimmed, without control characters."""

    def clean(self, value: Any) -> str:
        return " ".join(str(super().clean(value) or "").split())


class OriginField(forms.CharField):
    """A web address; the cleaned value is its origin."""

    widget = forms.TextInput(
        attrs={
            "inputmode": "url",
            "autocomplete": "url",
            "autocapitalize": "none",
            "spellcheck": "false",
            "placeholder": "https://www.example.org",
        }
    )

    def clean(self, value: Any) -> str:
        return sites.normalise(str(super().clean(value)))


class AccountForm(forms.Form):
    """The name of a website and where it is: all that an account needs to begin."""

    site_name = NameField(
        label=_("Name of your website"),
        max_length=80,
        help_text=_("Visitors and your team see it."),
    )
    site_address = OriginField(
        label=_("Its web address"),
        max_length=300,
        help_text=_("The chat will run there and nowhere else. You can add more sites later."),
    )


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """Sign-up: a person and the account they want. Only the person is stored, unproved; the
    account waits in the session for the code from the mail."""

    field_order = ("email", "site_name", "site_address", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        for name, field in AccountForm.base_fields.items():
            self.fields[name] = deepcopy(field)
        self.order_fields(self.field_order)
        for name in ("email", "password1"):
            # It repeats the label, and vanishes as soon as it is needed.
            self.fields[name].widget.attrs.pop("placeholder", None)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Store the person, or do as if (A45): the same answer in the same time for an address
        that has a log-in. Raises TooMany."""
        email = self.cleaned_data["email"]
        ratelimits.take(ratelimits.SIGNUP, client_address(request))
        ratelimits.take(ratelimits.SIGNUP_AS, email)
        if self.account_already_exists:
            # The work of hashing a password is what would tell the two cases apart.
            make_password(self.cleaned_data.get("password1"))
        user, response = super().try_save(request)
        if user is not None:
            request.session[FOUNDING] = {
                "user": str(user.pk),
                "name": self.cleaned_data["site_name"],
                "address": self.cleaned_data["site_address"],
            }
        return cast("User | None", user), cast("HttpResponse | None", response)


class ResetPasswordForm(AllauthResetPasswordForm):  # type: ignore[misc]
    """The request for a new password."""

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Write to the mailbox. Raises TooMany, whether or not the address is known (A45)."""
        email = self.cleaned_data["email"].lower()
        ratelimits.take(ratelimits.RESET, client_address(request))
        ratelimits.take(ratelimits.RESET_OF, email)
        return str(super().save(request, **kwargs))


class SiteForm(forms.Form):
    address = OriginField(label=_("Web address"), max_length=300)


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.TypedChoiceField(label=_("Role"), coerce=Role, initial=Role.AGENT)

    def __init__(self, *args: Any, roles: frozenset[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = cast(forms.TypedChoiceField, self.fields["role"])
        role.choices = [(value, value.label) for value in reversed(Role) if value in roles]


class RoleForm(forms.Form):
    role = forms.TypedChoiceField(label=_("Role"), coerce=Role, choices=Role.choices)


class NewPersonForm(forms.Form):
    """What somebody without a log-in enters to accept an invitation."""

    public_name = NameField(
        label=_("Your public name"),
        max_length=60,
        required=False,
        help_text=_("Visitors see it, so a first name or an alias is fine."),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=500,
        help_text=password_validators_help_text_html(),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        validators=[ProhibitNullCharactersValidator()],
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email))
        return password


class ProfileForm(forms.Form):
    """What visitors see of a member, and the language the member reads."""

    public_name = NameField(
        label=_("Public name"),
        max_length=60,
        required=False,
        help_text=_("A first name or an alias is fine. Empty: visitors see the account's name."),
    )
    description = NameField(
        label=_("Line below it"),
        max_length=160,
        required=False,
        help_text=_("For example what you are good at."),
    )
    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        help_text=_("JPEG, PNG, WebP or GIF. We keep a small square of it, without camera data."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
    )
    forget_photo = forms.BooleanField(label=_("Remove the photo"), required=False)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=Language.choices,
        help_text=_("Of these pages and of the e-mails to you."),
    )


class CompanyForm(forms.Form):
    """The company behind the account: `accounts.companies.CompanyFields` when it is clean."""

    company_name = NameField(
        label=_("Company name"),
        max_length=160,
        help_text=_("As it is registered. For a sole trader, your own name."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    vat_id = NameField(label=_("VAT ID"), max_length=32, required=False)
    has_no_vat_id = forms.BooleanField(label=_("Not registered for VAT"), required=False)
    address_line1 = NameField(
        label=_("Street and number"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    address_line2 = NameField(
        label=_("Second address line"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-line2"}),
    )
    postcode = NameField(
        label=_("Postcode"),
        max_length=16,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    city = NameField(
        label=_("City"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=countries.CHOICES,
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    registration_no = NameField(label=_("Registration number"), max_length=64, required=False)
    contact_name = NameField(
        label=_("Contact for data protection"),
        max_length=120,
        required=False,
        help_text=_("A person or a role. Without one, the owners of the account are the contact."),
    )
    contact_email = forms.EmailField(
        label=_("E-mail of the contact"), max_length=254, required=False
    )
    dpo_name = NameField(
        label=_("Your data protection officer"),
        max_length=120,
        required=False,
        help_text=_("Only if you have appointed one."),
    )
    dpo_email = forms.EmailField(
        label=_("E-mail of the data protection officer"), max_length=254, required=False
    )
    representative = NameField(
        label=_("Representative in the EU"),
        max_length=300,
        required=False,
        help_text=_("Name and address, for companies outside the EU (Article 27 GDPR)."),
    )

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        if fields.get("has_no_vat_id"):
            if fields.get("vat_id"):
                self.add_error("vat_id", _("Enter the VAT ID, or tick the box below, not both."))
        elif not fields.get("vat_id") and "vat_id" not in self.errors:
            self.add_error("vat_id", _("Enter the VAT ID, or tick the box below."))
        return fields


class SupportChoiceForm(forms.Form):
    """Whether support waits for an owner's word."""

    support_needs_grant = forms.BooleanField(
        label=_("Only when we let it in"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "switch", "role": "switch"}),
        help_text=_(
            "Without this, support can open a session whenever it has a reason. You are told and can "
            "end it either way."
        ),
    )


class SupportGrantForm(forms.Form):
    """For how long support is let in."""

    period = forms.ChoiceField(
        label=_("For how long"),
        choices=[
            ("1h", _("1 hour")),
            ("4h", _("4 hours")),
            ("1d", _("1 day")),
            ("7d", _("7 days")),
        ],
        initial="1d",
    )

    @property
    def period_chosen(self) -> timedelta:
        """The period of a form that is good."""
        return support.GRANTS[self.cleaned_data["period"]]


class AuditForm(forms.Form):
    """Which entries of the audit trail to show; all of it is optional."""

    event = forms.ChoiceField(label=_("What"), required=False)
    by = forms.ChoiceField(label=_("Who"), required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, data: QueryDict, *, names: Mapping[UUID, str]) -> None:
        super().__init__(data)
        everything: list[tuple[str, Any]] = [("", _("Everything"))]
        everyone: list[tuple[str, Any]] = [("", _("Everybody"))]
        event = cast(forms.ChoiceField, self.fields["event"])
        event.choices = [*everything, *EVENT_TEXTS.items()]
        by = cast(forms.ChoiceField, self.fields["by"])
        by.choices = everyone + [(str(key), name) for key, name in names.items()]

    def clean(self) -> dict[str, Any]:
        fields: dict[str, Any] = super().clean() or {}
        since, until = fields.get("since"), fields.get("until")
        if since and until and until < since:
            self.add_error("until", _("The end lies before the beginning."))
        return fields

    @property
    def wanted(self) -> Wanted:
        """What the checked fields ask for."""
        fields = self.cleaned_data
        by = UUID(fields["by"]) if fields["by"] else None
        return Wanted(fields["event"], by, fields["since"], fields["until"])

    @property
    def before(self) -> UUID | None:
        """Where the page begins; anything but an id is the first page."""
        try:
            return UUID(self.data.get("before", ""))
        except ValueError:
            return None
