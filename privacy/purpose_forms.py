"""Forms of the pages about purposes and consents: checked input, no decisions."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Language
from privacy.consents import Wanted
from privacy.models import ConsentState, LegalBasis, PurposeCategory, PurposeVersion
from privacy.purposes import Words

SUPPORT_ONLY, ALSO_FURTHER = "support", "further"


class PurposesForm(forms.Form):
    """What the chat is used for, and why answering visitors is lawful (S38, S39)."""

    scope = forms.ChoiceField(
        label=gettext_lazy("What do you use the data of your visitors for?"),
        choices=[
            (SUPPORT_ONLY, gettext_lazy("Only to answer them")),
            (ALSO_FURTHER, gettext_lazy("Also for something else, such as a newsletter")),
        ],
        widget=forms.RadioSelect,
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("Why you may answer them"),
        choices=[
            (
                LegalBasis.CONTRACT.value,
                gettext_lazy("They are customers, or ask before they buy: Art. 6(1)(b) GDPR"),
            ),
            (
                LegalBasis.INTEREST.value,
                gettext_lazy("You have a legitimate interest: Art. 6(1)(f) GDPR"),
            ),
        ],
        widget=forms.RadioSelect,
    )
    interest = forms.CharField(
        label=gettext_lazy("Your legitimate interest"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Only for Art. 6(1)(f), and then in words, such as “to answer questions of people who "
            "visit our site”. Visitors read it in your privacy policy."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needs_words = cleaned.get("basis") == LegalBasis.INTEREST
        if needs_words and not cleaned.get("interest") and "interest" not in self.errors:
            self.add_error("interest", _("Put the interest in words."))
        return cleaned


class FurtherForm(forms.Form):
    """A further purpose: its sort, how long a consent counts, and the words of its box in each
    language. The account's language is needed; of another one all three fields or none."""

    category = forms.ChoiceField(
        label=gettext_lazy("What sort of purpose it is"),
        choices=[one for one in PurposeCategory.choices if one[0] != PurposeCategory.SERVICE],
    )
    months_valid = forms.TypedChoiceField(
        label=gettext_lazy("How long a consent counts"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", gettext_lazy("Until it is withdrawn")),
            ("6", gettext_lazy("6 months")),
            ("12", gettext_lazy("1 year")),
            ("24", gettext_lazy("2 years")),
        ],
        help_text=gettext_lazy("After that the box has to be ticked anew."),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        language: str,
        version: PurposeVersion | None = None,
    ) -> None:
        texts = version.texts if version else {}
        initial = {
            f"{name}_{spoken}": value
            for spoken, said in texts.items()
            for name, value in said.items()
        }
        if version:
            initial |= {
                "category": version.category,
                "months_valid": str(version.months_valid or ""),
            }
        super().__init__(data, initial=initial)
        self.language = language
        self.languages = sorted(Language.values, key=lambda one: one != language)
        for spoken in self.languages:
            self._add_words(spoken, is_required=spoken == language)

    def _add_words(self, spoken: str, *, is_required: bool) -> None:
        self.fields[f"title_{spoken}"] = forms.CharField(
            label=_("Name of the purpose"),
            max_length=60,
            required=is_required,
            help_text=_("Such as “Newsletter”."),
        )
        self.fields[f"text_{spoken}"] = forms.CharField(
            label=_("What visitors agree to"),
            max_length=400,
            required=is_required,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("One sentence in their words, such as “Send me the newsletter by e-mail.”"),
        )
        self.fields[f"data_{spoken}"] = forms.CharField(
            label=_("Which data you use for it"),
            max_length=200,
            required=is_required,
            help_text=_("Such as “your name and e-mail address”."),
        )
        for name in ("title", "text", "data"):
            self.fields[f"{name}_{spoken}"].widget.attrs["lang"] = spoken

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for spoken in self.languages:
            names = [f"{name}_{spoken}" for name in ("title", "text", "data")]
            given = [name for name in names if cleaned.get(name)]
            if spoken == self.language or not given:
                continue
            for name in names:
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Fill in all three of a language, or none."))
        return cleaned

    @property
    def texts(self) -> Mapping[str, Words]:
        """The words by language. Of a checked form."""
        cleaned = self.cleaned_data
        return {
            spoken: Words(*(cleaned[f"{name}_{spoken}"] for name in ("title", "text", "data")))
            for spoken in self.languages
            if cleaned.get(f"title_{spoken}")
        }

    def by_language(self) -> Iterator[tuple[str, str, bool, list[forms.BoundField]]]:
        """For the page: each language with its name, whether it is needed, and its fields."""
        for spoken in self.languages:
            bound = [self[f"{name}_{spoken}"] for name in ("title", "text", "data")]
            yield spoken, str(Language(spoken).label), spoken == self.language, bound


class ConsentFilterForm(forms.Form):
    """Which consents somebody wants to see; empty means all."""

    purpose = forms.ChoiceField(label=gettext_lazy("Purpose"), required=False)
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[("", gettext_lazy("All")), *ConsentState.choices],
    )
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, purposes: Mapping[UUID, str]) -> None:
        super().__init__(data)
        field = self.fields["purpose"]
        assert isinstance(field, forms.ChoiceField)
        named = [(str(pk), name) for pk, name in purposes.items()]
        field.choices = [("", _("All")), *named]

    @property
    def wanted(self) -> Wanted:
        """What a checked form asks for."""
        purpose, state = self.cleaned_data["purpose"], self.cleaned_data["state"]
        return Wanted(UUID(purpose) if purpose else None, ConsentState(state) if state else None)
