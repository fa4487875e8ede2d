"""Visitors whose data are kept and not used (Art. 18 GDPR).

Their conversations leave every list and the search, and are closed to members. What is known of them
is shown to nobody. Whoever writes anew asks for an answer, so that begins a conversation which members
see: without name or address, and without what was before (docs/adr/0017-restricted-and-still-served.md).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Model
from django.utils import timezone

from chat import conversations, events, inbox, revisions
from chat.authors import Author
from chat.models import Conversation, ConversationMail, Visitor


def restrict(people: Sequence[Model], since: datetime | None) -> None:
    """Take these visitors' conversations out of use, or with None bring them back
    (`privacy.restrictions.Restrict`). One that is open is closed: what is written next begins
    another one."""
    ids = [person.pk for person in people]
    talks = Conversation.objects.filter(visitor__in=ids)
    visitors = Visitor.objects.filter(pk__in=ids)
    if since is None:
        visitors.update(restricted_at=None)
        # Whoever waits for one of them finds it changed, and reads its visitor anew (`locking`).
        talks.update(restricted_at=None, version=F("version") + 1)
    else:
        visitors.filter(restricted_at=None).update(restricted_at=since)
        talks.filter(restricted_at=None).update(restricted_at=since)
        unsent = ConversationMail.objects.filter(
            conversation__in=talks.values("pk"), sent_at=None, dropped_at=None
        )
        unsent.update(dropped_at=timezone.now())
        for talk in talks.live():
            conversations.close(talk, by=Author.system(talk.account_id))
    account_id = people[0].account_id  # type: ignore[attr-defined]
    # Further than any inbox follows: one that misses the word loads anew all the same.
    rev = revisions.jump(account_id, inbox.MAX_BEHIND + 1)
    transaction.on_commit(lambda: events.restart_behind(account_id, rev), robust=True)
