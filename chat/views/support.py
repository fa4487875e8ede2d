"""What the platform's support reads of conversations in a session (S51). Nothing here changes anything,
no socket is opened, and files are named but not given out."""

from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.doors import MemberRequest, support_view
from chat import inbox, messages
from chat.models import AuthorKind, Message
from chat.refusals import RefusedError


@dataclass(frozen=True)
class Line:
    """A message, or something that happened. `files` are names and sizes in bytes."""

    message: Message
    author: str
    files: tuple[tuple[str, int], ...]


@require_safe
@never_cache
@support_view
def support_conversations(request: MemberRequest) -> HttpResponse:
    """The conversations by their times, without a word and a name of anybody who wrote: who is to be
    read has to be opened, and that is written down."""
    view = "closed" if request.GET.get("view") == "closed" else "all"
    try:
        found = inbox.page(view, member=request.membership, after=request.GET.get("after", ""))
    except RefusedError:
        raise Http404 from None
    context = {"view": view, "conversations": found.conversations, "after": found.next}
    return render(request, "chat/support_conversations.html", context)


@require_safe
@never_cache
@support_view
def support_conversation(request: MemberRequest, conversation_id: UUID) -> HttpResponse:
    """One conversation with its newest messages, or those before `before`."""
    try:
        conversation = inbox.find(conversation_id)
    except RefusedError:
        raise Http404 from None
    before = request.GET.get("before", "")
    if not (before.isascii() and before.isdigit() and len(before) <= 9):
        before = str(conversation.last_seq + 1)
    shown = messages.earlier(conversation, before=int(before))
    context = {
        "conversation": conversation,
        "lines": [_line(message) for message in shown],
        "before": shown[0].seq if shown and shown[0].seq > 1 else None,
    }
    return render(request, "chat/support_conversation.html", context)


def _line(message: Message) -> Line:
    author = ""
    if message.author_kind == AuthorKind.MEMBER:
        author = message.member.public_name or _("A member")
    elif message.author_kind == AuthorKind.VISITOR:
        author = _("Visitor")
    files = tuple((one.name, one.size) for one in message.attachments.all())
    return Line(message, author, files)
