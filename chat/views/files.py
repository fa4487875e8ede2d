"""Files on their way in from members, and out to whoever holds a signed address."""

from http import HTTPStatus

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from accounts import ratelimits
from accounts.doors import MemberRequest, agent_view, signed_view
from chat import files, projections, wire
from chat.files import Claim
from chat.refusals import RefusedError
from chat.views.inbox import refused


@require_POST
@agent_view
def upload(request: MemberRequest) -> HttpResponse:
    """Keep a member's file until they send it."""
    ratelimits.take(ratelimits.UPLOAD, str(request.membership.pk))
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile):
        return refused(RefusedError(wire.Refusal.INVALID))
    try:
        attachment = files.accept(sent, author=request.membership)
    except RefusedError as refusal:
        return refused(refusal)
    row = projections.attachment_row(attachment, side="agents")
    return JsonResponse(row.model_dump(mode="json"), status=HTTPStatus.CREATED)


@require_safe
@signed_view(Claim.read)
def download(request: HttpRequest, claim: Claim, name: str) -> HttpResponse:
    """The file of a signed address, as something to save and never as something to run (A33)."""
    attachment = files.claimed(claim)
    if attachment is None:
        raise Http404
    stored = attachment.thumbnail if claim.is_thumbnail else attachment.file
    try:
        # Read whole: it is bounded by MAX_UPLOAD_BYTES, and a stream would outlive the door.
        with stored.open("rb") as source:
            content = source.read()
    except (FileNotFoundError, ValueError):
        raise Http404 from None
    kind = "image/webp" if claim.is_thumbnail else attachment.content_type
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=attachment.name) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    # A copy in a cache would outlive the file and the address.
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
