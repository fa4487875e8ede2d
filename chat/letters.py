"""Letters about conversations: which are due, to whom, and which went out.

A letter is a row, written in the transaction of the message that it speaks of, so it survives
the loss of Redis and of every process. It is sent in three steps: claim in a transaction, hand
over outside of any, record in a transaction. A process that dies in between leaves a claim that
lapses; the next try carries the same Message-ID, by which a mailbox tells that it has it already.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F, Min, Q
from django.db.models.functions import Least
from django.utils import timezone

from accounts.models import Account, Membership
from accounts.tenancy import current_account
from chat import asking, chat_settings, mailing
from chat.authors import Author
from chat.models import AuthorKind, Conversation, ConversationMail, MailKind, Message, Visitor
from chat.refusals import RefusedError
from chat.wire import Refusal
from privacy import suppressions

ANSWER_DELAY = timedelta(seconds=60)
"""Time for a visitor who is still there to read an answer before it is mailed."""

CLAIM_LAPSES_AFTER = timedelta(minutes=5)
"""Longer than any hand-over takes: after it the process that claimed the letter is dead."""

LONGEST_PAUSE = timedelta(hours=4)
"""Between two tries, while handing over fails."""

MAX_ATTEMPTS = 25
"""About three days with the pauses in between: as long as mail servers try by custom."""

MAX_WAITING_SHOWN = 20
"""Messages of the visitor that the letter to the agents shows."""

log = structlog.get_logger(__name__)


def tell_agents(conversation: Conversation, *, seq: int) -> None:
    """A visitor waits since message `seq`: mail the agents unless somebody answers first.

    Called when the waiting begins, so one wait makes one letter however much the visitor adds.
    """
    minutes = chat_settings.of(conversation.account_id).mail_agents_after_minutes
    if minutes:
        due_at = timezone.now() + timedelta(minutes=minutes)
        # Whom to write to is decided when it is due: members come and go meanwhile.
        _write(conversation, MailKind.VISITOR_WAITS, seq=seq, recipient="", due_at=due_at)


def offline_message(conversation: Conversation, *, seq: int) -> None:
    """Message `seq` was left while nobody was there: mail it to whoever the account has chosen."""
    # Whom to write to is decided when it is sent, as with a visitor who waits.
    now = timezone.now()
    _write(conversation, MailKind.OFFLINE_MESSAGE, seq=seq, recipient="", due_at=now)


def tell_visitor(conversation: Conversation, *, seq: int) -> None:
    """Message `seq` answers the visitor: mail it to them unless they read it first.

    One letter at a time: an answer that follows before it goes out goes with it. None while their
    data are restricted: the address is not used, and the answer waits in the chat (Art. 18 GDPR).
    """
    email = conversation.visitor.email
    if not email or conversation.visitor.restricted_at:
        return
    if not chat_settings.of(conversation.account_id).mails_answers_to_visitors:
        return
    # Locked, not only looked at: if a worker is just sending that letter, `record` waits for this
    # transaction and then finds the answer that the letter did not carry.
    open_letter = conversation.mails.filter(kind=MailKind.ANSWER, **_OPEN).select_for_update()
    if open_letter.first() is None:
        due_at = timezone.now() + ANSWER_DELAY
        _write(conversation, MailKind.ANSWER, seq=seq, recipient=email, due_at=due_at)


def transcript(conversation: Conversation, *, email: str, by: Author) -> None:
    """Mail the conversation as it stands to this address, as `by` asked. The same request again,
    with nothing said since, is the same letter.

    Raises RefusedError: NOT_ALLOWED when the plan lacks it or the account has switched it off for
    that side or a member writes to somebody who objected to letters (Art. 21 GDPR), or asks for what
    is restricted (Art. 18); INVALID for an address that is none, EMPTY when nothing has been said.
    """
    if not chat_settings.allows_transcript(conversation.account, side=by.kind):
        raise RefusedError(Refusal.NOT_ALLOWED)
    if not _is_address(email):
        raise RefusedError(Refusal.INVALID)
    is_restricted = conversation.restricted_at is not None
    if by.kind == AuthorKind.MEMBER and (is_restricted or suppressions.is_suppressed(email)):
        raise RefusedError(Refusal.NOT_ALLOWED)
    if not conversation.last_seq:
        raise RefusedError(Refusal.EMPTY)
    now = timezone.now()
    _write(
        conversation, MailKind.TRANSCRIPT, seq=conversation.last_seq, recipient=email, due_at=now
    )


_OPEN = {"sent_at": None, "dropped_at": None}


def _write(
    conversation: Conversation, kind: MailKind, *, seq: int, recipient: str, due_at: datetime
) -> None:
    ConversationMail.objects.bulk_create(
        [
            ConversationMail(
                account_id=conversation.account_id,
                conversation=conversation,
                kind=kind,
                up_to_seq=seq,
                recipient=recipient,
                message_id=uuid4(),
                due_at=due_at,
            )
        ],
        ignore_conflicts=True,
    )
    # Always written, also when it changes nothing: the row's lock makes `plan_next_errand` wait
    # for this letter instead of overlooking it.
    Account.objects.filter(pk=conversation.account_id).update(
        errand_at=Least(F("errand_at"), due_at)
    )


@dataclass(frozen=True)
class Claim:
    """A letter that this process alone is to hand over now."""

    letter: ConversationMail
    conversation: Conversation
    messages: list[Message]


def claim_next(now: datetime) -> Claim | None:
    """Take the next letter that is still called for; None when no letter is due.

    Looks again before it writes: letters that have become pointless are dropped on the way.
    """
    while letter := _next_due(now):
        conversation = letter.conversation
        if mailing.kept_out(conversation.account) is not None:
            drop(letter.pk)
            continue
        if letter.kind == MailKind.VISITOR_WAITS and not letter.recipient:
            _address_to_agents(letter, conversation, now)
            continue
        if letter.kind == MailKind.OFFLINE_MESSAGE and not letter.recipient:
            _address_to_recipients(letter, conversation, now)
            continue
        if letter.kind == MailKind.ANSWER:
            # The address may have been corrected since; the wrong one gets nothing.
            letter.recipient = conversation.visitor.email
        messages = _still_to_say(letter, conversation)
        if not messages or not _is_address(letter.recipient):
            drop(letter.pk)
        elif letter.attempts >= MAX_ATTEMPTS:
            log.error("letter_given_up", kind=letter.kind, letter=str(letter.pk))
            drop(letter.pk)
        else:
            letter.claimed_at = now
            letter.attempts += 1
            letter.save(update_fields=["recipient", "claimed_at", "attempts"])
            return Claim(letter, conversation, messages)
    return None


def _next_due(now: datetime) -> ConversationMail | None:
    return (
        # Skipping what another worker holds, so that two at once share the work.
        ConversationMail.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("conversation__visitor", "conversation__account")
        .filter(due_at__lte=now, **_OPEN)
        .filter(Q(claimed_at=None) | Q(claimed_at__lt=now - CLAIM_LAPSES_AFTER))
        .order_by("due_at", "pk")
        .first()
    )


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def _address_to_agents(letter: ConversationMail, conversation: Conversation, now: datetime) -> None:
    """Replace the open letter by one for each agent concerned, if the visitor still waits."""
    drop(letter.pk)
    if not _waits_since(conversation, letter.up_to_seq):
        return
    for member in _concerned(conversation):
        _write(
            conversation,
            MailKind.VISITOR_WAITS,
            seq=letter.up_to_seq,
            recipient=member.user.email,
            due_at=now,
        )


def _address_to_recipients(
    letter: ConversationMail, conversation: Conversation, now: datetime
) -> None:
    """Replace the open letter by one for each address that the account has chosen."""
    drop(letter.pk)
    for email in recipients(conversation.account_id):
        _write(
            conversation,
            MailKind.OFFLINE_MESSAGE,
            seq=letter.up_to_seq,
            recipient=email,
            due_at=now,
        )


def recipients(account_id: UUID) -> list[str]:
    """Where offline messages are mailed to: the chosen addresses, but none of somebody who has left
    the team; without a choice, everybody who may manage the account. Nowhere, if they are not."""
    settings = asking.of(account_id)
    if not settings.mails_offline_messages:
        return []
    team = Membership.objects.filter(account_id=account_id).select_related("user")
    if chosen := settings.offline_recipients:
        left = {one.user.email for one in team if not one.is_active}
        return [email for email in chosen if email not in left]
    active = Membership.objects.active().filter(account_id=account_id).select_related("user")
    return [one.user.email for one in active.order_by("joined_at") if one.can_manage]


def _concerned(conversation: Conversation) -> list[Membership]:
    """Whose conversation it is; else who is available; else, rather than nobody, everybody."""
    team = list(
        Membership.objects.active()
        .filter(account_id=conversation.account_id)
        .select_related("user")
        .order_by("joined_at")
    )
    assignee = [member for member in team if member.pk == conversation.assignee_id]
    return assignee or [member for member in team if member.is_available] or team


def _still_to_say(letter: ConversationMail, conversation: Conversation) -> list[Message]:
    """The messages that the letter is to carry, by now; empty if there is no more reason for it."""
    if conversation.restricted_at and letter.kind != MailKind.TRANSCRIPT:
        # A transcript that waits now was asked for by the visitor: restricting dropped all others,
        # and members cannot have one sent (Art. 18(2) GDPR).
        return []
    said = conversation.messages.select_related("member").filter(event__isnull=True).order_by("seq")
    if letter.kind == MailKind.TRANSCRIPT:
        return list(said.filter(seq__lte=letter.up_to_seq))
    # What was taken back is no news for anybody; a transcript shows its place.
    said = said.filter(Q(redacted_at=None) | ~Q(body="") | Q(attachments__isnull=False)).distinct()
    settings = chat_settings.of(conversation.account_id)
    if letter.kind == MailKind.VISITOR_WAITS:
        # Whoever left since the letter was addressed must not read on in it.
        told = settings.mail_agents_after_minutes > 0 and _works_here(letter)
        if not told or not _waits_since(conversation, letter.up_to_seq):
            return []
        return list(said.filter(seq__gte=letter.up_to_seq)[:MAX_WAITING_SHOWN])
    if letter.kind == MailKind.OFFLINE_MESSAGE:
        # A choice that was changed since counts, and so does an answer given in the inbox.
        is_wanted = letter.recipient in recipients(letter.account_id)
        if not is_wanted or _is_settled(conversation, letter.up_to_seq):
            return []
        mine = said.filter(author_kind=AuthorKind.VISITOR, seq__gte=letter.up_to_seq)
        return list(mine[:MAX_WAITING_SHOWN])
    visitor = conversation.visitor
    if visitor.blocked_at or visitor.restricted_at or not settings.mails_answers_to_visitors:
        return []
    mailed = (
        conversation.mails.filter(kind=MailKind.ANSWER, sent_at__isnull=False)
        .order_by("-up_to_seq")
        .values_list("up_to_seq", flat=True)
        .first()
    )
    news = said.filter(
        author_kind=AuthorKind.MEMBER, seq__gt=max(conversation.visitor_seen_seq, mailed or 0)
    )
    if _has_objected(visitor) and not _asked_since(conversation, mailed or 0):
        return []
    return list(news)


def _has_objected(visitor: Visitor) -> bool:
    return suppressions.is_suppressed(visitor.email, visitor.public_id)


def _asked_since(conversation: Conversation, seq: int) -> bool:
    """Whether the visitor wrote anything after `seq`. Whoever objected to letters gets one answer
    each time they write, and nothing more (Art. 21 GDPR)."""
    asked = conversation.messages.filter(author_kind=AuthorKind.VISITOR, seq__gt=seq)
    return asked.exists()


def _works_here(letter: ConversationMail) -> bool:
    members = Membership.objects.active().filter(account_id=letter.account_id)
    return members.filter(user__email=letter.recipient).exists()


def _waits_since(conversation: Conversation, seq: int) -> bool:
    return conversation.waiting_since is not None and not _is_settled(conversation, seq)


def _is_settled(conversation: Conversation, seq: int) -> bool:
    """Whether a member has answered what was said from `seq` on, or blocked who said it."""
    if conversation.visitor.blocked_at:
        return True
    answers = conversation.messages.filter(author_kind=AuthorKind.MEMBER, seq__gt=seq)
    return answers.exists()


def postpone(letter_id: UUID, *, until: datetime) -> None:
    """Give a claimed letter back, to be looked at again later."""
    ConversationMail.objects.filter(pk=letter_id).update(
        claimed_at=None, due_at=until, attempts=F("attempts") - 1
    )


def retry_later(letter_id: UUID, *, now: datetime) -> None:
    """Handing over failed: try again after a pause that doubles with each attempt, up to a limit."""
    letter = ConversationMail.objects.get(pk=letter_id)
    doubled = timedelta(minutes=2 ** (letter.attempts - 1))
    letter.claimed_at = None
    letter.due_at = now + min(doubled, LONGEST_PAUSE)
    letter.save(update_fields=["claimed_at", "due_at"])


def record(letter_id: UUID, *, up_to_seq: int, now: datetime) -> None:
    """The letter went out and speaks of every message up to `up_to_seq`.

    An answer that was given while it was being sent gets a letter of its own.
    """
    letter = (
        ConversationMail.objects.select_for_update(of=("self",))
        .select_related("conversation__visitor")
        .filter(pk=letter_id, sent_at=None)
        .first()
    )
    if letter is None:
        # This hand-over took longer than a claim lasts, and another worker has finished the letter.
        return
    letter.sent_at = now
    if letter.kind == MailKind.ANSWER:
        letter.up_to_seq = up_to_seq
    letter.save(update_fields=["sent_at", "up_to_seq"])
    if letter.kind == MailKind.ANSWER:
        for message in _still_to_say(letter, letter.conversation)[:1]:
            tell_visitor(letter.conversation, seq=message.seq)


def drop(letter_id: UUID) -> None:
    """There is no more reason to send it."""
    ConversationMail.objects.filter(pk=letter_id).update(dropped_at=timezone.now())


def plan_next_errand() -> None:
    """Note when this account next needs a worker: when a letter is due or a claim lapses."""
    account_id = current_account()
    assert account_id is not None, "inside an account"
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    open_letters = ConversationMail.objects.filter(**_OPEN)
    due = open_letters.filter(claimed_at=None).aggregate(at=Min("due_at"))["at"]
    claimed = open_letters.filter(claimed_at__isnull=False).aggregate(at=Min("claimed_at"))["at"]
    times = [due] if due else []
    if claimed:
        times.append(claimed + CLAIM_LAPSES_AFTER + timedelta(seconds=1))
    account.errand_at = min(times, default=None)
    account.save(update_fields=["errand_at"])
