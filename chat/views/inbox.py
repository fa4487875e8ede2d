"""The inbox: one page, and what it asks for afterwards."""

import json
from functools import cache
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import audit
from accounts.doors import MemberRequest, agent_view
from chat import chat_settings, inbox, messages, projections, revisions, wire
from chat.models import AuthorKind
from chat.refusals import RefusedError

TEXTS = Path(__file__).resolve().parent.parent / "texts"


@require_GET
@never_cache
@agent_view
def page(request: MemberRequest) -> HttpResponse:
    """The inbox with its first list in it, so that it shows without another request."""
    # The revision first: what changes while the rest is read is asked for again, not lost.
    rev = revisions.head(request.account.pk)
    waiting = inbox.page("waiting", member=request.membership)
    load = {
        "rev": rev,
        "me": inbox.me(request.membership).model_dump(mode="json"),
        "colleagues": _rows(inbox.colleagues(request.membership)),
        "counts": inbox.counts(request.membership).model_dump(mode="json"),
        "view": "waiting",
        "conversations": _rows(waiting.conversations),
        "next": waiting.next,
    }
    return render(
        request, "chat/inbox.html", {"bootstrap": {"load": load, **_surroundings(request)}}
    )


def _surroundings(request: MemberRequest) -> dict[str, object]:
    """What the island needs to know of the page around it."""
    slug = request.account.slug
    language = get_language() or settings.LANGUAGE_CODE
    home = reverse("inbox", args=[slug])
    return {
        "account": {
            "name": request.account.name,
            "slug": slug,
            "time_zone": request.account.time_zone,
        },
        "language": language,
        "texts": texts(language),
        "wants_sound": request.membership.wants_sound,
        "may_send_transcripts": chat_settings.allows_transcript(
            request.account, side=AuthorKind.MEMBER
        ),
        "max_upload": settings.MAX_UPLOAD_BYTES,
        "csrf": get_token(request),
        "socket": f"{settings.SOCKET_URL}/ws/inbox/{slug}/",
        "urls": {
            "inbox": home,
            "conversations": reverse("inbox_conversations", args=[slug]),
            "files": reverse("member_files", args=[slug]),
            "preferences": f"/app/{slug}/preferences/",
            # What is kept of a visitor is for those who may hand it over and erase it.
            "people": reverse("privacy_people", args=[slug])
            if request.membership.can_manage
            else "",
        },
    }


@cache
def texts(language: str) -> dict[str, object]:
    """The inbox's words in this language."""
    tree: dict[str, object] = json.loads((TEXTS / f"{language}.json").read_text("utf-8"))
    return tree


@require_GET
@never_cache
@agent_view
def conversations(request: MemberRequest) -> HttpResponse:
    """A page of a list or of what a search found."""
    try:
        found = inbox.page(
            request.GET.get("view", "all"),
            member=request.membership,
            query=request.GET.get("q", ""),
            after=request.GET.get("after", ""),
        )
    except RefusedError as refusal:
        return refused(refusal)
    return JsonResponse(
        {
            "conversations": _rows(found.conversations),
            "next": found.next,
            "counts": inbox.counts(request.membership).model_dump(mode="json"),
        }
    )


@require_GET
@never_cache
@agent_view
def conversation(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """One conversation with its newest messages."""
    try:
        thread = inbox.thread(conversation_id)
    except RefusedError as refusal:
        return refused(refusal)
    # Who looked at what is part of the trail (S52).
    target = ("conversation", conversation_id)
    audit.looked(request.membership, audit.Event.CONVERSATION_READ, target)
    return JsonResponse(thread.model_dump(mode="json"))


@require_GET
@never_cache
@agent_view
def earlier(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """The messages before `before`."""
    before = request.GET.get("before", "")
    if not (before.isascii() and before.isdigit() and len(before) <= 9):
        return refused(RefusedError(wire.Refusal.INVALID))
    try:
        found = messages.earlier(inbox.find(conversation_id), before=int(before))
    except RefusedError as refusal:
        return refused(refusal)
    target = ("conversation", conversation_id)
    audit.looked(request.membership, audit.Event.CONVERSATION_READ, target)
    return JsonResponse(
        {
            "messages": _rows(
                [projections.message_row(message, side="agents") for message in found]
            ),
            "has_earlier": bool(found) and found[0].seq > 1,
        }
    )


_STATUS = {
    wire.Refusal.NOT_FOUND: HTTPStatus.NOT_FOUND,
    wire.Refusal.NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    wire.Refusal.BLOCKED: HTTPStatus.FORBIDDEN,
    wire.Refusal.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    wire.Refusal.CLOSED: HTTPStatus.CONFLICT,
}


def refused(refusal: RefusedError) -> JsonResponse:
    """The refusal as JSON: `{"error": code}`."""
    status = _STATUS.get(refusal.code, HTTPStatus.BAD_REQUEST)
    return JsonResponse({"error": refusal.code.value}, status=status)


def _rows(
    rows: list[wire.ColleagueRow] | list[wire.ConversationRow] | list[wire.MessageRow],
) -> list[dict[str, object]]:
    return [row.model_dump(mode="json") for row in rows]
