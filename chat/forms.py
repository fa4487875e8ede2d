"""Forms of the chat's settings: checked input, no decisions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import time
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chat import chat_settings, office_hours
from chat.groups import MAX_NAME
from chat.models import ChatSettings
from chat.office_hours import MAX_PER_DAY, Interval
from chat.technical import Kind

SWITCH = {"class": "switch", "role": "switch"}


@dataclass
class Row:
    """Two times as they were typed, and what is wrong with them."""

    opens: str = ""
    closes: str = ""
    error: str = ""


@dataclass
class Day:
    """A weekday of the form."""

    weekday: int
    name: str | Promise
    rows: list[Row] = field(default_factory=list)

    @property
    def may_grow(self) -> bool:
        return len(self.rows) < MAX_PER_DAY


class OfficeHoursForm(forms.Form):
    """The week, the time zone, and whether they count.

    A day's times arrive as lists, `opens_<weekday>` and `closes_<weekday>`. Rows left empty are
    no hours. What was typed is shown again as it was, whatever is wrong with it.
    """

    keeps_office_hours = forms.BooleanField(
        label=gettext_lazy("Keep office hours"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy(
            "Outside them visitors are told that nobody is there and can leave a message."
        ),
    )
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"list": "time-zones", "autocomplete": "off", "spellcheck": "false"}
        ),
        help_text=gettext_lazy("Type the name of a large city near you and choose from the list."),
    )

    def __init__(
        self, data: QueryDict | None = None, *, week: Iterable[Interval] = (), **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        self.intervals: list[Interval] = []
        self.days = [Day(weekday, name) for weekday, name in WEEKDAYS.items()]
        if data is not None:
            for day in self.days:
                opens = data.getlist(f"opens_{day.weekday}")
                closes = data.getlist(f"closes_{day.weekday}")
                pairs = list(zip(opens, closes, strict=False))
                day.rows = [Row(opened.strip(), closed.strip()) for opened, closed in pairs][
                    :MAX_PER_DAY
                ]
        else:
            for interval in week:
                self.days[interval.weekday].rows.append(
                    Row(f"{interval.opens_at:%H:%M}", f"{interval.closes_at:%H:%M}")
                )

    def add_row(self, weekday: str) -> None:
        """Another pair of times for a day; for a first one, hours as many keep them."""
        for day in self._days_named(weekday):
            day.rows.append(Row() if day.rows else Row("09:00", "17:00"))

    def remove_row(self, place: str) -> None:
        """Take away a pair of times. `place`: weekday and position, as in "0-1"."""
        weekday, _dash, position = place.partition("-")
        for day in self._days_named(weekday):
            if position in map(str, range(len(day.rows))):
                del day.rows[int(position)]

    def copy_to_workdays(self, weekday: str) -> None:
        """Give Monday to Friday the hours of this day."""
        for source in self._days_named(weekday):
            for day in self.days[:5]:
                day.rows = [Row(row.opens, row.closes) for row in source.rows]

    def clean_time_zone(self) -> str:
        given: str = self.cleaned_data["time_zone"].strip().replace(" ", "_")
        for name in office_hours.time_zones():
            if name.casefold() == given.casefold():
                return name
        raise forms.ValidationError(_("Choose a time zone from the list, such as Europe/Prague."))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.intervals = [interval for day in self.days for interval in _intervals(day)]
        if any(row.error for day in self.days for row in day.rows):
            raise forms.ValidationError(_("Some hours need another look. Nothing is saved yet."))
        if cleaned.get("keeps_office_hours") and not self.intervals:
            raise forms.ValidationError(
                _("Add the hours of at least one day, or switch office hours off.")
            )
        return cleaned

    def _days_named(self, weekday: str) -> list[Day]:
        return [day for day in self.days if str(day.weekday) == weekday]


def _intervals(day: Day) -> list[Interval]:
    """The intervals of a day; rows that make none get the reason written on them."""
    found: list[Interval] = []
    for row in day.rows:
        if not row.opens and not row.closes:
            continue
        opens_at, closes_at = _time(row.opens), _time(row.closes)
        if not row.opens or not row.closes:
            row.error = _("Fill in both times, or none.")
        elif opens_at is None or closes_at is None:
            row.error = _("Write times like 09:00.")
        else:
            interval = Interval(day.weekday, opens_at, closes_at)
            clash = next((other for other in found if interval.overlaps(other)), None)
            if not interval.ends:
                row.error = _(
                    "It has to close after it opens. For hours past midnight, close at 00:00 and "
                    "go on with the next day."
                )
            elif clash:
                row.error = _("This overlaps with %(opens)s to %(closes)s.") % {
                    "opens": f"{clash.opens_at:%H:%M}",
                    "closes": f"{clash.closes_at:%H:%M}",
                }
            else:
                found.append(interval)
    return found


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


class GroupForm(forms.Form):
    """A group's name. `group_id` keeps the fields of several forms on a page apart."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=MAX_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "off", "class": "input"}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        initial: dict[str, str] | None = None,
        group_id: UUID | None = None,
    ) -> None:
        super().__init__(data, initial=initial, auto_id=f"group-{group_id or 'new'}-%s")


class MailSettingsForm(forms.Form):
    """When e-mails are written, and on whose request transcripts."""

    mail_agents_after_minutes = forms.TypedChoiceField(
        label=gettext_lazy("Tell agents about a visitor who waits"),
        coerce=int,
        help_text=gettext_lazy(
            "The e-mail goes to the agent whose conversation it is, or else to everybody who is "
            "available."
        ),
    )
    mails_agents_links_only = forms.BooleanField(
        label=gettext_lazy("Send agents a link only"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy(
            "What the visitor wrote then stays here and is not sent through anybody's mailbox."
        ),
    )
    mails_answers_to_visitors = forms.BooleanField(
        label=gettext_lazy("Send answers to visitors who have left"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy(
            "Only to those who gave an e-mail address and have not read the answer in the chat."
        ),
    )
    agents_may_send_transcripts = forms.BooleanField(
        label=gettext_lazy("Agents may send transcripts"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy("From the conversation, to an address that they enter."),
    )
    visitors_may_request_transcripts = forms.BooleanField(
        label=gettext_lazy("Visitors may ask for transcripts"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy("They can have their conversation sent to an address of theirs."),
    )

    def __init__(self, data: QueryDict | None = None, *, settings: ChatSettings) -> None:
        super().__init__(data, initial=forms.model_to_dict(settings))
        # A value that is not on offer any more stays as it is until somebody chooses another.
        minutes = {*chat_settings.MINUTES_TO_CHOOSE, settings.mail_agents_after_minutes} - {0}
        choice = self.fields["mail_agents_after_minutes"]
        assert isinstance(choice, forms.TypedChoiceField)
        choice.choices = [
            *(
                (one, ngettext("After %d minute", "After %d minutes", one) % one)
                for one in sorted(minutes)
            ),
            (0, _("Never")),
        ]


class TechnicalDataForm(forms.Form):
    """A switch for each kind of technical data, named as `chat.technical.Kind` names it."""

    pages = forms.BooleanField(
        label=gettext_lazy("Pages of the visit"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy(
            "Addresses and titles of your pages that the visitor opens. They are gone 30 minutes "
            "after the visit and never in the database."
        ),
    )
    device = forms.BooleanField(
        label=gettext_lazy("Kind of device"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy("Computer, tablet or phone."),
    )
    browser = forms.BooleanField(
        label=gettext_lazy("Browser"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy("Its name without the version."),
    )
    os = forms.BooleanField(
        label=gettext_lazy("Operating system"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy("Its name without the version."),
    )
    screen = forms.BooleanField(
        label=gettext_lazy("Size of the screen"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy(
            "Width and height, as in 1920 × 1080. Read when the visitor sends the first message, never "
            "before."
        ),
    )
    referrer = forms.BooleanField(
        label=gettext_lazy("Where they came from"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy(
            "The site with the link to yours, as in https://search.example, without page and query. "
            "Known if the chat is opened on the page where the visitor arrives, gone 30 minutes after "
            "the visit and never in the database."
        ),
    )
    language = forms.BooleanField(
        label=gettext_lazy("Language"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy(
            "The one in which the visitor reads your site. Without it, e-mails to visitors are in "
            "the language of your account."
        ),
    )
    location = forms.BooleanField(
        label=gettext_lazy("Location"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy(
            "The time zone that the browser tells. Agents see the visitor's local time and the "
            "country of that zone. It is never looked up from an IP address."
        ),
    )
    ip_address = forms.BooleanField(
        label=gettext_lazy("Store IP addresses"),
        required=False,
        widget=forms.CheckboxInput(attrs=SWITCH),
        help_text=gettext_lazy(
            "The address from which a visitor begins a conversation; of IPv6, the network only."
        ),
    )

    def __init__(self, data: QueryDict | None = None, *, collected: Collection[Kind] = ()) -> None:
        super().__init__(data, initial={kind: kind in collected for kind in Kind})

    @property
    def usual(self) -> list[forms.BoundField]:
        """The switches that are on unless somebody turns them off."""
        return [field for field in self if field.name != Kind.IP_ADDRESS]

    @property
    def kinds(self) -> frozenset[Kind]:
        """What was chosen, after `is_valid`."""
        return frozenset(kind for kind in Kind if self.cleaned_data[kind])
