"""Verbs of messages."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.utils import timezone

from chat import asking, conversations, events, letters, projections, revisions, telemetry, wire
from chat.asking import Filed
from chat.authors import Author
from chat.events import Event
from chat.files import MAX_PER_MESSAGE
from chat.locking import locked
from chat.masking import mask
from chat.models import Attachment, Conversation, ConversationState, Message
from chat.projections import Said
from chat.refusals import RefusedError
from chat.text import is_blank, storable

_POST = """
    INSERT INTO chat_message
        (id, account_id, conversation_id, seq, version, client_id, author_kind, author_key,
         visitor_id, member_id, body, is_masked, event, sent_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, NULL, %s)
    ON CONFLICT (account_id, author_key, client_id) DO NOTHING
"""


def post(
    conversation: Conversation,
    *,
    author: Author,
    body: str,
    client_id: UUID,
    attachments: Sequence[UUID] = (),
    filed: Filed | None = None,
) -> Event:
    """Append a message. Posting the same client id again, from any device and also after the
    conversation was closed, stores and tells nothing and returns the first one as it stands.

    Card and bank account numbers of a visitor are hidden before anything is stored (S25). A
    member's first answer takes a conversation that nobody has. `attachments` are files that the
    same author uploaded and has not sent. `filed`: the form that the visitor sent with it; its
    answers go to the conversation, and an offline message is marked as one.

    Raises RefusedError: EMPTY, TOO_LONG (8,000 characters), INVALID (more than five files),
    NOT_FOUND (a file, or a conversation that the author has no part in), CLOSED, BLOCKED.
    """
    body = storable(body).strip()
    if is_blank(body) and not attachments:
        raise RefusedError(wire.Refusal.EMPTY)
    if len(body) > wire.MAX_BODY:
        raise RefusedError(wire.Refusal.TOO_LONG)
    written = body
    if author.visitor:
        body = mask(body)
    wanted = list(dict.fromkeys(attachments))
    if len(wanted) > MAX_PER_MESSAGE:
        raise RefusedError(wire.Refusal.INVALID)

    now = locked(conversation.pk)
    conversations.require_part(now, author)
    files = _unsent(wanted, author) if wanted else []
    if refusal := _refusal(now, author, wanted, files):
        # A message sent again is answered as before, whatever has happened since.
        if earlier := posted(author, client_id):
            return earlier
        raise RefusedError(refusal)

    last = now.last_seq
    joins = author.member is not None and now.assignee_id is None
    is_left = filed is not None and filed.is_offline
    message = Message(
        account_id=now.account_id,
        conversation=now,
        seq=last + 2 if joins or is_left else last + 1,
        version=now.version + 1,
        client_id=client_id,
        body=body,
        is_masked=body != written,
        sent_at=timezone.now(),
        **author.columns(),
    )
    if not _insert(message):
        found = posted(author, client_id)
        assert found is not None, "the conflict was with a message of this author"
        return found
    said = [Said(message, files)]
    if joins:
        assert author.member is not None
        said.insert(0, Said(conversations.joined(now, author.member), ()))
    if is_left:
        said.insert(0, Said(conversations.tell(now, {"name": "offline_message"}), ()))
    if filed and filed.answers:
        now.answers = asking.merged(now.answers, filed.answers)
        now.save(update_fields=["answers"])
    for file in files:
        file.message, file.visitor = message, author.visitor
    if files:
        Attachment.objects.bulk_update(files, ["message", "visitor"])
    _count(now, message, last, filed)
    revisions.stamp(now)
    preview = projections.preview_row(message, has_attachment=bool(files))
    telemetry.message_posted(author.kind.value)
    return events.publish(Event.of(wire.Change.MESSAGE_POSTED, now, preview=preview, said=said))


def posted(author: Author, client_id: UUID) -> Event | None:
    """The author's message with this client id as a change, if it is stored; it is not told again.

    Ask before `conversations.open_for` when a message may be a repetition: otherwise one whose
    conversation has been closed since would open an empty new one.
    """
    message = Message.objects.filter(
        account_id=author.account_id, author_key=author.key, client_id=client_id
    ).first()
    if message is None:
        return None
    conversation = Conversation.objects.select_related("visitor", "assignee", "group").get(
        pk=message.conversation_id
    )
    same_change = (
        Message.objects.filter(conversation=conversation, version=message.version)
        .select_related("visitor", "member", "redacted_by")
        .prefetch_related("attachments")
        .order_by("seq")
    )
    return Event.of(
        wire.Change.MESSAGE_POSTED,
        conversation,
        preview=projections.previews([conversation.pk]).get(conversation.pk),
        said=[Said(one, list(one.attachments.all())) for one in same_change],
        is_repeated=True,
    )


def earlier(conversation: Conversation, *, before: int, limit: int = wire.PAGE) -> list[Message]:
    """The messages just before this seq, at most `limit`, in order. Fewer: that is all."""
    older = (
        Message.objects.filter(conversation=conversation, seq__lt=before)
        .select_related("visitor", "member", "redacted_by")
        .prefetch_related("attachments")
        .order_by("-seq")[:limit]
    )
    return list(older)[::-1]


def _refusal(
    conversation: Conversation, author: Author, wanted: list[UUID], files: list[Attachment]
) -> wire.Refusal | None:
    if not conversation.is_open:
        return wire.Refusal.CLOSED
    if author.visitor and conversation.visitor.blocked_at:
        return wire.Refusal.BLOCKED
    if len(files) != len(wanted):
        return wire.Refusal.NOT_FOUND
    return None


def _unsent(wanted: list[UUID], author: Author) -> list[Attachment]:
    """Those of the files that this author uploaded and has not sent, in the order wanted (A30)."""
    mine = Attachment.objects.select_for_update().filter(pk__in=wanted, message=None)
    if author.visitor:
        mine = mine.filter(visitor_public_id=author.visitor.public_id)
    else:
        mine = mine.filter(member=author.member, member__isnull=False)
    found = {file.pk: file for file in mine}
    return [found[pk] for pk in wanted if pk in found]


def _insert(message: Message) -> bool:
    """Whether it was new. Not `save()`: a repetition would break the transaction, and asking first
    is a round trip that two devices could both make."""
    with connection.cursor() as cursor:
        cursor.execute(
            _POST,
            [
                message.pk,
                message.account_id,
                message.conversation_id,
                message.seq,
                message.version,
                message.client_id,
                message.author_kind,
                message.author_key,
                message.visitor_id,
                message.member_id,
                message.body,
                message.is_masked,
                message.sent_at,
            ],
        )
        return bool(cursor.rowcount)


def _count(conversation: Conversation, message: Message, last: int, filed: Filed | None) -> None:
    """Move the conversation on by this message. `last`: its seq before the change."""
    conversation.last_seq = message.seq
    conversation.last_message_at = message.sent_at
    if message.visitor_id:
        conversation.unread_by_agents += 1
        # Who had seen everything has seen everything still: their own words are no news.
        if conversation.visitor_seen_seq == last:
            conversation.visitor_seen_seq = message.seq
        if conversation.visitor_received_seq == last:
            conversation.visitor_received_seq = message.seq
        if conversation.state == ConversationState.PENDING:
            conversation.state = ConversationState.OPEN
        may_go_out = filed is not None and filed.is_offline and filed.is_mailed
        goes_out = may_go_out and bool(letters.recipients(conversation.account_id))
        if goes_out:
            letters.offline_message(conversation, seq=message.seq)
        if conversation.waiting_since is None:
            conversation.waiting_since = message.sent_at
            # One letter for one message: whoever gets offline messages need not hear again.
            if not goes_out:
                letters.tell_agents(conversation, seq=message.seq)
    else:
        conversation.unread_by_visitor += 1
        # Whoever answers has read what they answer.
        conversation.agents_received_seq = conversation.agents_seen_seq = message.seq
        conversation.unread_by_agents = 0
        conversation.waiting_since = None
        letters.tell_visitor(conversation, seq=message.seq)
