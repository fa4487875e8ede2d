"""Forms of the record of processing and of the impact assessment."""

from dataclasses import fields
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from privacy.documents.record import Activity
from privacy.models.records import LONGEST, OwnActivity, RecordNotes

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


def _text(
    label: "StrPromise", help_text: "StrPromise | str" = "", *, required: bool = True
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
