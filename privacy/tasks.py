"""Background work of the privacy app: the daily purge, copies of people's data, erasures."""

import contextlib
import time
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import structlog
from django.utils import timezone

from accounts import support
from accounts.doors import Steps, each_account_task, tenant_steps_task, tenant_task
from accounts.models import Account
from accounts.post import is_refused_for_good
from accounts.tenancy import current_account
from privacy import (
    assessments,
    closing,
    consents,
    copies,
    custom,
    defaults,
    erasures,
    exports,
    letters,
    mail,
    objections,
    purges,
    records,
    renewals,
    request_letters,
    requests,
    restores,
    sub_processors,
    subscriptions,
    tickets,
)
from privacy.documents.facts import Incomplete

log = structlog.get_logger(__name__)

LONGEST_PAUSE = 1.0


@each_account_task
def purge_history() -> None:
    """Start `purge_account` for every account."""
    for account_id in Account.objects.values_list("pk", flat=True).iterator():
        purge_account.after_commit(account_id=account_id)


@each_account_task
def look_for_restore() -> None:
    """Purge every account at once if this database comes out of a backup. Safe to run twice: whoever
    is killed before the end begins again, and the night's purge does the same."""
    if not restores.is_elsewhere():
        return
    log.warning("database_is_elsewhere")
    purge_history()
    restores.arrived()


@tenant_steps_task
def purge_account(step: Steps) -> None:
    """Delete what the account keeps no longer, and whom a restore has brought back. Safe to run
    twice, also at once."""
    _erase_again(step)
    began = time.monotonic()
    run_id = step(_begin)
    _tell_of_step(began)
    while run_id:
        began = time.monotonic()
        more = step(purges.advance, run_id)
        took = _tell_of_step(began)
        if not more:
            return
        # As long as the step took: the purge never takes more than half of what the database can
        # do for the people who talk.
        time.sleep(min(took, LONGEST_PAUSE))


def _erase_again(step: Steps) -> None:
    """Erase whom a restore has brought back. Whatever stops one of them stops neither the others nor
    the purge, and the next night tries again."""
    with _going_on("not_looked_for_erased"):
        for person_id in step(restores.returned):
            with _going_on("not_erased_again"):
                step(restores.erase_again, person_id)
                for erasure_id in step(erasures.unfinished):
                    with _going_on("erasure_unfinished"):
                        step(erasures.finish, erasure_id)


@contextlib.contextmanager
def _going_on(event: str) -> Iterator[None]:
    """Log a fault, by its class only, and go on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  (what comes next must not wait for it)
        log.error(event, error=type(error).__name__)


def _tell_of_step(began: float) -> float:
    """Seconds since then, which the log is told for whoever wants to know how long a purge holds on
    to what it deletes."""
    took = time.monotonic() - began
    log.debug("purge_step", ms=round(took * 1000, 1))
    return took


def _begin() -> UUID | None:
    account_id = current_account()
    assert account_id is not None
    return purges.begin(Account.objects.get(pk=account_id), timezone.now())


@each_account_task
def publish_documents() -> None:
    """Publish what has changed with the calendar, such as a sub-processor whose work begins."""
    today = timezone.now().date()
    sub_processors.take_effect(today)
    sub_processors.tell_of_all(today)
    renewals.publish(timezone.now())


@each_account_task
def send_platform_letters() -> None:
    """Send every letter of the platform that is due. Safe to run twice, also at once."""
    while letter := letters.claim_next(timezone.now()):
        now = timezone.now()
        try:
            message = mail.compose(letter) if letters.reader_is_there(letter) else None
            if message is None:
                letters.drop(letter, now)
                continue
            message.send()
        except Exception as error:  # noqa: BLE001  (whatever it is must not stop the other letters)
            # The class only: a mail server's words may repeat the address.
            log.warning("letter_failed", kind=letter.kind, error=type(error).__name__)
            (letters.drop if is_refused_for_good(error) else letters.retry_later)(letter, now)
            continue
        letters.record(letter, timezone.now())
        log.info("letter_sent", kind=letter.kind, letter=str(letter.pk))


@each_account_task
def apply_defaults() -> None:
    """Start `apply_defaults_to` for every account from before."""
    for account_id in defaults.waiting():
        apply_defaults_to.after_commit(account_id=account_id)


@tenant_task
def apply_defaults_to() -> None:
    """Put the defaults for privacy in place, and tell the owners. Safe to run twice."""
    account_id = current_account()
    assert account_id is not None
    defaults.apply(account_id)


@each_account_task
def end_accounts() -> None:
    """Start `end_account` for every account whose time is over."""
    for account_id in closing.due(timezone.now()):
        end_account.after_commit(account_id=account_id)


@tenant_steps_task
def end_account(step: Steps) -> None:
    """Delete a closed account. Safe to run twice, also at once: killed, it goes on where it was."""
    closure_id = step(_begin_the_end)
    if closure_id is None:
        return
    for erasure_id in step(erasures.unfinished):
        step(erasures.finish, erasure_id)
    began = time.monotonic()
    while (progress := step(closing.advance, closure_id)) == "more":
        # As in a purge: other accounts have at least half of what the database can do.
        time.sleep(min(time.monotonic() - began, LONGEST_PAUSE))
        began = time.monotonic()
    if progress == "busy":
        return
    if step(closing.attempt, closure_id) and not _hand_over_certificate(step, closure_id):
        return
    step(closing.let_people_go, closure_id)
    step(closing.finish, closure_id)


def _hand_over_certificate(step: Steps, closure_id: UUID) -> bool:
    """Whether no owner waits for it any more; else the next round tries again."""
    try:
        written = step(closing.certificates, closure_id)
    except Exception as error:  # noqa: BLE001  (the account must end all the same, some day)
        log.warning("certificate_failed", error=type(error).__name__)
        return False
    is_over = True
    for owner, letter in written:
        try:
            letter.send()
        except Exception as error:  # noqa: BLE001  (whatever it is must not stop the other letters)
            log.warning("certificate_failed", error=type(error).__name__)
            if not is_refused_for_good(error):
                is_over = False
                continue
            step(closing.settle, closure_id, owner, has_it=False)
        else:
            step(closing.settle, closure_id, owner, has_it=True)
    return is_over


def _begin_the_end() -> UUID | None:
    account_id = current_account()
    assert account_id is not None
    return closing.begin(account_id)


@each_account_task
def tidy_up() -> None:
    """Start `tidy_account` for every account, and forget what the platform need not keep."""
    _forget(timezone.now())
    for account_id in Account.objects.values_list("pk", flat=True).iterator():
        tidy_account.after_commit(account_id=account_id)


@tenant_steps_task
def tidy_account(step: Steps) -> None:
    """Finish what was cut short, delete copies, exports and details of requests whose time is over,
    and write down which consents have ended."""
    for erasure_id in step(erasures.unfinished):
        with _going_on("erasure_unfinished"):
            step(erasures.finish, erasure_id)
    step(copies.drop_expired, timezone.now())
    step(exports.drop_expired, timezone.now())
    step(requests.drop_details, timezone.now())
    step(_resume_exports)
    step(objections.note_decisions)
    step(custom.note_moves)
    step(support.note_sessions)
    while step(consents.end_overdue, timezone.now()):
        pass


def _resume_exports() -> None:
    account_id = current_account()
    assert account_id is not None
    for export_id in exports.abandoned(timezone.now()):
        build_export.after_commit(account_id=account_id, export_id=str(export_id))


def _forget(now: datetime) -> None:
    subscriptions.delete_unconfirmed(now)
    letters.delete_old(now)
    restores.delete_old(now)
    tickets.delete_old(now)
    support.delete_old(now)


@tenant_task
def note_decisions() -> None:
    """Write what staff decided and began into the account's own trail. Safe to run twice."""
    objections.note_decisions()
    custom.note_moves()
    support.note_sessions()


@each_account_task
def keep_records() -> None:
    """Start `keep_record` for every account, and end the lines of those that are gone."""
    records.end_lines()
    for account_id in Account.objects.values_list("pk", flat=True).iterator():
        keep_record.after_commit(account_id=account_id)


@tenant_task
def keep_record() -> None:
    """Keep dated versions of what is computed for the account where it has changed, and its line in
    the platform's record. Safe to run twice."""
    account_id = current_account()
    assert account_id is not None
    account = Account.objects.get(pk=account_id)
    records.contribute(account)
    # With a gap, such as a company that is not named, there is no record yet.
    with contextlib.suppress(Incomplete):
        records.keep(account)
        assessments.keep(account)


@tenant_task
def finish_erasures() -> None:
    """Reach what lies outside the database for every erasure of the account. Safe to run twice."""
    for erasure_id in erasures.unfinished():
        erasures.finish(erasure_id)


@tenant_steps_task
def build_copy(step: Steps, *, copy_id: str, language: str = "") -> None:
    """Write the copy of a person's data. Safe to run twice."""
    try:
        step(copies.build, UUID(copy_id), language)
    except Exception as error:  # noqa: BLE001  (whoever waits for it must be told)
        log.warning("copy_failed", error=type(error).__name__)
        step(copies.fail, UUID(copy_id))


@tenant_steps_task
def build_export(step: Steps, *, export_id: str) -> None:
    """Write the export of the account. Safe to run twice, also at once."""
    try:
        exports.build(step, UUID(export_id))
    except Exception as error:  # noqa: BLE001  (whoever waits for it must be told)
        log.warning("export_failed", error=type(error).__name__)
        step(exports.fail, UUID(export_id))


@each_account_task
def send_due_request_letters() -> None:
    """Start `send_request_letters` for each account that has such a letter due."""
    due = Account.objects.filter(request_errand_at__lte=timezone.now())
    for account_id in due.values_list("pk", flat=True):
        send_request_letters.after_commit(account_id=account_id)


@tenant_steps_task
def send_request_letters(step: Steps) -> None:
    """Send what is due to people who asked about their data. Safe to run twice, also at once."""
    while claim := step(request_letters.claim_next, timezone.now()):
        letter_id = claim.letter.pk
        message = step(request_letters.compose, claim, timezone.now())
        try:
            message.send()
        except Exception as error:  # noqa: BLE001  (whatever it is must not stop the other letters)
            # The class only: a mail server's words may repeat the address.
            log.warning("request_letter_failed", error=type(error).__name__)
            is_final = is_refused_for_good(error)
            fail = request_letters.drop if is_final else request_letters.retry_later
            step(fail, letter_id, timezone.now())
            continue
        step(request_letters.record, letter_id, timezone.now())
    step(request_letters.plan_next_errand)


@each_account_task
def remind_of_requests() -> None:
    """Start `remind_account_of_requests` for every account."""
    for account_id in Account.objects.values_list("pk", flat=True).iterator():
        remind_account_of_requests.after_commit(account_id=account_id)


@tenant_steps_task
def remind_account_of_requests(step: Steps) -> None:
    """Tell owners and admins of requests that are due soon: 14, 7 and 1 days before. A process that
    is killed in between tells again, under the same Message-ID."""
    now = timezone.now()
    ids, told = step(request_letters.reminders, now)
    try:
        for letter in told:
            letter.send()
    except Exception as error:  # noqa: BLE001  (tomorrow's round tries again)
        log.warning("reminder_failed", error=type(error).__name__)
        return
    step(requests.reminded, ids, now)
