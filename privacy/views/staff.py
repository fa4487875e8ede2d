"""The console of the platform's staff: its registers and their trail. No account is entered here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import countries
from accounts.doors import StaffRequest, staff_view
from privacy import attention, objections, publications, registers, sub_processors, trail
from privacy.measures import HEADINGS
from privacy.models import (
    Authority,
    Measure,
    Place,
    PlatformIdentity,
    StaffEntry,
    Standing,
    SubProcessor,
)
from privacy.staff_forms import (
    AnnounceForm,
    AuthorityForm,
    EndForm,
    EntryForm,
    IdentityForm,
    MeasureForm,
    PlaceForm,
    SubProcessorForm,
)

ENTRIES_SHOWN = 100


@dataclass(frozen=True)
class Line:
    """An entry in the list of its register. `tone` is the badge's: "ok", "warn", "info" or ""."""

    entry: models.Model
    title: str
    text: str
    badge: str = ""
    tone: str = ""
    is_over: bool = False


@dataclass(frozen=True)
class Register:
    """A register of several entries, as the console shows it."""

    slug: str
    icon: str
    name: Promise
    text: Promise
    add: Promise
    model: type[models.Model]
    form: Callable[..., EntryForm]
    lines: Callable[[date], list[Line]]


def _place_lines(today: date) -> list[Line]:
    found = Place.objects.order_by("service", "city")
    lines = [
        Line(
            one,
            one.service,
            f"{one.city}, {countries.NAMES[one.country]}",
            *((_("Ended"), "") if one.until and one.until < today else (_("In use"), "ok")),
            is_over=bool(one.until and one.until < today),
        )
        for one in found
    ]
    return sorted(lines, key=lambda line: line.is_over)


_TONES = {Standing.ACTIVE: "ok", Standing.ANNOUNCED: "info", Standing.DRAFT: "warn"}
_GONE = {Standing.ENDED, Standing.DROPPED}


def _sub_processor_lines(today: date) -> list[Line]:
    lines = []
    for one in SubProcessor.objects.order_by("legal_name", "pk"):
        standing = one.standing(today)
        lines.append(
            Line(
                one,
                one.legal_name,
                f"{one.service} · {countries.NAMES[one.country]}",
                str(standing.label),
                _TONES.get(standing, ""),
                is_over=standing in _GONE,
            )
        )
    return sorted(lines, key=lambda line: line.is_over)


def _authority_lines(today: date) -> list[Line]:
    found = Authority.objects.order_by("ended_on", "position")
    lines = [
        Line(one, one.name, one.address, _("Ended") if one.ended_on else "", "", bool(one.ended_on))
        for one in found
    ]
    return sorted(lines, key=lambda line: line.is_over)


REGISTERS = {
    register.slug: register
    for register in (
        Register(
            "places",
            "map-pin",
            gettext_lazy("Places"),
            gettext_lazy("Where data of accounts are stored and processed, by service."),
            gettext_lazy("Add a place"),
            Place,
            PlaceForm,
            _place_lines,
        ),
        Register(
            "sub-processors",
            "building-2",
            gettext_lazy("Sub-processors"),
            gettext_lazy(
                "Companies that process data of accounts for us. Each is announced 30 days ahead."
            ),
            gettext_lazy("Draft a sub-processor"),
            SubProcessor,
            lambda *args, **kwargs: SubProcessorForm(*args, today=this_day(), **kwargs),
            _sub_processor_lines,
        ),
        Register(
            "authorities",
            "external-link",
            gettext_lazy("Authorities"),
            gettext_lazy("Public bodies that questions and answers refer to for further reading."),
            gettext_lazy("Add an authority"),
            Authority,
            AuthorityForm,
            _authority_lines,
        ),
    )
}


@require_safe
@staff_view
def staff_home(request: StaffRequest) -> HttpResponse:
    """What needs attention, and what was done last."""
    entries = list(StaffEntry.objects.order_by("-number")[:8])
    today = this_day()
    context = {
        "concerns": attention.concerns(today),
        "registers": [
            (register, sum(not line.is_over for line in register.lines(today)))
            for register in REGISTERS.values()
        ],
        "identity": PlatformIdentity.objects.first(),
        "measures": (Measure.objects.count(), len(HEADINGS)),
        "acts": acts_of(entries),
    }
    return console_page(request, "staff/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view
def staff_identity(request: StaffRequest) -> HttpResponse:
    """The company that runs the platform."""
    identity = PlatformIdentity.objects.first() or PlatformIdentity()
    form = IdentityForm(request.POST or None, instance=identity)
    if request.method == "POST" and form.is_valid():
        registers.write(form.instance, by=request.user)
        publish_documents(request)
        return redirect("staff_identity")
    context = {
        "form": form,
        "title": _("Identity"),
        "text": _("Who runs the platform. It stands in every agreement and every notice."),
        "acts": acts_of(trail.of(identity.pk), form),
    }
    return console_page(request, "staff/entry.html", context, form)


@require_safe
@staff_view
def staff_measures(request: StaffRequest) -> HttpResponse:
    """The headings of the security measures, filled or empty."""
    known = {one.position: one for one in Measure.objects.all()}
    measures = [(number, heading, known.get(number)) for number, heading in _headings()]
    return console_page(request, "staff/measures.html", {"measures": measures})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view
def staff_measure(request: StaffRequest, position: int) -> HttpResponse:
    """What stands under one heading."""
    heading = dict(_headings()).get(position)
    if heading is None:
        raise Http404
    known = Measure.objects.filter(position=position).first()
    measure = known or Measure(position=position)
    form = MeasureForm(request.POST or None, instance=measure)
    if request.method == "POST" and form.is_valid():
        registers.write(form.instance, by=request.user)
        publish_documents(request)
        return redirect("staff_measures")
    context = {
        "form": form,
        "title": heading,
        "title_language": "en",
        "back": ("staff_measures", _("Security measures")),
        "acts": acts_of(trail.of(measure.pk), form),
    }
    return console_page(request, "staff/entry.html", context, form)


@require_safe
@staff_view
def staff_register(request: StaffRequest, slug: str) -> HttpResponse:
    """All entries of a register, those that have ended last."""
    register = _register(slug)
    context = {"register": register, "lines": register.lines(this_day())}
    return console_page(request, "staff/register.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view
def staff_entry_new(request: StaffRequest, slug: str) -> HttpResponse:
    """Add an entry to a register."""
    register = _register(slug)
    form = register.form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entry = registers.write(form.instance, by=request.user)
        publish_documents(request)
        return redirect("staff_entry", slug, entry.pk)
    return _entry_page(request, register, form, title=str(register.add))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view
def staff_entry(request: StaffRequest, slug: str, entry_id: UUID) -> HttpResponse:
    """One entry: what it says, what can be done with it, and what was done."""
    register, entry = _register(slug), _entry(slug, entry_id)
    form = register.form(request.POST or None, instance=entry)
    if request.method == "POST" and form.is_valid():
        registers.write(form.instance, by=request.user)
        publish_documents(request)
        return redirect("staff_entry", slug, entry_id)
    return _entry_page(request, register, form)


@require_POST
@staff_view
def staff_entry_end(request: StaffRequest, slug: str, entry_id: UUID) -> HttpResponse:
    """End an entry on a day; it stays in the register."""
    form = EndForm(request.POST)
    return _act(
        request,
        slug,
        entry_id,
        form,
        "end_form",
        lambda entry: registers.end(entry, by=request.user, **form.cleaned_data),
    )


@require_POST
@staff_view
def staff_announce(request: StaffRequest, entry_id: UUID) -> HttpResponse:
    """Announce the sub-processor of a draft."""
    today = this_day()
    form = AnnounceForm(request.POST, today=today)
    return _act(
        request,
        "sub-processors",
        entry_id,
        form,
        "announce_form",
        lambda entry: sub_processors.announce(
            entry, by=request.user, today=today, **form.cleaned_data
        ),
    )


@require_POST
@staff_view
def staff_drop(request: StaffRequest, entry_id: UUID) -> HttpResponse:
    """Give up a draft, or a change that has not begun."""
    return _act(
        request,
        "sub-processors",
        entry_id,
        forms.Form(request.POST),
        "drop_form",
        lambda entry: objections.drop_change(entry, by=request.user, today=this_day()),
    )


@require_safe
@staff_view
def staff_trail(request: StaffRequest) -> HttpResponse:
    """Everything that staff did, newest first, and whether the chain holds."""
    pages = Paginator(StaffEntry.objects.order_by("-number"), ENTRIES_SHOWN)
    page = pages.get_page(request.GET.get("page"))
    context = {"page": page, "acts": acts_of(list(page.object_list)), "faults": trail.verify()}
    return console_page(request, "staff/trail.html", context)


def _act(
    request: StaffRequest,
    slug: str,
    entry_id: UUID,
    form: forms.Form,
    name: str,
    act: Callable[[Any], models.Model],
) -> HttpResponse:
    register, entry = _register(slug), _entry(slug, entry_id)
    if form.is_valid():
        try:
            act(entry)
        except ValidationError as error:
            named = hasattr(error, "error_dict") and set(error.error_dict) <= set(form.fields)
            form.add_error(None, error if named else error.messages)
        else:
            publish_documents(request)
            return redirect("staff_entry", slug, entry_id)
    return _entry_page(request, register, register.form(instance=entry), act_forms={name: form})


def _entry_page(
    request: StaffRequest,
    register: Register,
    form: EntryForm,
    *,
    title: str = "",
    act_forms: dict[str, forms.Form] | None = None,
) -> HttpResponse:
    today = this_day()
    entry, is_new = form.instance, form.instance._state.adding
    standing = entry.standing(today) if isinstance(entry, SubProcessor) else None
    is_over = not is_new and any(
        line.entry.pk == entry.pk and line.is_over for line in register.lines(today)
    )
    can_end = not (is_new or is_over or getattr(entry, "until", None))
    if standing:
        can_end = standing == Standing.ACTIVE and entry.ended_on is None
    context = {
        "register": register,
        "form": form,
        "entry": None if is_new else entry,
        "title": title or str(entry),
        "back": ("staff_register", register.name, register.slug),
        "standing": standing,
        "tone": _TONES.get(standing, "") if standing else "",
        "is_over": is_over,
        "lacks": [form.fields[name].label for name in entry.lacks()] if standing else [],
        "end_form": EndForm(initial={"last_day": today}) if can_end else None,
        "announce_form": AnnounceForm(today=today)
        if standing == Standing.DRAFT and not is_new
        else None,
        "can_drop": not is_new and standing in {Standing.DRAFT, Standing.ANNOUNCED},
        "acts": [] if is_new else acts_of(trail.of(entry.pk), form),
        **(act_forms or {}),
    }
    return console_page(request, "staff/entry.html", context, form, *(act_forms or {}).values())


def acts_of(
    entries: list[StaffEntry], form: forms.BaseForm | None = None
) -> list[dict[str, object]]:
    """Entries of the trail as people read them; fields are named as in the form."""
    names = trail.names(entries)
    return [
        {
            "entry": entry,
            "text": trail.EVENT_TEXTS.get(entry.event, entry.event),
            "who": names.get(entry.actor_id) if entry.actor_id else "",
            "kind": _kind(entry),
            "changes": [
                (_label(name, form), values)
                for name, values in (entry.details.get("fields") or {}).items()
                if entry.event == trail.Event.CHANGED
            ],
        }
        for entry in entries
    ]


def _kind(entry: StaffEntry) -> Promise | str:
    for register in REGISTERS.values():
        if register.model._meta.label == entry.target_kind:
            return register.name
    if entry.target_kind == PlatformIdentity._meta.label:
        return gettext_lazy("Identity")
    return gettext_lazy("Security measures") if entry.target_kind == Measure._meta.label else ""


def _label(name: str, form: forms.BaseForm | None) -> object:
    field = form.fields.get(name) if form else None
    return field.label if field else name.replace("_", " ")


def publish_documents(request: StaffRequest) -> None:
    """Bring the public documents up to date, and say so."""
    outcome = publications.publish()
    if outcome.published:
        messages.success(request, _("Saved. The public documents that it changes are published."))
    else:
        messages.success(request, _("Saved."))


def _headings() -> list[tuple[int, str]]:
    return list(enumerate(HEADINGS, 1))


def _register(slug: str) -> Register:
    if slug not in REGISTERS:
        raise Http404
    return REGISTERS[slug]


def _entry(slug: str, entry_id: UUID) -> models.Model:
    return get_object_or_404(_register(slug).model._default_manager.all(), pk=entry_id)


def this_day() -> date:
    return timezone.now().date()


def console_page(
    request: StaffRequest,
    template: str,
    context: dict[str, Any],
    *checked: forms.BaseForm,
) -> HttpResponse:
    is_refused = any(form.errors for form in _bound(checked))
    context["nav_registers"] = REGISTERS.values()
    return render(request, template, context, status=422 if is_refused else 200)


def _bound(checked: Sequence[forms.BaseForm]) -> list[forms.BaseForm]:
    return [form for form in checked if form.is_bound]
