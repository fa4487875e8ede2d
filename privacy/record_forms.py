"""Forms of the record of processing and of the impact assessment."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from privacy.assessments import RISK_WORDS, SCREENING_WORDS, TEXTS, Question
from privacy.documents.record import Activity
from privacy.models.records import LONGEST, OwnActivity, RecordNotes

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


def _text(
    label: "StrPromise | str",
    help_text: "StrPromise | str" = "",
    *,
    required: bool = True,
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        required=required,
        max_length=LONGEST,
        widget=forms.Textarea({"rows": 2}),
    )


class ActivityForm(forms.Form):
    """An activity of the account's own: everything that Art. 30(1) asks for."""

    title = forms.CharField(label=_("Name of the activity"), max_length=160)
    purposes = _text(_("Purposes"))
    subjects = _text(_("Whose data"), _("For example customers, or applicants."))
    categories = _text(_("Which data"))
    recipients = _text(_("Recipients"))
    transfers = _text(
        _("Transfers to third countries"),
        _("The country and what the transfer rests on, or that there is none."),
    )
    limits = _text(_("When the data are erased"))
    measures = _text(_("Security measures"))

    @classmethod
    def of(cls, one: OwnActivity) -> "ActivityForm":
        """The form, filled in with what the activity says."""
        return cls(initial={field.name: getattr(one, field.name) for field in fields(Activity)})


class NotesForm(forms.Form):
    """What else the account says in its record."""

    joint_controllers = _text(
        _("Joint controllers"),
        _("Companies with whom you decide together why data are processed (Art. 26 GDPR)."),
        required=False,
    )
    remarks = _text(_("Remarks"), _("They stay when the record is computed anew."), required=False)

    @classmethod
    def of(cls, one: RecordNotes) -> "NotesForm":
        """The form, filled in with what was said."""
        return cls(initial={"joint_controllers": one.joint_controllers, "remarks": one.remarks})


class AssessmentForm(forms.Form):
    """The questions of an impact assessment, filled in with the answers so far. None is required: an
    assessment grows."""

    def __init__(
        self,
        transfers: Sequence[Question],
        answers: Mapping[str, str],
        data: QueryDict | None = None,
    ) -> None:
        super().__init__(data, initial={_name(key): text for key, text in answers.items()})
        self._keys: dict[str, str] = {}
        for key, (label, help_text) in SCREENING_WORDS.items():
            self._add(key, _choice(label, _YES_NO, help_text))
        for question in TEXTS:
            self._add(question.key, _text(question.label, question.help, required=False))
        for key, label in RISK_WORDS.items():
            self._add(f"risk:{key}", _choice(label, _LEVELS))
        for question in transfers:
            self._add(question.key, _text(question.label, question.help, required=False))

    def _add(self, key: str, field: forms.Field) -> None:
        self.fields[_name(key)] = field
        self._keys[_name(key)] = key

    def _part(self, beginning: str) -> list[forms.BoundField]:
        return [self[name] for name, key in self._keys.items() if key.startswith(beginning)]

    @property
    def screening(self) -> list[forms.BoundField]:
        return [self[_name(key)] for key in SCREENING_WORDS]

    @property
    def texts(self) -> list[forms.BoundField]:
        return [self[_name(question.key)] for question in TEXTS]

    @property
    def risks(self) -> list[forms.BoundField]:
        return self._part("risk:")

    @property
    def transfers(self) -> list[forms.BoundField]:
        return self._part("transfer:")

    def answers(self) -> dict[str, str]:
        """What was answered, by the names of the questions."""
        return {key: self.cleaned_data[name] for name, key in self._keys.items()}


_YES_NO = [("", _("Not answered yet")), ("no", _("No")), ("yes", _("Yes"))]
_LEVELS = [
    ("", _("Not answered yet")),
    ("low", _("Low")),
    ("medium", _("Medium")),
    ("high", _("High")),
]


def _choice(
    label: "StrPromise | str",
    choices: list[tuple[str, "StrPromise"]],
    help_text: "StrPromise | str" = "",
) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, help_text=help_text, required=False)


def _name(key: str) -> str:
    """A name for a field that any page may carry: names of companies are anything."""
    kind, _colon, what = key.partition(":")
    return f"{kind}-{what.encode().hex()}" if what else kind
