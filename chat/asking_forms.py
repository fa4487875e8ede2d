"""Forms of the page on which an admin decides what visitors are asked."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Language
from chat import article9, asking
from chat.asking import MAX_OPTIONS, MAX_RECIPIENTS, Spec
from chat.forms import SWITCH
from chat.models import FieldKind, FieldMode, FormField, FormSettings

_WORDS = 120


def _mode(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=FieldMode.choices)


class FormSettingsForm(forms.Form):
    """Both forms, without the account's own fields."""

    asks_before_chat = forms.BooleanField(
        label=gettext_lazy("Ask before the chat begins"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy(
            "The form opens after the visitor’s first message and sends both together."
        ),
    )
    prechat_name = _mode(gettext_lazy("Name"))
    prechat_email = _mode(gettext_lazy("E-mail"))
    prechat_phone = _mode(gettext_lazy("Phone"))
    offline_name = _mode(gettext_lazy("Name"))
    offline_phone = _mode(gettext_lazy("Phone"))
    mails_offline_messages = forms.BooleanField(
        label=gettext_lazy("Send these messages by e-mail too"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy("Off: they are in the inbox only."),
    )
    offline_recipients = forms.CharField(
        label=gettext_lazy("Addresses"),
        required=False,
        max_length=3_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "One address in each line. Empty: the owners and admins of this account."
        ),
    )
    requires_acknowledgement = forms.BooleanField(
        label=gettext_lazy("Visitors must tick that they have read the privacy notice"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy(
            "Before their first message. It proves that they were told and is not a consent."
        ),
    )

    def __init__(self, data: Any = None, *, settings: FormSettings) -> None:
        initial = {name: getattr(settings, name) for name in self.base_fields}
        initial["offline_recipients"] = "\n".join(settings.offline_recipients)
        super().__init__(data, initial=initial)
        # The page has forms of its own between these fields, and forms do not nest.
        for field in self.fields.values():
            field.widget.attrs["form"] = "forms"

    def clean_offline_recipients(self) -> list[str]:
        """The addresses, each once."""
        text = self.cleaned_data["offline_recipients"].replace(",", "\n")
        found = dict.fromkeys(line.strip().lower() for line in text.splitlines() if line.strip())
        for address in found:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(
                    _("“%(address)s” is not an e-mail address.") % {"address": address}
                ) from None
        if len(found) > MAX_RECIPIENTS:
            raise ValidationError(_("At most %d addresses.") % MAX_RECIPIENTS)
        return list(found)


class FieldForm(forms.Form):
    """A field of the account's own."""

    label = forms.CharField(
        label=gettext_lazy("Question"),
        max_length=_WORDS,
        help_text=gettext_lazy("As visitors read it, for example “Order number”."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind of answer"), choices=FieldKind.choices)
    options = forms.CharField(
        label=gettext_lazy("Answers to choose from"),
        required=False,
        max_length=MAX_OPTIONS * (_WORDS + 2),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One in each line. Only for a choice from a list."),
    )
    placeholder = forms.CharField(
        label=gettext_lazy("Hint in the empty field"), required=False, max_length=_WORDS
    )
    is_required = forms.BooleanField(
        label=gettext_lazy("Visitors must answer"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
    )

    def __init__(self, data: Any = None, *, field: FormField | None = None) -> None:
        initial = {}
        if field:
            initial = {name: getattr(field, name) for name in self.base_fields}
            initial["options"] = "\n".join(field.options)
            initial |= {f"label_{one}": text for one, text in field.labels.items()}
        super().__init__(data, initial=initial)
        for language in Language:
            name = f"label_{language.value}"
            self.fields[name] = forms.CharField(
                label=language.label,
                required=False,
                max_length=_WORDS,
                widget=forms.TextInput(attrs={"lang": language.value}),
            )
        self.translations = [self[f"label_{language.value}"] for language in Language]

    @property
    def has_translations(self) -> bool:
        """Whether the other languages stand open: something is in them, or wrong with them."""
        return any(bound.value() or bound.errors for bound in self.translations)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        lines = [line.strip() for line in cleaned.get("options", "").splitlines()]
        options = list(dict.fromkeys(line for line in lines if line))
        if cleaned.get("kind") != FieldKind.SELECT:
            options = []
        elif len(options) < 2:
            self.add_error("options", _("Write at least two answers."))
        elif len(options) > MAX_OPTIONS or any(len(one) > _WORDS for one in options):
            text = _("At most %(count)d answers of at most %(length)d characters.")
            self.add_error("options", text % {"count": MAX_OPTIONS, "length": _WORDS})
        cleaned["options"] = options
        if "label" in cleaned:
            for place, text in self.spec.texts():
                found = article9.find(text)
                if found and place not in self.errors:
                    self.add_error(place, _why_forbidden(found))
        return cleaned

    @property
    def spec(self) -> Spec:
        """The field as it was described."""
        given = self.cleaned_data
        labels = {one.value: given.get(f"label_{one.value}", "") for one in Language}
        return Spec(
            kind=FieldKind(given.get("kind", FieldKind.TEXT)),
            label=given["label"],
            labels={language: text for language, text in labels.items() if text},
            placeholder=given.get("placeholder", ""),
            options=given.get("options", []),
            is_required=given.get("is_required", False),
        )


def key_for(label: str, taken: Collection[str]) -> str:
    """A key that the form does not have yet, made of the label's letters."""
    base = slugify(label).replace("-", "_").strip("_")[:30].lstrip("0123456789_") or "field"
    for number in range(1, asking.MAX_FIELDS + 3):
        key = base if number == 1 else f"{base}_{number}"
        if key not in taken and key not in asking.RESERVED:
            return key
    raise AssertionError("a form has fewer fields than there are numbers")


def _why_forbidden(found: article9.Found) -> str:
    if not found.number:
        text = _(
            "“%(word)s” asks for payment data, which your agreement with us keeps out of the chat. "
            "Take payments in your checkout, and leave this out here."
        )
    else:
        text = _(
            "“%(word)s” asks for data that Article %(number)d GDPR protects. Leave it out here, or "
            "ask for it on a page that is made for such data."
        )
    return text % {"word": found.word, "number": found.number}
