"""Background work of the chat: letters that are due, files that were never sent."""

from datetime import timedelta

import structlog
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.doors import Steps, each_account_task, tenant_steps_task, tenant_task
from accounts.models import Account
from accounts.post import is_refused_for_good
from chat import letters, mail, mail_servers, presence, telemetry
from chat.letters import ANSWER_DELAY, Claim
from chat.models import Attachment, MailKind

log = structlog.get_logger(__name__)

UNSENT_FILES_KEPT = timedelta(days=1)


@each_account_task
def send_due_mail() -> None:
    """Start `send_letters` for each account that has a letter due."""
    due = Account.objects.filter(errand_at__lte=timezone.now(), is_blocked=False, closed_at=None)
    for account_id in due.values_list("pk", flat=True):
        send_letters.after_commit(account_id=account_id)


@tenant_steps_task
def send_letters(step: Steps) -> None:
    """Send every letter of the account that is due. Safe to run twice, also at once."""
    while claim := step(letters.claim_next, timezone.now()):
        _send(step, claim)
    step(letters.plan_next_errand)


def _send(step: Steps, claim: Claim) -> None:
    letter = claim.letter
    if letter.kind == MailKind.ANSWER and _visitor_is_here(claim):
        step(letters.postpone, letter.pk, until=timezone.now() + ANSWER_DELAY)
        return
    own = None
    try:
        message = step(mail.compose, claim)
        own = getattr(message.connection, "server", None)
        message.send()
    except Exception as error:  # noqa: BLE001  (whatever it is must not stop the other letters)
        telemetry.letter_failed(letter.kind)
        # The class only: a mail server's words may repeat the address.
        log.warning("letter_failed", kind=letter.kind, error=type(error).__name__)
        if own:
            step(mail_servers.failed, own, error)
        if is_refused_for_good(error):
            step(letters.drop, letter.pk)
        else:
            step(letters.retry_later, letter.pk, now=timezone.now())
        return
    step(letters.record, letter.pk, up_to_seq=claim.messages[-1].seq, now=timezone.now())
    if own:
        step(mail_servers.worked, own)
    telemetry.letter_sent(letter.kind)
    log.info("letter_sent", kind=letter.kind, letter=str(letter.pk))


def _visitor_is_here(claim: Claim) -> bool:
    visitor = claim.conversation.visitor
    try:
        return presence.is_visitor_online_now(visitor.account_id, visitor.public_id)
    except RedisError as error:
        # A letter too many is better than none.
        log.warning("presence_unknown", error=type(error).__name__)
        return False


@each_account_task
def sweep_unsent_files() -> None:
    """Start `delete_unsent_files` for every account."""
    for account_id in Account.objects.values_list("pk", flat=True):
        delete_unsent_files.after_commit(account_id=account_id)


@tenant_task
def delete_unsent_files() -> None:
    """Delete files that were uploaded a day ago and never became part of a message."""
    for attachment in Attachment.objects.filter(
        message=None, created_at__lt=timezone.now() - UNSENT_FILES_KEPT
    )[:500]:
        attachment.file.delete(save=False)
        if attachment.thumbnail:
            attachment.thumbnail.delete(save=False)
        attachment.delete()
