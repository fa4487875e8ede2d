"""Forms of the request desk and of the public page of requests."""

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Language
from privacy.models.requests import Channel, Delay, Ground, LetterKind, RequestKind

_OFF = {"autocomplete": "off"}


class RequestForm(forms.Form):
    """What somebody asks for, and where they are reached."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What do you ask for?"),
        choices=RequestKind.choices,
        widget=forms.RadioSelect,
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=255,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy(
            "If you gave one in the chat, the same. We send a code to it, and later the answer."
        ),
    )
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    words = forms.CharField(
        label=gettext_lazy("Anything else we should know"),
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Such as when you wrote to us, or what is not right."),
    )


class CodeForm(forms.Form):
    """The code from the letter."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
        help_text=gettext_lazy("Six digits, from the e-mail that we sent you."),
    )


class EnterForm(forms.Form):
    """A request that reached a member in another way."""

    kind = forms.ChoiceField(label=gettext_lazy("What was asked for"), choices=RequestKind.choices)
    channel = forms.ChoiceField(
        label=gettext_lazy("How it came"),
        choices=[(one.value, one.label) for one in (Channel.EMAIL, Channel.AGENT)],
    )
    received_on = forms.DateField(
        label=gettext_lazy("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The clock of one month runs from this day (UTC)."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs=_OFF),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=255,
        required=False,
        widget=forms.EmailInput(attrs=_OFF),
        help_text=gettext_lazy("For a code that shows who asks, and for the answer."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the letters"), choices=Language.choices
    )
    words = forms.CharField(
        label=gettext_lazy("What was said"),
        max_length=4_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > timezone.now().astimezone(UTC).date():
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(told[name] for name in ("name", "email", "words")):
            self.add_error("name", _("Write down who asks, or at least what was said."))
        return told

    def received_at(self) -> datetime:
        """The moment from which the clock runs: the beginning of that day, in UTC."""
        return datetime.combine(self.cleaned_data["received_on"], time(), UTC)


class LetterForm(forms.Form):
    """A letter before it is sent."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    body = forms.CharField(
        label=gettext_lazy("Letter"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 16}),
    )
    delay = forms.ChoiceField(choices=Delay.choices, widget=forms.HiddenInput)
    ground = forms.ChoiceField(choices=Ground.choices, widget=forms.HiddenInput)

    def __init__(
        self, data: QueryDict | None, *, kind: LetterKind, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=initial)
        if kind != LetterKind.EXTENSION:
            del self.fields["delay"]
        if kind not in {LetterKind.REFUSAL, LetterKind.PARTLY}:
            del self.fields["ground"]
