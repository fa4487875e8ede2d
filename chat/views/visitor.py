"""What a visitor's frame asks over HTTP: files in, earlier messages, a new ticket."""

from http import HTTPStatus
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import ratelimits
from accounts.addresses import client_address
from chat import blocked_addresses, doors, files, identity, messages, projections, visitors, wire
from chat.doors import EmbedRequest, VisitorRequest, embed_view, visitor_view
from chat.models import Conversation
from chat.refusals import RefusedError
from chat.views.inbox import refused


@require_POST
@never_cache
@visitor_view
def upload(request: VisitorRequest) -> HttpResponse:
    """Keep a visitor's file until they send it."""
    ratelimits.take(ratelimits.UPLOAD, request.account.pk.hex, request.visitor_id)
    ratelimits.take(ratelimits.UPLOAD_FROM, client_address(request))
    visitor = visitors.find(request.visitor_id)
    if (visitor and visitor.blocked_at) or blocked_addresses.is_blocked(client_address(request)):
        return refused(RefusedError(wire.Refusal.BLOCKED))
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        return refused(RefusedError(wire.Refusal.INVALID))
    try:
        attachment = files.accept(sent, author=request.visitor_id)
    except RefusedError as refusal:
        return refused(refusal)
    row = projections.attachment_row(attachment, side="visitor")
    return JsonResponse(row.model_dump(mode="json"), status=HTTPStatus.CREATED)


@require_GET
@never_cache
@visitor_view
def earlier(request: VisitorRequest) -> HttpResponse:
    """The messages before `before` of a conversation of this visitor's own (A16)."""
    before = request.GET.get("before", "")
    try:
        conversation_id = UUID(request.GET.get("conversation", ""))
    except ValueError:
        return refused(RefusedError(wire.Refusal.INVALID))
    if not (before.isascii() and before.isdigit() and len(before) <= 9):
        return refused(RefusedError(wire.Refusal.INVALID))
    conversation = Conversation.objects.filter(
        pk=conversation_id, visitor__public_id=request.visitor_id
    ).first()
    if conversation is None:
        return refused(RefusedError(wire.Refusal.NOT_FOUND))
    found = messages.earlier(conversation, before=int(before))
    return JsonResponse(
        {
            "messages": [
                projections.message_row(message, side="visitor").model_dump(mode="json")
                for message in found
            ],
            "has_earlier": bool(found) and found[0].seq > 1,
        }
    )


@require_POST
@never_cache
@embed_view
def ticket(request: EmbedRequest) -> HttpResponse:
    """A new ticket for the frame's site, in exchange for one that is not older than two weeks."""
    old = request.headers.get(doors.TICKET_HEADER)
    site = identity.read_ticket(request.account, old, renewing=True)
    if site is None or not doors.comes_from_the_frame(request):
        return refused(RefusedError(wire.Refusal.NOT_ALLOWED))
    return JsonResponse({"ticket": identity.ticket(request.account, site)})
