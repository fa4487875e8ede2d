"""What the chat keeps of a visitor outside the database: presence in memory, letters on disk."""

from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.exceptions import ChannelFull
from channels.layers import get_channel_layer
from django.conf import settings
from django.db.models import Model

from chat import events, presence, revisions
from chat.models import ConversationMail, Visitor


class VisitorEraser:
    def outside(self, subject: Model) -> Any:
        if not isinstance(subject, Visitor):
            return None
        letters = ConversationMail.objects.filter(conversation__visitor=subject)
        return {
            "visitor": subject.public_id,
            "letters": [str(one) for one in letters.values_list("message_id", flat=True)],
        }

    def erase(self, account_id: UUID, outside: Any) -> None:
        if outside is None:
            return
        for letter in outside["letters"]:
            (settings.MAIL_DIR / f"{letter}.eml").unlink(missing_ok=True)
        # First the sockets, which would say again that the visitor is here.
        _close_sockets(account_id, outside["visitor"])
        presence.forget_visitor(account_id, outside["visitor"])
        events.restart_inboxes(account_id, revisions.head(account_id))


def _close_sockets(account_id: UUID, public_id: str) -> None:
    layer = get_channel_layer()
    assert layer is not None
    try:
        group = events.visitor_group(account_id, public_id)
        async_to_sync(layer.group_send)(group, {"type": "visitor.forgotten"})
    except ChannelFull:
        # A socket that is behind by so much is closed anyway.
        return


VISITOR = VisitorEraser()
