"""The desk: requests of people about their data, in the order in which answers are due."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.declarations import Subject
from accounts.doors import MemberRequest, admin_view, stays_open
from privacy import (
    corrections,
    purposes,
    request_letters,
    request_proofs,
    requests,
    restrictions,
    subjects,
    suppressions,
    withdrawals,
)
from privacy.documents import rendering
from privacy.forms import CorrectForm, EraseForm, RestrictForm
from privacy.models import (
    Consent,
    ErasureReceipt,
    RequestDetails,
    RequestLetter,
    RequestReceipt,
    RestrictionGround,
    SubjectRequest,
)
from privacy.models.requests import (
    Channel,
    Delay,
    Ground,
    LetterKind,
    RequestKind,
    RequestState,
)
from privacy.request_forms import EnterForm, LetterForm
from privacy.tasks import build_copy, finish_erasures, send_request_letters

SHOWN = 50


@require_safe
@admin_view
def privacy_requests(request: MemberRequest) -> HttpResponse:
    """What is open, the next due first, and what was decided."""
    day = requests.today(timezone.now())
    opened = SubjectRequest.objects.open().soonest_first().select_related("taken_by")
    asking = {
        details.request_id: details.name or details.email
        for details in RequestDetails.objects.filter(request__in=opened)
    }
    done = SubjectRequest.objects.done().order_by("-decided_at").select_related("decided_by")
    context = {
        "open": [(one, one.days_left(day), asking.get(one.pk, "")) for one in opened],
        "done": done[:SHOWN],
        "public_address": request.build_absolute_uri(
            reverse("privacy_request_new", args=[request.account.public_key])
        ),
    }
    return render(request, "privacy/requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@stays_open
def privacy_request_enter(request: MemberRequest) -> HttpResponse:
    """Enter a request that came by e-mail, by letter, or in a conversation."""
    form = EnterForm(
        request.POST or None,
        initial={
            "language": request.account.language,
            "received_on": requests.today(timezone.now()),
        },
    )
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "privacy/request_enter.html", {"form": form}, status=status)
    said = form.cleaned_data
    entered = requests.receive(
        RequestKind(said["kind"]),
        Channel(said["channel"]),
        name=said["name"],
        email=said["email"],
        words=said["words"],
        language=said["language"],
        now=form.received_at(),
        by=request.membership,
    )
    messages.success(request, _("The request is registered."))
    return redirect("privacy_request", request.account.slug, entered.pk)


@require_safe
@admin_view
def privacy_request(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """One request: what was asked, what happened, and what is left to do."""
    return _page(request, _found(request_id), EraseForm())


@require_POST
@admin_view
@stays_open
def privacy_request_step(request: MemberRequest, request_id: UUID, step: str) -> HttpResponse:
    """One of the steps that need no words."""
    if step not in _STEPS:
        raise Http404
    try:
        _STEPS[step](request, _found(request_id))
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("privacy_request", request.account.slug, request_id)


def _ask(request: MemberRequest, one: SubjectRequest) -> None:
    requests.ask_identity(one, now=timezone.now(), by=request.membership)
    send_request_letters.after_commit(account_id=request.account.pk)
    messages.success(request, _("A code is on its way to the person."))


def _vouch(request: MemberRequest, one: SubjectRequest) -> None:
    requests.vouch(one, by=request.membership, now=timezone.now())


def _take(request: MemberRequest, one: SubjectRequest) -> None:
    requests.take(one, by=request.membership, now=timezone.now())


def _choose(request: MemberRequest, one: SubjectRequest) -> None:
    requests.choose(one, _person_id(request), by=request.membership)


def _drop(request: MemberRequest, one: SubjectRequest) -> None:
    requests.drop_choice(one, _person_id(request), by=request.membership)


def _copies(request: MemberRequest, one: SubjectRequest) -> None:
    for copy in requests.make_copies(one, by=request.membership):
        build_copy.after_commit(account_id=request.account.pk, copy_id=str(copy.pk))


def _note_objection(request: MemberRequest, one: SubjectRequest) -> None:
    if one.kind != RequestKind.OBJECTION:
        raise Http404
    suppressions.note(one, by=request.membership, now=timezone.now())
    messages.success(request, _("Noted. Now tell the person."))


def _withdraw(request: MemberRequest, one: SubjectRequest) -> None:
    if one.kind != RequestKind.WITHDRAWAL:
        raise Http404
    withdrawals.take_back_for(one, by=request.membership, now=timezone.now())
    messages.success(request, _("Withdrawn. Now tell the person."))


def _confirm_refusal(request: MemberRequest, one: SubjectRequest) -> None:
    is_alone = request.POST.get("is_alone") == "on"
    requests.confirm_refusal(one, by=request.membership, now=timezone.now(), is_alone=is_alone)
    send_request_letters.after_commit(account_id=request.account.pk)
    messages.success(request, _("Decided. The letter is on its way."))


def _drop_refusal(request: MemberRequest, one: SubjectRequest) -> None:
    requests.drop_refusal(one, by=request.membership)


_STEPS: dict[str, Callable[[MemberRequest, SubjectRequest], None]] = {
    "ask": _ask,
    "vouch": _vouch,
    "take": _take,
    "choose": _choose,
    "drop": _drop,
    "copies": _copies,
    "objection": _note_objection,
    "withdrawal": _withdraw,
    "confirm-refusal": _confirm_refusal,
    "drop-refusal": _drop_refusal,
}


@require_POST
@admin_view
@stays_open
def privacy_request_erase(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Erase the people whom the request is about, once it is confirmed that this is wanted."""
    one = _found(request_id)
    form = EraseForm(request.POST)
    if not form.is_valid():
        return _page(request, one, form)
    try:
        requests.erase_people(one, by=request.membership)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, one, form)
    finish_erasures.after_commit(account_id=request.account.pk)
    messages.success(request, _("Erased. Now tell the person."))
    return redirect("privacy_request", request.account.slug, request_id)


@require_POST
@admin_view
@stays_open
def privacy_request_restrict(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """Restrict the data of the people whom the request is about."""
    one = _found(request_id)
    if one.kind != RequestKind.RESTRICTION or one.is_done:
        raise Http404
    form = RestrictForm(request.POST)
    if not form.is_valid():
        return _page(request, one, EraseForm(), form)
    ground, now = RestrictionGround(form.cleaned_data["ground"]), timezone.now()
    try:
        restrictions.place_for(one, ground=ground, by=request.membership, now=now)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, one, EraseForm(), form)
    messages.success(request, _("Restricted. Now tell the person."))
    return redirect("privacy_request", request.account.slug, request_id)


@require_POST
@admin_view
@stays_open
def privacy_request_correct(
    request: MemberRequest, request_id: UUID, person_id: UUID
) -> HttpResponse:
    """Put right what is known of somebody whom the request is about."""
    one = _found(request_id)
    if one.kind != RequestKind.RECTIFICATION or one.is_done:
        raise Http404
    form = CorrectForm(request.POST, auto_id=_ids(person_id))
    if form.is_valid():
        try:
            changed = corrections.correct_for(
                one, person_id, form.cleaned_data, by=request.membership
            )
        except ValidationError as error:
            messages.error(request, error.messages[0])
        else:
            messages.success(
                request,
                _("Corrected. Now tell the person.") if changed else _("Nothing was changed."),
            )
        return redirect("privacy_request", request.account.slug, request_id)
    return _page(request, one, EraseForm(), correct={person_id: form})


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@stays_open
def privacy_request_letter(request: MemberRequest, request_id: UUID, kind: str) -> HttpResponse:
    """A letter: read over, changed, and sent with what it says."""
    one = _found(request_id)
    if kind not in LetterKind or kind == LetterKind.CODE:
        raise Http404
    letter = LetterKind(kind)
    if letter == LetterKind.LIFTING and not restrictions.of_request(one):
        raise Http404
    form = LetterForm(request.POST or None, kind=letter, initial=_initial(request, one, letter))
    if request.method == "POST" and form.is_valid():
        try:
            _carry_out(request, one, letter, form)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            send_request_letters.after_commit(account_id=request.account.pk)
            return redirect("privacy_request", request.account.slug, request_id)
    context = {
        "subject_request": one,
        "kind": letter,
        "form": form,
        "recipient": _recipient(one),
        "needs_second": letter in {LetterKind.REFUSAL, LetterKind.PARTLY},
        "copies": requests.copies_of(one) if letter == LetterKind.ANSWER else [],
    }
    status = 422 if form.errors else 200
    return render(request, "privacy/request_letter.html", context, status=status)


def _initial(request: MemberRequest, one: SubjectRequest, kind: LetterKind) -> dict[str, str]:
    delay = request.GET.get("delay", "")
    ground = request.GET.get("ground", "")
    draft = request_letters.draft(
        one,
        kind,
        request.account,
        delay=Delay(delay) if delay in Delay else None,
        ground=Ground(ground) if ground in Ground else None,
    )
    return {"subject": draft.subject, "body": draft.body, "delay": delay, "ground": ground}


def _carry_out(
    request: MemberRequest, one: SubjectRequest, kind: LetterKind, form: LetterForm
) -> None:
    said = form.cleaned_data
    words = {"subject": said["subject"], "body": said["body"]}
    now = timezone.now()
    match kind:
        case LetterKind.EXTENSION:
            requests.extend(one, Delay(said["delay"]), **words, by=request.membership, now=now)
            messages.success(request, _("There are two months more, and the person is told."))
        case LetterKind.REFUSAL | LetterKind.PARTLY:
            is_whole = kind == LetterKind.REFUSAL
            outcome = RequestState.REFUSED if is_whole else RequestState.PARTLY_REFUSED
            requests.propose_refusal(
                one, outcome, Ground(said["ground"]), **words, by=request.membership, now=now
            )
            messages.success(request, _("Proposed. A second member has to confirm it."))
        case LetterKind.LIFTING:
            restrictions.write_to(one, **words, by=request.membership, now=now)
            messages.success(
                request, _("The letter is on its way. After that the restriction can be lifted.")
            )
        case _:
            requests.answer(one, **words, by=request.membership, now=now)
            messages.success(request, _("Decided. The letter is on its way."))


@require_safe
@admin_view
def privacy_request_proof(request: MemberRequest, request_id: UUID) -> HttpResponse:
    """How the request ended, as a file: no word of who asked, and the number in the chain."""
    receipt = get_object_or_404(RequestReceipt, request_id=request_id)
    file = rendering.pdf(request_proofs.document(receipt, request.account))
    response = HttpResponse(file, content_type="application/pdf")
    reference = request_proofs.reference(receipt)
    response["Content-Disposition"] = f'attachment; filename="{reference}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _page(
    request: MemberRequest,
    one: SubjectRequest,
    form: EraseForm,
    restrict: RestrictForm | None = None,
    correct: dict[UUID, CorrectForm] | None = None,
) -> HttpResponse:
    restrict = restrict or RestrictForm()
    wrong = correct or {}
    found = requests.copies_of(one)
    is_objection = one.kind == RequestKind.OBJECTION
    context = {
        "subject_request": one,
        "days_left": one.days_left(requests.today(timezone.now())),
        "details": RequestDetails.objects.filter(request=one).first(),
        "people": [_named(pk) for pk in requests.chosen_ids(one)],
        "candidates": [_named(person.pk) for person in requests.candidates(one)],
        "copies": found,
        "is_waiting": any(not (copy.finished_at or copy.failed_at) for copy in found),
        "wants_copy": one.kind in requests.WITH_COPY,
        "restrict_form": restrict,
        "correct_forms": _correct_forms(one, wrong),
        "corrected": corrections.made_for(one),
        "restricted": restrictions.of_request(one),
        "agreed": _agreed(one),
        "objects_as": len(suppressions.keys_of_request(one)) if is_objection else 0,
        "is_suppressed": is_objection and suppressions.covers(one),
        "letters": RequestLetter.objects.filter(request=one).order_by("-id"),
        "erased": [ErasureReceipt(pk=UUID(pk)).reference for pk in one.erasures],
        "delays": Delay.choices,
        "grounds": Ground.choices,
        "may_confirm": one.proposed and one.proposed_by_id != request.membership.pk,
        "is_alone": not requests.has_second(request.membership),
        "form": form,
        "receipt": RequestReceipt.objects.filter(request_id=one.pk).first(),
    }
    status = 422 if form.errors or restrict.errors or wrong else 200
    return render(request, "privacy/request.html", context, status=status)


def _agreed(one: SubjectRequest) -> list[tuple[str, Consent]]:
    """What those whom a withdrawal is about agree to, with the names of the purposes."""
    if one.kind != RequestKind.WITHDRAWAL:
        return []
    names = purposes.names(one.account_id)
    standing = withdrawals.standing_for(one, timezone.now())
    return [(names.get(consent.purpose_id, ""), consent) for consent in standing]


def _correct_forms(
    one: SubjectRequest, wrong: dict[UUID, CorrectForm]
) -> list[tuple[dict[str, object], CorrectForm]]:
    """For each person whom a request for correction is about, what is known of them."""
    if one.kind != RequestKind.RECTIFICATION:
        return []
    found = [subjects.find(Subject.VISITOR, pk) for pk in requests.chosen_ids(one)]
    return [
        (
            _named(person.pk),
            wrong.get(person.pk)
            or CorrectForm(initial=corrections.values(person), auto_id=_ids(person.pk)),
        )
        for person in found
        if person is not None
    ]


def _ids(person_id: UUID) -> str:
    """Ids of fields, of which several people may have each one."""
    return f"correct-{person_id}-%s"


def _named(person_id: UUID) -> dict[str, object]:
    """The person as the page shows them; nothing but the id once they are gone."""
    person = subjects.find(Subject.VISITOR, person_id)
    if person is None:
        return {"id": person_id, "is_gone": True}
    said, number = subjects.names(Subject.VISITOR, person)
    return {"id": person_id, "said": said, "number": number}


def _recipient(one: SubjectRequest) -> str:
    details = RequestDetails.objects.filter(request=one).first()
    return details.email if details else ""


def _person_id(request: MemberRequest) -> UUID:
    try:
        return UUID(request.POST.get("person", ""))
    except ValueError as error:
        raise Http404 from error


def _found(request_id: UUID) -> SubjectRequest:
    known = SubjectRequest.objects.select_related("taken_by", "proposed_by", "decided_by")
    return get_object_or_404(known, pk=request_id)
