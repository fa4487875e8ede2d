"""Forms of the staff console: one for each register, and those for its acts."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import countries
from privacy.models import Authority, Measure, Place, PlatformIdentity, Standing, SubProcessor
from privacy.models.platform import NOTICE
from privacy.places import Tool
from privacy.sub_processors import FIXED

if TYPE_CHECKING:
    EntryForm = forms.ModelForm[Any]
else:
    EntryForm = forms.ModelForm

TOOLS = [
    ("", ""),
    (Tool.NONE_EEA.value, _("None needed: within the EEA")),
    (Tool.ADEQUACY.value, _("Adequacy decision")),
    (Tool.DPF.value, _("EU-US Data Privacy Framework")),
    (Tool.SCC_M3.value, _("Standard contractual clauses, Module 3")),
    (Tool.UK.value, _("UK transfer agreement or Addendum")),
]
_COUNTRIES = ("country", "place_of_storage", "place_of_processing", "place_of_access")
_LONG = 200


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _field(model_field: Any, **options: Any) -> forms.Field | None:
    """Short texts in one line, days in the browser's calendar, countries and tools by name."""
    limit = getattr(model_field, "max_length", None) or 0
    internal = model_field.get_internal_type()
    if model_field.name in _COUNTRIES:
        return forms.ChoiceField(choices=countries.CHOICES, **options)
    if model_field.name == "tool":
        return forms.ChoiceField(choices=TOOLS, **options)
    if internal == "DateField":
        options["widget"] = _day()
    elif internal == "TextField" and not model_field.choices:
        options["widget"] = forms.TextInput() if limit <= _LONG else forms.Textarea({"rows": 3})
    elif isinstance(model_field, models.URLField):
        options["assume_scheme"] = "https"
    found: forms.Field | None = model_field.formfield(**options)
    return found


class IdentityForm(EntryForm):
    """The company that runs the platform."""

    class Meta:
        model = PlatformIdentity
        formfield_callback = _field
        fields = (
            "company_name",
            "vat_id",
            "registration_no",
            "address",
            "country",
            "contact",
            "dpo",
            "dpo_since",
            "dpo_until",
            "representative",
        )
        labels = {
            "company_name": _("Company name"),
            "vat_id": _("VAT ID"),
            "registration_no": _("Registration number"),
            "address": _("Address"),
            "country": _("Country"),
            "contact": _("Contact for data protection"),
            "dpo": _("Data protection officer"),
            "dpo_since": _("Officer in office from"),
            "dpo_until": _("Officer in office until"),
            "representative": _("Representative in the EU"),
        }
        help_texts = {
            "company_name": _("As it is registered: it stands in every agreement."),
            "contact": _("A role and its e-mail address, rather than a person."),
            "dpo_until": _("After that day no officer is named. Empty: still in office."),
        }


class PlaceForm(EntryForm):
    """Where a service stores or processes data."""

    class Meta:
        model = Place
        formfield_callback = _field
        fields = ("service", "city", "country", "region", "tool", "safeguards", "since")
        labels = {
            "service": _("Service"),
            "city": _("City"),
            "country": _("Country"),
            "region": _("Accounts of which region"),
            "tool": _("Transfer tool"),
            "safeguards": _("Safeguards"),
            "since": _("First day"),
        }
        help_texts = {"service": _("Such as the database, backups or e-mail.")}


class SubProcessorForm(EntryForm):
    """A company that may process accounts' data. What was announced cannot be changed any more."""

    class Meta:
        model = SubProcessor
        formfield_callback = _field
        fields = (
            "legal_name",
            "address",
            "country",
            "contact",
            "service",
            "description",
            "data",
            "switchable",
            "parent",
            "replaces",
            "place_of_storage",
            "place_of_processing",
            "place_of_access",
            "tool",
            "evidence",
            "certificate",
            "checked_on",
            "contract",
            "diligence_on",
            "security",
            "reviewed_on",
            "provider",
        )
        labels = {
            "legal_name": _("Legal name"),
            "address": _("Registered address"),
            "country": _("Country of the company"),
            "contact": _("Contact"),
            "service": _("Service"),
            "description": _("What it does, and its limits"),
            "data": _("Which data"),
            "switchable": _("What an account can switch off"),
            "parent": _("Works for"),
            "replaces": _("Replaces"),
            "place_of_storage": _("Country of storage"),
            "place_of_processing": _("Country of processing"),
            "place_of_access": _("Country of remote access"),
            "tool": _("Transfer tool"),
            "evidence": _("What proves the tool"),
            "certificate": _("Certificate"),
            "checked_on": _("Transfer checked on"),
            "contract": _("Contract under Article 28(4)"),
            "diligence_on": _("Due diligence finished on"),
            "security": _("Evidence of its security"),
            "reviewed_on": _("Last review"),
            "provider": _("Name in the configuration"),
        }
        help_texts = {
            "contact": _("Name or role, position and e-mail address."),
            "switchable": _(
                "For the mail server: “e-mails about conversations”. Of others nothing, leave it empty."
            ),
            "parent": _("The sub-processor that it works for; empty if it works for us."),
            "replaces": _("It ends on the day before this one begins."),
            "certificate": _("Its id in the list of the framework."),
            "checked_on": _("Look again at least every 90 days."),
            "contract": _("Its reference, such as a number and a date."),
            "reviewed_on": _("At least once a year."),
            "provider": _("Such as the host of the mail server. A check compares it."),
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        replaces = self.fields["replaces"]
        assert isinstance(replaces, forms.ModelChoiceField)
        at_work = SubProcessor.objects.known_on(today).filter(ended_on=None)
        replaces.queryset = at_work.exclude(pk=self.instance.pk)
        if self.instance.standing(today) != Standing.DRAFT:
            replaces.queryset = SubProcessor.objects.all()
            for name in FIXED:
                self.fields[name].disabled = True


class MeasureForm(EntryForm):
    """What is done under one of the headings, by whom, and when it was tested."""

    class Meta:
        model = Measure
        formfield_callback = _field
        fields = ("text", "responsible", "tested_on")
        labels = {
            "text": _("Measure"),
            "responsible": _("Who answers for it"),
            "tested_on": _("Last test"),
        }
        help_texts = {"text": _("In English: it stands in the agreement as it is written here.")}


class AuthorityForm(EntryForm):
    """A public body, for further reading."""

    class Meta:
        model = Authority
        formfield_callback = _field
        fields = ("name", "address", "position")
        labels = {
            "name": _("Name"),
            "address": _("Web address"),
            "position": _("Place in the order"),
        }

    def clean_position(self) -> int:
        position: int = self.cleaned_data["position"]
        others = Authority.objects.exclude(pk=self.instance.pk)
        if others.filter(position=position, ended_on=None).exists():
            raise forms.ValidationError(_("Another entry has this place in the order."))
        return position


class EndForm(forms.Form):
    """On which day an entry ends."""

    last_day = forms.DateField(label=_("Last day"), widget=_day())


class AnnounceForm(forms.Form):
    """From when on a sub-processor is to work, and why sooner than in the days of notice."""

    effective_on = forms.DateField(
        label=_("First day of work"),
        widget=_day(),
        help_text=_("At least 30 days from now, so that owners can object."),
    )
    emergency = forms.CharField(
        label=_("Reason for less notice"),
        required=False,
        max_length=600,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Only to keep the service secure or available. The notice prints it."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"effective_on": today + NOTICE + timedelta(days=1)})
        super().__init__(*args, **kwargs)
