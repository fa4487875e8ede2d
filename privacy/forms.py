"""Forms of the privacy pages: checked input, no decisions."""

import re
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import CompanyForm
from accounts.models import User
from privacy.models import HistoryPolicy, Period, RestrictionGround

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class HistoryForm(forms.Form):
    """How long history is kept, among what the plan offers."""

    period = forms.ChoiceField(
        label=gettext_lazy("Keep conversations for"),
        help_text=gettext_lazy(
            "Counted from the last message. What is older is deleted every night, with its files "
            "and with visitors who are not known from anything else."
        ),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why nothing may be deleted"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Only for keeping everything: the law asks for a reason, and we ask again each year."
        ),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        policy: HistoryPolicy,
        choices: list[Period],
        now: Period,
    ) -> None:
        super().__init__(data, initial={"period": now.value, "reason": policy.reason})
        field = self.fields["period"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(period.value, period.label) for period in choices]
        if Period.UNLIMITED not in choices:
            del self.fields["reason"]


class PersonSearchForm(forms.Form):
    """Who is looked for."""

    q = forms.CharField(
        label=gettext_lazy("Name, e-mail, telephone or visitor number"),
        min_length=2,
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class RestrictForm(forms.Form):
    """Why data are kept and not used."""

    ground = forms.ChoiceField(
        label=gettext_lazy("Why the data are restricted"), choices=RestrictionGround.choices
    )


class CorrectForm(forms.Form):
    """What is known of a person, put right. An empty field is forgotten."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=255, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=255, required=False)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=50, required=False)


class EraseForm(forms.Form):
    """That an erasure, which nothing can undo, is wanted."""

    understood = forms.BooleanField(
        label=gettext_lazy("I understand that nothing can bring it back.")
    )


class CloseForm(forms.Form):
    """That an owner wants the account closed, and is who they are."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    understood = forms.BooleanField(
        label=gettext_lazy("I understand that everything is deleted at the end of the period.")
    )

    def __init__(self, data: QueryDict | None = None, *, user: User) -> None:
        super().__init__(data)
        self._user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self._user.check_password(password):
            raise forms.ValidationError(_("This is not your password."), code="wrong")
        return password


class HoldForm(forms.Form):
    """What is to stay, and why."""

    address = forms.CharField(
        label=gettext_lazy("Address of the conversation"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Open it in the inbox and copy the address of the page."),
    )
    is_whole_visitor = forms.BooleanField(
        label=gettext_lazy("Also all other conversations of this visitor"), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Such as the number of a court case. Whoever may open the settings can read it here."
        ),
    )

    def clean_address(self) -> UUID:
        found = _UUID.findall(self.cleaned_data["address"])
        if not found:
            raise forms.ValidationError(
                _("There is no conversation in this address. Copy it while one is open.")
            )
        return UUID(found[-1])


class FirstCompanyForm(CompanyForm):
    """What must be said of the company before the chat runs (S66); the rest can follow."""

    LATER = (
        "registration_no",
        "contact_name",
        "contact_email",
        "dpo_name",
        "dpo_email",
        "representative",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.LATER:
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        return {**super().clean(), **dict.fromkeys(self.LATER, "")}


class BoxesForm(forms.Form):
    """The three boxes of an owner, none of them ticked for them (S27, S35)."""

    dpa = forms.BooleanField(
        label=gettext_lazy("We accept the data processing agreement."),
        error_messages={"required": gettext_lazy("Without the agreement the chat cannot run.")},
    )
    terms = forms.BooleanField(
        label=gettext_lazy("We accept the Terms of Service."),
        error_messages={"required": gettext_lazy("Without the Terms the chat cannot run.")},
    )
    prohibited = forms.BooleanField(
        label=gettext_lazy("We will not use the chat for prohibited data."),
        error_messages={"required": gettext_lazy("Without this promise the chat cannot run.")},
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        self.fields["dpa"].help_text = _to_read("dpa", _("Read the data processing agreement"))
        self.fields["terms"].help_text = _to_read("terms", _("Read the Terms of Service"))


def _to_read(document: str, words: str) -> str:
    address = reverse("privacy_document", args=[document])
    return format_html('<a href="{}" target="_blank" rel="noopener">{}</a>', address, words)
