"""What a visitor's frame asks about the visitor's own data: see, copy, correct, erase (R8, Art. 15-20
GDPR). Blocking takes away the chat, not these rights, so nobody is asked whether they are blocked.

Refusals are `{"error": code}`: those of `wire.Refusal`, and `held` while a legal hold stands.
"""

import json
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import ratelimits
from accounts.addresses import client_address
from accounts.declarations import Subject
from chat import own_consents, own_data, presence, visitors, wire
from chat.doors import EmbedRequest, VisitorRequest, embed_view, visitor_view
from chat.masking import mask
from chat.refusals import RefusedError
from chat.text import storable
from chat.views.inbox import refused
from privacy import consents, copies, erasures, requests, restrictions
from privacy.models import Erasure, ErasureReceipt
from privacy.models.requests import Channel, RequestKind
from privacy.tasks import build_copy, finish_erasures

MAX_BODY = 20_000
MAX_WORDS = 4_000
MAX_ADDRESS = 255

BY_PEOPLE = frozenset(
    {
        RequestKind.RESTRICTION,
        RequestKind.OBJECTION,
        RequestKind.PORTABILITY,
        RequestKind.RECTIFICATION,
        RequestKind.ERASURE,
    }
)
"""What a person has to decide: also a correction of something that others wrote, and an erasure that
a legal hold stands in the way of."""


def _language(request: EmbedRequest) -> str:
    """That of the frame, from `?lang=`, else the account's."""
    try:
        return translation.get_supported_language_variant(request.GET.get("lang", "")[:35])
    except LookupError:
        return request.account.language


def _count(request: VisitorRequest) -> None:
    ratelimits.take(ratelimits.OWN_DATA, request.account.pk.hex, request.visitor_id)


@require_GET
@never_cache
@visitor_view
def show(request: VisitorRequest) -> HttpResponse:
    """Everything that is kept of this visitor (`own_data.OwnData`)."""
    _count(request)
    language = _language(request)
    with translation.override(language):
        return JsonResponse(own_data.told(request.account, request.visitor_id, language))


@require_POST
@never_cache
@visitor_view
def correct(request: VisitorRequest) -> HttpResponse:
    """Put right what the visitor says of themselves: `name`, `email`, `phone`; empty forgets."""
    _count(request)
    said = _json(request)
    visitor = visitors.find(request.visitor_id)
    if visitor is None:
        return refused(RefusedError(wire.Refusal.NOT_FOUND))
    wanted = {name: said[name] for name in ("name", "email", "phone") if name in said}
    if not all(isinstance(value, str) for value in wanted.values()):
        return refused(RefusedError(wire.Refusal.INVALID))
    try:
        visitors.identify(visitor, **wanted)
    except RefusedError as refusal:
        return refused(refusal)
    visitor.refresh_from_db()
    return JsonResponse({name: getattr(visitor, name) for name in ("name", "email", "phone")})


@require_POST
@never_cache
@visitor_view
def ask_copy(request: VisitorRequest) -> HttpResponse:
    """Have a copy made; one that is being made already is that one."""
    _count(request)
    visitor = visitors.find(request.visitor_id)
    if visitor is None:
        return refused(RefusedError(wire.Refusal.NOT_FOUND))
    known = own_data.own_copies(visitor)
    copy = next((one for one in known if not (one.finished_at or one.failed_at)), None)
    if copy is None:
        ratelimits.take(ratelimits.OWN_COPY, request.account.pk.hex, request.visitor_id)
        copy = copies.ask(visitor.pk, account_id=request.account.pk, by=None)
        build_copy.after_commit(
            account_id=request.account.pk, copy_id=str(copy.pk), language=_language(request)
        )
    return JsonResponse(own_data.copy_row(copy), status=HTTPStatus.ACCEPTED)


@require_GET
@never_cache
@visitor_view
def copy(request: VisitorRequest, copy_id: UUID) -> HttpResponse:
    """How far a copy of the visitor's own is."""
    _count(request)
    visitor = visitors.find(request.visitor_id)
    known = own_data.own_copies(visitor) if visitor else []
    found = next((one for one in known if one.pk == copy_id), None)
    if found is None:
        return refused(RefusedError(wire.Refusal.NOT_FOUND))
    return JsonResponse(own_data.copy_row(found))


@require_POST
@never_cache
@visitor_view
def agree(request: VisitorRequest, purpose_id: UUID) -> HttpResponse:
    """Agree to a purpose, as the box of this `version` says it. `changed`: its words are others by
    now. Answers with `own_consents.Decisions`."""
    _count(request)
    version = _json(request).get("version")
    if not isinstance(version, str):
        return refused(RefusedError(wire.Refusal.INVALID))
    visitor = visitors.find(request.visitor_id)
    if visitor is None:
        return refused(RefusedError(wire.Refusal.NOT_FOUND))
    language = _language(request)
    try:
        own_consents.give(
            visitor, purpose_id, version=version, language=language, site=request.site
        )
    except ValidationError as error:
        if error.code not in {"changed", "ended"}:
            raise
        return JsonResponse({"error": "changed"}, status=HTTPStatus.CONFLICT)
    return JsonResponse(own_consents.told(visitor, language))


@require_POST
@never_cache
@visitor_view
def withdraw(request: VisitorRequest, purpose_id: UUID) -> HttpResponse:
    """Take back a consent, as easily as it was given (Art. 7(3) GDPR). Twice is once. Answers with
    `own_consents.Decisions`."""
    _count(request)
    visitor = visitors.find(request.visitor_id)
    if visitor is None or consents.withdraw(visitor.pk, purpose_id) is None:
        return refused(RefusedError(wire.Refusal.NOT_FOUND))
    return JsonResponse(own_consents.told(visitor, _language(request)))


@require_GET
@never_cache
@visitor_view
def consent_receipt(request: VisitorRequest, record_id: UUID) -> HttpResponse:
    """The receipt of a decision of the visitor's own (`own_consents.ReceiptRow`)."""
    _count(request)
    visitor = visitors.find(request.visitor_id)
    found = own_consents.receipt(visitor, record_id) if visitor else None
    if found is None:
        return refused(RefusedError(wire.Refusal.NOT_FOUND))
    return JsonResponse(found)


@require_POST
@never_cache
@visitor_view
def use_again(request: VisitorRequest) -> HttpResponse:
    """End the restriction that the visitor asked for (Art. 18 GDPR). Twice is once."""
    _count(request)
    visitor = visitors.find(request.visitor_id)
    if visitor is None:
        return refused(RefusedError(wire.Refusal.NOT_FOUND))
    restrictions.take_back(visitor.pk, now=timezone.now())
    return JsonResponse({"restricted_at": None})


@require_POST
@never_cache
@visitor_view
def request_more(request: VisitorRequest) -> HttpResponse:
    """Ask people for what cannot be done here: `kind` (of `RequestKind`), `words`, and `email` for the
    answer. The signed number is the proof. Answers with the day by which there is an answer."""
    said = _json(request)
    kind, words, email = said.get("kind"), said.get("words"), said.get("email")
    if not (isinstance(kind, str) and isinstance(words, str) and isinstance(email, str)):
        return refused(RefusedError(wire.Refusal.INVALID))
    if kind not in BY_PEOPLE:
        return refused(RefusedError(wire.Refusal.INVALID))
    words, email = storable(words).strip(), storable(email).strip()
    if len(words) > MAX_WORDS or not _is_address(email):
        return refused(RefusedError(wire.Refusal.INVALID))
    visitor = visitors.find(request.visitor_id)
    if visitor is None:
        return refused(RefusedError(wire.Refusal.NOT_FOUND))
    ratelimits.take(ratelimits.OWN_REQUEST, request.account.pk.hex, request.visitor_id)
    received = requests.receive(
        RequestKind(kind),
        Channel.WIDGET,
        subject_id=visitor.pk,
        name=visitor.name,
        email=email,
        words=mask(words),
        language=_language(request),
        now=timezone.now(),
    )
    return JsonResponse({"due_on": received.due_on.isoformat()}, status=HTTPStatus.CREATED)


@require_POST
@never_cache
@visitor_view
def erase(request: VisitorRequest) -> HttpResponse:
    """Delete everything, once it is said that this is wanted (`{"confirmed": true}`). Answers with
    the id of the receipt; null for somebody of whom only the visit was known."""
    _count(request)
    if _json(request).get("confirmed") is not True:
        return refused(RefusedError(wire.Refusal.INVALID))
    visitor = visitors.find(request.visitor_id)
    if visitor is None:
        presence.forget_visitor(request.account.pk, request.visitor_id)
        return JsonResponse({"receipt_id": None})
    try:
        receipt_id = erasures.erase(
            Subject.VISITOR, visitor, account_id=request.account.pk, by=None
        )
    except ValidationError as error:
        code = "held" if error.code == "held" else wire.Refusal.NOT_FOUND.value
        return JsonResponse({"error": code}, status=HTTPStatus.CONFLICT)
    finish_erasures.after_commit(account_id=request.account.pk)
    return JsonResponse({"receipt_id": str(receipt_id)}, status=HTTPStatus.ACCEPTED)


@require_GET
@never_cache
@embed_view
def receipt(request: EmbedRequest, receipt_id: UUID) -> HttpResponse:
    """The receipt of an erasure, for whoever knows its number; 202 until the last of it is reached.
    It tells of nobody, so it needs no proof, which the person has no longer."""
    ratelimits.take(ratelimits.RECEIPT, client_address(request))
    found = ErasureReceipt.objects.filter(pk=receipt_id).first()
    if found:
        with translation.override(_language(request)):
            return JsonResponse(own_data.receipt_row(request.account, found))
    if Erasure.objects.filter(receipt_id=receipt_id).exists():
        return JsonResponse({"id": str(receipt_id)}, status=HTTPStatus.ACCEPTED)
    return refused(RefusedError(wire.Refusal.NOT_FOUND))


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= MAX_ADDRESS


def _json(request: VisitorRequest) -> dict[str, Any]:
    """The body as a JSON object; empty for anything else."""
    if len(request.body) > MAX_BODY:
        return {}
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
