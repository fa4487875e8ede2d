"""What the chat keeps of an account outside the database: letters on disk, presence in memory."""

from collections.abc import Mapping
from uuid import UUID

import redis
from django.conf import settings

from chat.models import ConversationMail


class ChatLeaver:
    def step(self, limit: int) -> Mapping[str, int] | None:
        letters = list(
            ConversationMail.objects.order_by("pk").values_list("pk", "message_id")[:limit]
        )
        if not letters:
            return None
        for _pk, message_id in letters:
            (settings.MAIL_DIR / f"{message_id}.eml").unlink(missing_ok=True)
        chosen = ConversationMail.objects.filter(pk__in=[pk for pk, _message_id in letters])
        return {ConversationMail._meta.label: chosen._raw_delete(chosen.db) or 0}

    def forget(self, account_id: UUID) -> None:
        """Drop every key that names the account, whichever part of the chat it is of."""
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            for spelled in (account_id.hex, str(account_id)):
                pattern = f"{settings.REDIS_PREFIX}:*{spelled}*"
                for key in client.scan_iter(pattern, count=1_000):
                    client.unlink(key)


CHAT = ChatLeaver()
