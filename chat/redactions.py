"""Taking content back: one message, or one file of one (S25).

The words, the file and its small picture go for good, and with them whatever is made from the row:
search, previews, letters that wait to be sent. What stays is the place in the conversation, when it
was emptied, and for agents by whom.
"""

from uuid import UUID

from django.utils import timezone

from accounts import audit
from accounts.models import Membership, Role
from chat import conversations, files, wire
from chat.events import Event
from chat.locking import locked
from chat.models import Conversation, Message
from chat.projections import Said
from chat.refusals import RefusedError
from privacy import holds


def redact(
    conversation: Conversation,
    *,
    message_id: UUID,
    attachment_id: UUID | None = None,
    by: Membership,
) -> Event | None:
    """Empty a message, or take one file off it. None when it is empty already.

    Owners and admins may in every conversation, agents in those that are theirs. Raises
    RefusedError: NOT_ALLOWED for others, and while a legal hold or a restriction says that it
    stays; NOT_FOUND for a conversation of another account, a message or file that is not in it, and
    an event.
    """
    now = locked(conversation.pk)
    if now.account_id != by.account_id:
        raise RefusedError(wire.Refusal.NOT_FOUND)
    if by.role == Role.AGENT and now.assignee_id != by.pk:
        raise RefusedError(wire.Refusal.NOT_ALLOWED)
    if now.restricted_at or {now.pk, now.visitor_id} & holds.held():
        raise RefusedError(wire.Refusal.NOT_ALLOWED)
    message = (
        Message.objects.select_related("visitor", "member")
        .filter(conversation=now, pk=message_id, event__isnull=True)
        .first()
    )
    if message is None:
        raise RefusedError(wire.Refusal.NOT_FOUND)
    attachments = list(message.attachments.all())
    going = [one for one in attachments if attachment_id in {None, one.pk}]
    if attachment_id and not going:
        raise RefusedError(wire.Refusal.NOT_FOUND)
    if not going and not message.body:
        return None
    left = [one for one in attachments if one not in going]
    for attachment in going:
        files.delete(attachment)
    _empty(now, message, keeps_words=attachment_id is not None, by=by)
    audit.record(
        now.account_id,
        audit.Event.CONTENT_REDACTED,
        by=by,
        target=("conversation", now.pk),
        written_by=message.author_kind,
        what="message" if attachment_id is None else "file",
        files=len(going),
    )
    return conversations.touch(wire.Change.REDACTED, now, Said(message, left))


def _empty(
    conversation: Conversation, message: Message, *, keeps_words: bool, by: Membership
) -> None:
    if not keeps_words:
        message.body, message.is_masked = "", False
    message.redacted_at, message.redacted_by = timezone.now(), by
    # So that a device which was away is sent the message again.
    message.version = conversation.version + 1
    message.save(update_fields=["body", "is_masked", "redacted_at", "redacted_by", "version"])
