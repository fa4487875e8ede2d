"""Settings: what is kept of one person: found, handed over, erased."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.declarations import Subject
from accounts.doors import MemberRequest, admin_view, signed_view, stays_open
from privacy import (
    copies,
    corrections,
    erasures,
    purges,
    restrictions,
    subjects,
    suppressions,
)
from privacy.copies import Claim
from privacy.forms import CorrectForm, EraseForm, PersonSearchForm, RestrictForm
from privacy.models import Erasure, ErasureReceipt, Restriction, RestrictionGround, SubjectCopy
from privacy.tasks import build_copy, finish_erasures

SHOWN = 50


@require_safe
@admin_view
def privacy_people(request: MemberRequest) -> HttpResponse:
    """Look for a person, and the last erasures. With the id of a conversation: its visitor."""
    if conversation := request.GET.get("conversation"):
        return redirect("privacy_person", request.account.slug, _visitor_of(conversation))
    form = PersonSearchForm(request.GET if "q" in request.GET else None)
    found = None
    if form.is_bound and form.is_valid():
        found = subjects.search(Subject.VISITOR, form.cleaned_data["q"], SHOWN + 1)
    context = {
        "form": form,
        "found": None if found is None else [_named(one) for one in found[:SHOWN]],
        "has_more": found is not None and len(found) > SHOWN,
        "receipts": ErasureReceipt.objects.order_by("-pk")[:10],
        "unfinished": Erasure.objects.count(),
        "restricted": _restricted(),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "privacy/people.html", context, status=status)


@require_safe
@admin_view
def privacy_person(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """What is kept of one person, with a copy to hand over and the way to erase it."""
    return _page(request, _person(person_id), EraseForm())


@require_POST
@admin_view
@stays_open
def privacy_person_copy(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Have a copy made."""
    person = _person(person_id)
    try:
        copy = copies.ask(person.pk, account_id=request.account.pk, by=request.membership)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        build_copy.after_commit(account_id=request.account.pk, copy_id=str(copy.pk))
        messages.success(request, _("The copy is being made. It appears here in a moment."))
    return redirect("privacy_person", request.account.slug, person_id)


@require_safe
@admin_view
def privacy_person_copies(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """The copies alone, for the page that waits for one."""
    return render(request, "privacy/_copies.html", _copies(_person(person_id)))


@require_safe
@admin_view
def privacy_copy(request: MemberRequest, copy_id: UUID) -> HttpResponseBase:
    """The file of a copy."""
    return _file(copies.fetch(copy_id))


@require_safe
@signed_view(Claim.read)
def copy(request: HttpRequest, claim: Claim) -> HttpResponseBase:
    """The file of a copy, for the person themselves: by a signed address, for some minutes."""
    return _file(copies.fetch(claim.copy_id))


def _file(found: SubjectCopy | None) -> HttpResponseBase:
    if found is None:
        raise Http404
    response = FileResponse(
        found.file.open(), as_attachment=True, filename=f"data-{found.requested_at:%Y-%m-%d}.zip"
    )
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
@admin_view
@stays_open
def privacy_person_erase(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Erase the person, once it is confirmed that this is wanted."""
    person = _person(person_id)
    form = EraseForm(request.POST)
    if not form.is_valid():
        return _page(request, person, form)
    try:
        erasures.erase(
            Subject.VISITOR, person, account_id=request.account.pk, by=request.membership
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, person, form)
    finish_erasures.after_commit(account_id=request.account.pk)
    messages.success(
        request, _("Erased. The receipt appears below as soon as the last file is gone.")
    )
    return redirect("privacy_people", request.account.slug)


@require_POST
@admin_view
@stays_open
def privacy_person_objection(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Note that the person objected, or with `is_lifted` that they took it back (Art. 21)."""
    person = _person(person_id)
    keys, target = suppressions.keys_of(person), ("visitor", person.pk)
    if request.POST.get("is_lifted"):
        suppressions.lift(keys, by=request.membership, target=target)
        messages.success(request, _("The objection is taken back."))
    else:
        suppressions.add(keys, by=request.membership, target=target, now=timezone.now())
        messages.success(request, _("Noted. It counts from now on."))
    return redirect("privacy_person", request.account.slug, person_id)


@require_POST
@admin_view
@stays_open
def privacy_person_correct(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Put right what is known of the person (Art. 16)."""
    person = _person(person_id)
    form = CorrectForm(request.POST)
    if form.is_valid():
        try:
            changed = corrections.correct(person.pk, form.cleaned_data, by=request.membership)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Corrected.") if changed else _("Nothing was changed."))
            return redirect("privacy_person", request.account.slug, person_id)
    return _page(request, person, EraseForm(), correct=form)


@require_POST
@admin_view
@stays_open
def privacy_person_restrict(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Keep the person's data, and use them no more (Art. 18)."""
    person = _person(person_id)
    form = RestrictForm(request.POST)
    if not form.is_valid():
        return _page(request, person, EraseForm(), form)
    ground = RestrictionGround(form.cleaned_data["ground"])
    restrictions.place([person.pk], ground=ground, by=request.membership, now=timezone.now())
    messages.success(request, _("Restricted. The conversations are out of the inbox."))
    return redirect("privacy_person", request.account.slug, person_id)


@require_POST
@admin_view
@stays_open
def privacy_person_told(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Note that the person was told that the restriction is going to end (Art. 18(3))."""
    restrictions.tell(_restriction(person_id), by=request.membership, now=timezone.now())
    messages.success(request, _("Noted. The restriction can be lifted now."))
    return redirect("privacy_person", request.account.slug, person_id)


@require_POST
@admin_view
@stays_open
def privacy_person_lift(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """End the restriction, once the person was told."""
    try:
        restrictions.lift(_restriction(person_id), by=request.membership, now=timezone.now())
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, _("Lifted. The conversations are in the inbox again."))
    return redirect("privacy_person", request.account.slug, person_id)


def _restriction(person_id: UUID) -> Restriction:
    found = restrictions.of(_person(person_id).pk)
    if found is None:
        raise Http404
    return found


def _page(
    request: MemberRequest,
    person: Model,
    form: EraseForm,
    restrict: RestrictForm | None = None,
    correct: CorrectForm | None = None,
) -> HttpResponse:
    restrict = restrict or RestrictForm()
    correct = correct or CorrectForm(initial=corrections.values(person))
    restriction = restrictions.of(person.pk)
    context = {
        "person": _named(person),
        "facts": subjects.own_facts(Subject.VISITOR, person),
        "counts": subjects.counts(Subject.VISITOR, person),
        "is_held": erasures.is_held(Subject.VISITOR, person),
        "objected_at": suppressions.since(suppressions.keys_of(person)),
        "kept": subjects.root(Subject.VISITOR).kept,
        "form": form,
        "restriction": restriction,
        "is_told": restriction is not None and restrictions.is_told(restriction),
        "is_reachable": restriction is not None and restrictions.is_reachable(restriction),
        "restrict_form": restrict,
        "correct_form": correct,
        **_copies(person),
    }
    status = 422 if form.errors or restrict.errors or correct.errors else 200
    return render(request, "privacy/person.html", context, status=status)


def _copies(person: Model) -> dict[str, object]:
    found = copies.of(person.pk)
    is_waiting = any(not (one.finished_at or one.failed_at) for one in found)
    return {"person_id": person.pk, "copies": found, "is_waiting": is_waiting}


def _person(person_id: UUID) -> Model:
    person = subjects.find(Subject.VISITOR, person_id)
    if person is None:
        raise Http404
    return person


def _visitor_of(conversation: str) -> UUID:
    try:
        found = purges.holdable(UUID(conversation), is_whole_visitor=True)
    except ValueError as error:
        raise Http404 from error
    if found is None:
        raise Http404
    return found[1]


def _restricted() -> list[tuple[Restriction, dict[str, object]]]:
    found = [
        (one, subjects.find(Subject.VISITOR, one.subject_id)) for one in restrictions.standing()
    ]
    return [(one, _named(person)) for one, person in found if person is not None]


def _named(person: Model) -> dict[str, object]:
    """The person as a list shows them: what they say of themselves, else their number."""
    said, number = subjects.names(Subject.VISITOR, person)
    return {"id": person.pk, "said": said, "number": number}
