"""What each side is shown: rows of the wire from rows of the database.

Only `visitor_state` and `previews` ask the database. The rest is pure: the caller joins what it
needs (`select_related`), so that no list costs a query per row. Nothing here reads a member's
log-in address (S33).
"""

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from django.db import connection

from accounts.models import Membership, Role
from chat import files, location, wire
from chat.models import Attachment, AuthorKind, Conversation, Group, Message, Visitor

Side = Literal["visitor", "agents"]

PREVIEW = 140


ROLES: dict[Role, Literal["owner", "admin", "agent"]] = {
    Role.OWNER: "owner",
    Role.ADMIN: "admin",
    Role.AGENT: "agent",
}


class Said(NamedTuple):
    """A message and its files."""

    message: Message
    files: Sequence[Attachment]


def member_row(member: Membership) -> wire.MemberRow:
    """A member as anybody may see them. An empty name: the client writes its word for an agent."""
    return wire.MemberRow(
        id=member.pk,
        name=member.public_name,
        photo=photo(member),
        description=member.description,
    )


def colleague_row(
    member: Membership, status: Literal["online", "away", "offline"]
) -> wire.ColleagueRow:
    return wire.ColleagueRow(
        **member_row(member).model_dump(), role=ROLES[Role(member.role)], status=status
    )


def photo(member: Membership) -> str | None:
    """The address of the member's public photo."""
    return member.photo.url if member.photo else None


def author_row(message: Message) -> wire.AuthorRow:
    if message.author_kind == AuthorKind.MEMBER:
        member: Membership = message.member
        return wire.AuthorRow(
            kind="member", id=str(member.pk), name=member.public_name or None, photo=photo(member)
        )
    if message.author_kind == AuthorKind.VISITOR:
        visitor: Visitor = message.visitor
        # No name: it may change, and the visitor's own row says it for all messages at once.
        return wire.AuthorRow(kind="visitor", id=visitor.public_id, name=None, photo=None)
    return wire.AuthorRow(
        kind="system" if message.author_kind == AuthorKind.SYSTEM else "automatic",
        id=None,
        name=None,
        photo=None,
    )


def attachment_row(attachment: Attachment, *, side: Side) -> wire.AttachmentRow:
    for_visitor = side == "visitor"
    thumbnail = bool(attachment.thumbnail)
    return wire.AttachmentRow(
        id=attachment.pk,
        name=attachment.name,
        content_type=attachment.content_type,
        size=attachment.size,
        kind="image" if thumbnail else "file",
        width=attachment.width,
        height=attachment.height,
        url=files.address(attachment, for_visitor=for_visitor),
        thumbnail_url=files.address(attachment, for_visitor=for_visitor, thumbnail=True)
        if thumbnail
        else None,
        expires_at=files.expiry(),
    )


def message_row(
    message: Message, attachments: Sequence[Attachment] | None = None, *, side: Side
) -> wire.MessageRow:
    """Joins needed: `visitor`, `member`, `redacted_by`; `attachments` prefetched, unless they are given.

    Only agents are told who took content back, and their addresses of files open nothing while the
    conversation is restricted.
    """
    if attachments is None:
        attachments = list(message.attachments.all())
    return wire.MessageRow(
        id=message.pk,
        client_id=message.client_id,
        conversation=message.conversation_id,
        seq=message.seq,
        version=message.version,
        author=author_row(message),
        body=message.body,
        event=message.event,
        attachments=[attachment_row(attachment, side=side) for attachment in attachments],
        sent_at=message.sent_at,
        redacted_at=message.redacted_at,
        redacted_by=_redactor(message) if side == "agents" else None,
        is_masked=message.is_masked,
    )


def _redactor(message: Message) -> str | None:
    by: Membership | None = message.redacted_by
    return by.public_name if by else None


def visitor_row(visitor: Visitor) -> wire.VisitorRow:
    return wire.VisitorRow(
        id=visitor.public_id,
        name=visitor.name,
        email=visitor.email,
        phone=visitor.phone,
        is_blocked=visitor.blocked_at is not None,
    )


def visitor_conversation_row(conversation: Conversation) -> wire.VisitorConversationRow:
    """Joins needed: `assignee`."""
    assignee: Membership | None = conversation.assignee
    return wire.VisitorConversationRow(
        id=conversation.pk,
        state=_state(conversation),
        version=conversation.version,
        last_seq=conversation.last_seq,
        received=_received(conversation),
        seen=_seen(conversation),
        unread=conversation.unread_by_visitor,
        agent=member_row(assignee) if assignee else None,
        created_at=conversation.created_at,
        closed_at=conversation.closed_at,
    )


def panel_row(visitor: Visitor) -> wire.VisitorPanelRow:
    """The visitor as agents see them; while their data are restricted, only that (Art. 18 GDPR)."""
    if visitor.restricted_at:
        return wire.VisitorPanelRow(
            id=visitor.public_id,
            name="",
            email="",
            phone="",
            variables={},
            language="",
            browser="",
            os="",
            device="",
            screen="",
            time_zone="",
            country="",
            is_blocked=visitor.blocked_at is not None,
            is_address_blocked=False,
            is_restricted=True,
            created_at=visitor.created_at,
        )
    return wire.VisitorPanelRow(
        id=visitor.public_id,
        name=visitor.name,
        email=visitor.email,
        phone=visitor.phone,
        variables=visitor.variables,
        language=visitor.language,
        browser=visitor.browser,
        os=visitor.os,
        device=visitor.device,
        screen=visitor.screen,
        time_zone=visitor.time_zone,
        country=location.country(visitor.time_zone),
        ip_address=visitor.ip_address,
        is_blocked=visitor.blocked_at is not None,
        is_address_blocked=visitor.blocked_address is not None,
        created_at=visitor.created_at,
    )


def inbox_row(conversation: Conversation, preview: wire.PreviewRow | None) -> wire.ConversationRow:
    """Joins needed: `visitor`, `assignee`, `group`."""
    assignee: Membership | None = conversation.assignee
    group: Group | None = conversation.group
    return wire.ConversationRow(
        id=conversation.pk,
        state=_state(conversation),
        rev=conversation.rev,
        version=conversation.version,
        visitor=panel_row(conversation.visitor),
        assignee=member_row(assignee) if assignee else None,
        group=wire.GroupRow(key=group.key, name=group.name) if group else None,
        last_seq=conversation.last_seq,
        received=_received(conversation),
        seen=_seen(conversation),
        unread=conversation.unread_by_agents,
        preview=preview,
        answers=[wire.AnswerRow.model_validate(one) for one in conversation.answers],
        waiting_since=conversation.waiting_since,
        created_at=conversation.created_at,
        last_message_at=conversation.last_message_at,
        closed_at=conversation.closed_at,
    )


def preview_row(message: Message, *, has_attachment: bool) -> wire.PreviewRow:
    """The message on one line."""
    return _preview(AuthorKind(message.author_kind), message.body, has_attachment)


# LATERAL with LIMIT leaves no choice but one short look into the index of each conversation. Asked
# for with IN, PostgreSQL reads every message of the account once the account is large.
_PREVIEWS = """
    SELECT wanted.id, last.author_kind, last.body, last.is_redacted,
        EXISTS (SELECT FROM chat_attachment WHERE message_id = last.id)
    FROM unnest(%s::uuid[]) AS wanted (id)
    CROSS JOIN LATERAL (
        SELECT id, author_kind, left(body, %s) AS body, redacted_at IS NOT NULL AS is_redacted
        FROM chat_message
        WHERE conversation_id = wanted.id AND author_kind <> 'system'
        ORDER BY seq DESC LIMIT 1
    ) AS last
"""


def previews(conversation_ids: Collection[UUID]) -> dict[UUID, wire.PreviewRow]:
    """The last words or files of each of these conversations, events left out. One query."""
    if not conversation_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PREVIEWS, [list(conversation_ids), 2 * PREVIEW])
        return {
            pk: _preview(AuthorKind(kind), body, has_attachment, is_redacted)
            for pk, kind, body, is_redacted, has_attachment in cursor.fetchall()
        }


def _preview(
    kind: AuthorKind, body: str, has_attachment: bool, is_redacted: bool = False
) -> wire.PreviewRow:
    return wire.PreviewRow(
        author=AUTHOR_KINDS[kind],
        text=" ".join(body[: 2 * PREVIEW].split())[:PREVIEW],
        has_attachment=has_attachment,
        is_redacted=is_redacted and not body and not has_attachment,
    )


def visitor_state(account_id: UUID, public_id: str) -> wire.VisitorState:
    """A fresh load for the visitor, also for one without a row. Four queries at most."""
    visitor = Visitor.objects.filter(account_id=account_id, public_id=public_id).first()
    if visitor is None:
        return wire.VisitorState(
            visitor=wire.VisitorRow(id=public_id, name="", email="", phone="", is_blocked=False),
            conversation=None,
            messages=[],
            has_earlier=False,
        )
    # The conversation is read before its messages: a message that arrives in between is shown
    # early and its change applies again, whereas the other order would lose it.
    conversation = (
        Conversation.objects.filter(visitor=visitor)
        .select_related("assignee")
        .order_by("-created_at")
        .first()
    )
    messages = newest_messages(conversation) if conversation else []
    return wire.VisitorState(
        visitor=visitor_row(visitor),
        conversation=visitor_conversation_row(conversation) if conversation else None,
        messages=[message_row(message, side="visitor") for message in messages],
        has_earlier=bool(messages) and messages[0].seq > 1,
    )


def newest_messages(conversation: Conversation) -> list[Message]:
    """The last page of messages, in order, with what their rows need."""
    newest = (
        Message.objects.filter(conversation=conversation)
        .select_related("visitor", "member", "redacted_by")
        .prefetch_related("attachments")
        .order_by("-seq")[: wire.PAGE]
    )
    return list(newest)[::-1]


AUTHOR_KINDS: dict[AuthorKind, Literal["visitor", "member", "automatic", "system"]] = {
    AuthorKind.VISITOR: "visitor",
    AuthorKind.MEMBER: "member",
    AuthorKind.AUTOMATIC: "automatic",
    AuthorKind.SYSTEM: "system",
}


def _state(conversation: Conversation) -> Literal["pending", "open", "served", "closed"]:
    state: Literal["pending", "open", "served", "closed"] = conversation.state  # type: ignore[assignment]
    return state


def _received(conversation: Conversation) -> wire.Marks:
    return wire.Marks(
        visitor=conversation.visitor_received_seq, agents=conversation.agents_received_seq
    )


def _seen(conversation: Conversation) -> wire.Marks:
    return wire.Marks(visitor=conversation.visitor_seen_seq, agents=conversation.agents_seen_seq)
