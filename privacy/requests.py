"""The desk for requests of people about their data: received, proven, answered in time
(Art. 12, 15-22 and 7(3) GDPR; S73, R3).

An address that somebody names is not theirs until a code was read in it, and even then a member
decides whose data it is about: nothing is merged, and nothing is told, by an address (A10).
"""

import hashlib
import secrets
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID, uuid4

from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef
from django.db.models.functions import Least
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts import audit, chains
from accounts.declarations import Category, Subject
from accounts.models import Account, Language, Membership, Role
from accounts.tenancy import current_account
from privacy import copies, erasures, subjects
from privacy.models import (
    RequestDetails,
    RequestLetter,
    RequestPerson,
    RequestReceipt,
    SubjectCopy,
    SubjectRequest,
)
from privacy.models.requests import (
    DONE,
    REFUSALS,
    Channel,
    Delay,
    Ground,
    LetterKind,
    Proof,
    RequestKind,
    RequestState,
)

CODE_LASTS = timedelta(minutes=30)
CODE_TRIES = 5
"""Wrong codes after which a new one has to be sent."""

DETAILS_KEPT = timedelta(days=7)
"""How long after a decision name, address, words and letters stay, and the copy can be fetched."""

REMINDERS = (14, 7, 1)
"""Days before the due date on which owners and admins get an e-mail."""

WITH_COPY = (RequestKind.ACCESS, RequestKind.PORTABILITY)

_SIGNED_FOR = "privacy.requests"


def months_after(day: date, months: int) -> date:
    """The same day, calendar months later; a day that the month lacks becomes its last one: a
    month after 31 January is the end of February. Weekends and holidays move nothing, so that an
    answer is never late."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def today(now: datetime) -> date:
    """The day in UTC, by which the clock runs."""
    return now.astimezone(UTC).date()


def receive(
    kind: RequestKind,
    channel: Channel,
    *,
    subject_id: UUID | None = None,
    name: str = "",
    email: str = "",
    words: str = "",
    language: str = "",
    now: datetime,
    by: Membership | None = None,
) -> SubjectRequest:
    """Register a request that came at `now`; the clock begins (Art. 12(3)).

    `subject_id` is a visitor whom their signed number proved, and only the widget may name one.
    Stands inside the account.
    """
    account_id = current_account()
    assert account_id is not None
    is_signed = subject_id is not None and channel == Channel.WIDGET
    request = SubjectRequest.objects.create(
        account_id=account_id,
        kind=kind,
        channel=channel,
        language=language if language in Language else _language_of(account_id),
        received_at=now,
        due_on=months_after(today(now), 1),
        proof=Proof.VISITOR if is_signed else "",
        proven_at=now if is_signed else None,
    )
    RequestDetails.objects.create(
        account_id=account_id, request=request, name=name, email=email, words=words
    )
    if is_signed and subject_id is not None:
        RequestPerson.objects.create(account_id=account_id, request=request, subject_id=subject_id)
    _record(request, audit.Event.REQUEST_RECEIVED, by=by, kind=kind.value, channel=channel.value)
    return request


def ask_identity(request: SubjectRequest, *, now: datetime, by: Membership | None = None) -> None:
    """Have a code sent to the address that was named (Art. 12(6)); the one before is worthless.
    The due date stays. Raises ValidationError: `proven`, `no_address`, `done`."""
    request = _open(request)
    if request.is_proven:
        raise ValidationError(_("It is known who asks."), code="proven")
    details = RequestDetails.objects.select_for_update().filter(request=request).first()
    if details is None or not details.email:
        raise ValidationError(_("No e-mail address is known."), code="no_address")
    send_code(request, now=now)
    request.asked_at = request.asked_at or now
    request.state = RequestState.IDENTITY
    request.save(update_fields=["asked_at", "state"])
    _record(request, audit.Event.REQUEST_ASKED_WHO, by=by)


def send_code(request: SubjectRequest, *, now: datetime) -> None:
    """Write a letter with a code, which is made when the letter is handed over."""
    unsent = {"sent_at": None, "dropped_at": None}
    RequestLetter.objects.filter(request=request, kind=LetterKind.CODE, **unsent).delete()
    write(request, LetterKind.CODE, now=now)


def new_code(request_id: UUID, *, now: datetime) -> str:
    """Six digits that are good for half an hour and five tries. Only a keyed hash is kept; codes
    before it are worthless."""
    code = f"{secrets.randbelow(10**6):06}"
    RequestDetails.objects.filter(request_id=request_id).update(
        code_hash=_code_hash(request_id, code), code_expires_at=now + CODE_LASTS, code_tries=0
    )
    return code


def is_code(request: SubjectRequest, code: str, *, now: datetime) -> bool:
    """Whether this is the code that was sent. It is used up by that, and a wrong one costs one
    of five tries: the caller commits either way."""
    details = RequestDetails.objects.select_for_update().filter(request=request).first()
    if (
        details is None
        or not details.code_hash
        or details.code_tries >= CODE_TRIES
        or details.code_expires_at is None
        or details.code_expires_at <= now
    ):
        return False
    digits = "".join(code.split())
    is_right = constant_time_compare(details.code_hash, _code_hash(request.pk, digits))
    if is_right:
        details.code_hash = ""
    details.code_tries += 1
    details.save(update_fields=["code_hash", "code_tries"])
    return is_right


def link_key(request_id: UUID, code: str) -> str:
    """What the link beside a code in the same letter carries: good as long as the code is, and used
    up with it. Nothing is kept for it, and the code cannot be worked out from it."""
    return _key_of(_code_hash(request_id, code))


def is_link(request: SubjectRequest, key: str, *, now: datetime) -> bool:
    """Whether this is the key of the link that was sent. It is used up by that, and its code too.
    It is too long to be tried out, so wrong ones cost nobody a try."""
    details = RequestDetails.objects.select_for_update().filter(request=request).first()
    if (
        details is None
        or not details.code_hash
        or details.code_expires_at is None
        or details.code_expires_at <= now
        or not constant_time_compare(_key_of(details.code_hash), key)
    ):
        return False
    details.code_hash = ""
    details.save(update_fields=["code_hash"])
    return True


def confirm_identity(request: SubjectRequest, code: str, *, now: datetime) -> bool:
    """Whether the code is the one that was sent. If it is, it is known from now on that who asks
    reads this mailbox; nothing more."""
    request = _open(request)
    if not is_code(request, code, now=now):
        return False
    _prove(request, Proof.CODE, now=now, by=None)
    return True


def confirm_by_link(request: SubjectRequest, key: str, *, now: datetime) -> bool:
    """As `confirm_identity`, by the link beside the code."""
    request = _open(request)
    if not is_link(request, key, now=now):
        return False
    _prove(request, Proof.CODE, now=now, by=None)
    return True


def follow_with_erasure(request: SubjectRequest, *, now: datetime) -> SubjectRequest:
    """Ask for the deletion of what an answered request was about, by somebody who has just proven
    once more that they read the mailbox. It concerns the same people, as a member chose them, and
    has a clock of its own. Asked for already and not decided: that one.

    Raises ValidationError: `nobody` when nothing is left of them.
    """
    details = RequestDetails.objects.select_for_update().filter(request=request).first()
    people = [pk for pk in chosen_ids(request) if subjects.find(Subject.VISITOR, pk) is not None]
    if details is None or not people:
        raise ValidationError(_("Nothing is kept of this person any more."), code="nobody")
    asked = SubjectRequest.objects.open().filter(
        kind=RequestKind.ERASURE, people__subject_id__in=people, details__email=details.email
    )
    if earlier := asked.first():
        return earlier
    follower = receive(
        RequestKind.ERASURE,
        Channel.PAGE,
        name=details.name,
        email=details.email,
        language=request.language,
        now=now,
    )
    _prove(follower, Proof.CODE, now=now, by=None)
    RequestPerson.objects.bulk_create(
        RequestPerson(account_id=request.account_id, request=follower, subject_id=pk)
        for pk in people
    )
    return follower


def vouch(request: SubjectRequest, *, by: Membership, now: datetime) -> None:
    """Note that a member knows that the person is who they say."""
    _refuse_unless_manager(by)
    request = _open(request)
    if not request.is_proven:
        _prove(request, Proof.MEMBER, now=now, by=by)


def _prove(request: SubjectRequest, proof: Proof, *, now: datetime, by: Membership | None) -> None:
    request.proof, request.proven_at = proof, now
    if request.state == RequestState.IDENTITY:
        request.state = RequestState.IN_PROGRESS if request.taken_at else RequestState.RECEIVED
        if request.extended_at:
            request.state = RequestState.EXTENDED
    request.save(update_fields=["proof", "proven_at", "state"])
    _record(request, audit.Event.REQUEST_PROVEN, by=by, proof=proof.value)


def take(request: SubjectRequest, *, by: Membership, now: datetime) -> None:
    """Take the request on. One that a colleague took changes hands."""
    _refuse_unless_manager(by)
    request = _open(request)
    request.taken_by, request.taken_at = by, request.taken_at or now
    if request.state == RequestState.RECEIVED:
        request.state = RequestState.IN_PROGRESS
    request.save(update_fields=["taken_by", "taken_at", "state"])
    _record(request, audit.Event.REQUEST_TAKEN, by=by)


def candidates(request: SubjectRequest) -> list[Model]:
    """Who may be meant: people who gave the proven address. None while nothing is proven. An
    address is no identity: a member decides (A10)."""
    details = RequestDetails.objects.filter(request=request).first()
    if request.proof != Proof.CODE or details is None or not details.email:
        return []
    chosen = set(chosen_ids(request))
    found = subjects.search(Subject.VISITOR, details.email, 50)
    return [
        one for one in found if one.pk not in chosen and details.email.lower() in _contacts(one)
    ]


def _contacts(person: Model) -> set[str]:
    facts = subjects.own_facts(Subject.VISITOR, person)
    return {str(fact.value).lower() for fact in facts if fact.personal.category == Category.CONTACT}


def chosen_ids(request: SubjectRequest) -> list[UUID]:
    """Whose data the request is about, as far as that is decided."""
    chosen = RequestPerson.objects.filter(request=request).order_by("id")
    return list(chosen.values_list("subject_id", flat=True))


def choose(request: SubjectRequest, subject_id: UUID, *, by: Membership) -> None:
    """Decide that the request is about this person. Raises ValidationError: `unproven`, `gone`."""
    _refuse_unless_manager(by)
    request = _proven(request)
    if subjects.find(Subject.VISITOR, subject_id) is None:
        raise ValidationError(_("Nothing is kept of this person any more."), code="gone")
    RequestPerson.objects.bulk_create(
        [RequestPerson(account_id=request.account_id, request=request, subject_id=subject_id)],
        ignore_conflicts=True,
    )
    _record(request, audit.Event.REQUEST_PERSON_CHOSEN, by=by)


def drop_choice(request: SubjectRequest, subject_id: UUID, *, by: Membership) -> None:
    """Take back that the request is about this person."""
    _refuse_unless_manager(by)
    request = _open(request)
    if RequestPerson.objects.filter(request=request, subject_id=subject_id).delete()[0]:
        _record(request, audit.Event.REQUEST_PERSON_DROPPED, by=by)


def extend(
    request: SubjectRequest, delay: Delay, *, subject: str, body: str, by: Membership, now: datetime
) -> None:
    """Take two months more, and say so with the reason, inside the first month (Art. 12(3)).

    Raises ValidationError: `extended` already, or `late` once the first month is over.
    """
    _refuse_unless_manager(by)
    request = _open(request)
    if request.extended_at:
        raise ValidationError(_("The time was extended already."), code="extended")
    if today(now) > request.due_on:
        raise ValidationError(
            _("The first month is over: the time can be extended only inside it."), code="late"
        )
    request.delay, request.extended_at = delay, now
    request.due_on = months_after(today(request.received_at), 3)
    request.reminded = None
    if request.state != RequestState.IDENTITY:
        request.state = RequestState.EXTENDED
    request.save(update_fields=["delay", "extended_at", "due_on", "reminded", "state"])
    write(request, LetterKind.EXTENSION, subject=subject, body=body, now=now)
    _record(request, audit.Event.REQUEST_EXTENDED, by=by, delay=delay.value)


def make_copies(request: SubjectRequest, *, by: Membership) -> list[SubjectCopy]:
    """Ask for a copy of the data of everybody whom the request is about. The caller has them
    built. Raises ValidationError: `unproven`."""
    _refuse_unless_manager(by)
    request = _proven(request)
    made = []
    for person in RequestPerson.objects.select_for_update().filter(request=request):
        copy = copies.ask(
            person.subject_id, account_id=request.account_id, by=by, is_requested=True
        )
        person.copy_id = copy.pk
        person.save(update_fields=["copy_id"])
        made.append(copy)
    return made


def copies_of(request: SubjectRequest) -> list[SubjectCopy]:
    """The copies that were made for the request and are not deleted yet."""
    ids = RequestPerson.objects.filter(request=request).exclude(copy_id=None)
    return list(SubjectCopy.objects.filter(pk__in=ids.values("copy_id")).order_by("pk"))


def erase_people(request: SubjectRequest, *, by: Membership) -> int:
    """Erase everybody whom the request is about, and note the numbers of the receipts; returns
    how many. The request itself stays until it is answered: its answer has to reach somebody.

    Raises ValidationError: `unproven`, `nobody`, `held`; then nothing has happened.
    """
    _refuse_unless_manager(by)
    request = _proven(request)
    chosen = RequestPerson.objects.filter(request=request)
    people = [
        subjects.find(Subject.VISITOR, pk) for pk in chosen.values_list("subject_id", flat=True)
    ]
    if not any(people):
        raise ValidationError(_("Choose first whose data it is about."), code="nobody")
    with transaction.atomic():
        # Before the erasure, which would follow them to the address that the answer goes to.
        chosen.delete()
        for person in people:
            if person is not None:
                receipt_id = erasures.erase(
                    Subject.VISITOR, person, account_id=request.account_id, by=by
                )
                request.erasures.append(str(receipt_id))
        request.save(update_fields=["erasures"])
    return len(people)


def answer(
    request: SubjectRequest, *, subject: str, body: str, by: Membership, now: datetime
) -> None:
    """Grant the request and tell the person, with the copies that were made for it.

    Raises ValidationError: `unproven`, or `copy_missing` while a copy is being made.
    """
    _refuse_unless_manager(by)
    request = _proven(request)
    found = copies_of(request)
    if any(copy.finished_at is None for copy in found):
        raise ValidationError(_("A copy is not ready yet."), code="copy_missing")
    for copy in found:
        # A week for the person, not for the desk.
        copy.expires_at = now + DETAILS_KEPT
        copy.save(update_fields=["expires_at"])
    request.delivered_digest = (
        _digest_of(found) if found else hashlib.sha256(body.encode()).hexdigest()
    )
    write(request, LetterKind.ANSWER, subject=subject, body=body, now=now)
    _decide(request, RequestState.ANSWERED, by=by, now=now)


def propose_refusal(
    request: SubjectRequest,
    outcome: RequestState,
    ground: Ground,
    *,
    subject: str,
    body: str,
    by: Membership,
    now: datetime,
) -> None:
    """Prepare a refusal, of all or of a part, with the letter that says why and where to complain
    (Art. 12(4)). A second member confirms it. Proposing again replaces what was proposed."""
    _refuse_unless_manager(by)
    if outcome not in REFUSALS:
        raise ValueError("a refusal refuses something")
    request = _open(request)
    request.proposed, request.proposed_by, request.ground = outcome, by, ground
    request.save(update_fields=["proposed", "proposed_by", "ground"])
    _proposed_letters(request).delete()
    kind = LetterKind.REFUSAL if outcome == RequestState.REFUSED else LetterKind.PARTLY
    write(request, kind, subject=subject, body=body, now=now)
    _record(request, audit.Event.REQUEST_REFUSAL_PROPOSED, by=by, ground=ground.value)


def drop_refusal(request: SubjectRequest, *, by: Membership) -> None:
    """Take a proposed refusal back, one's own or a colleague's."""
    _refuse_unless_manager(by)
    request = _open(request)
    if not request.proposed:
        return
    request.proposed, request.proposed_by, request.ground = "", None, ""
    request.save(update_fields=["proposed", "proposed_by", "ground"])
    _proposed_letters(request).delete()
    _record(request, audit.Event.REQUEST_REFUSAL_DROPPED, by=by)


def confirm_refusal(
    request: SubjectRequest, *, by: Membership, now: datetime, is_alone: bool = False
) -> None:
    """Refuse what was proposed. It takes a second owner or admin. Where the account has no other,
    whoever proposed it may say so (`is_alone`), and the register and the receipt keep that.

    Raises ValidationError: `nothing_proposed`, `second_needed`, `not_alone`.
    """
    _refuse_unless_manager(by)
    request = _open(request)
    if not request.proposed:
        raise ValidationError(_("Nothing is proposed."), code="nothing_proposed")
    is_own = request.proposed_by_id in (None, by.pk)
    if is_own and has_second(by):
        raise ValidationError(
            _("A refusal needs a second owner or admin to confirm it."), code="second_needed"
        )
    if is_own and not is_alone:
        raise ValidationError(
            _("Tick that nobody else manages this account and that you decide alone."),
            code="not_alone",
        )
    request.decided_alone = is_own
    letter = _proposed_letters(request).first()
    request.delivered_digest = hashlib.sha256(letter.body.encode()).hexdigest() if letter else ""
    _decide(request, RequestState(request.proposed), by=by, now=now)


def has_second(by: Membership) -> bool:
    """Whether another owner or admin could look at what this member proposes."""
    managers = Membership.objects.active().filter(
        account_id=by.account_id, role__in=(Role.OWNER, Role.ADMIN)
    )
    return managers.exclude(pk=by.pk).exists()


def due_to_remind(now: datetime) -> list[SubjectRequest]:
    """Open requests that have come nearer to their due date than the last reminder told."""
    return [one for one in SubjectRequest.objects.open().soonest_first() if _nearness(one, now)]


def reminded(ids: Iterable[UUID], now: datetime) -> None:
    """Note that owners and admins were told."""
    for one in SubjectRequest.objects.select_for_update().filter(pk__in=list(ids)):
        if near := _nearness(one, now):
            one.reminded = near
            one.save(update_fields=["reminded"])


def _nearness(request: SubjectRequest, now: datetime) -> int | None:
    """The reminder that is due: 14, 7 or 1; None if it was sent."""
    near = [days for days in REMINDERS if request.days_left(today(now)) <= days]
    if not near or (request.reminded is not None and request.reminded <= near[-1]):
        return None
    return near[-1]


def drop_details(now: datetime) -> None:
    """Empty decided requests of everything that says who asked and what was said. While data are
    restricted because of one, the person has to be reached before that ends (Art. 18(3))."""
    over = SubjectRequest.objects.done().filter(decided_at__lte=now - DETAILS_KEPT)
    # One that tells of the end of a restriction is written long after the decision.
    RequestLetter.objects.filter(request__in=over, written_at__lte=now - DETAILS_KEPT).delete()
    # A letter is found through the people of its request, so these go last.
    letters = RequestLetter.objects.filter(request=OuterRef("pk"))
    over = over.filter(~Exists(letters), restrictions=None)
    for model in (RequestDetails, RequestPerson):
        model._default_manager.filter(request__in=over).delete()


def write(
    request: SubjectRequest,
    kind: LetterKind,
    *,
    subject: str = "",
    body: str = "",
    now: datetime,
) -> RequestLetter:
    """Write a letter. It goes out within seconds, and a refusal once it is decided."""
    _want_worker(request.account_id, now)
    return RequestLetter.objects.create(
        account_id=request.account_id,
        request=request,
        kind=kind,
        subject=subject,
        body=body,
        message_id=uuid4(),
        written_at=now,
    )


def _want_worker(account_id: UUID, now: datetime) -> None:
    # Always written, also when it changes nothing: the row's lock makes whoever plans the next
    # errand wait for this letter instead of overlooking it.
    Account.objects.filter(pk=account_id).update(
        request_errand_at=Least(F("request_errand_at"), now)
    )


@dataclass(frozen=True)
class Claim:
    """What the address of a person's own request says."""

    account_id: UUID
    request_id: UUID

    @classmethod
    def read(cls, signed: str) -> "Claim | None":
        """The claim of an address that we made, or None."""
        try:
            account_id, request_id = signing.loads(signed, salt=_SIGNED_FOR)
            return cls(UUID(account_id), UUID(request_id))
        except (signing.BadSignature, ValueError, TypeError):
            return None


def address(request: SubjectRequest) -> str:
    """The path of the page of whoever asked. It tells nothing of them, and for anything more
    than the state of the request it asks for a code."""
    signed = signing.dumps([str(request.account_id), str(request.pk)], salt=_SIGNED_FOR)
    return reverse("privacy_request_mine", args=[signed])


def _decide(
    request: SubjectRequest, outcome: RequestState, *, by: Membership, now: datetime
) -> None:
    if outcome == RequestState.ANSWERED:
        request.ground = ""
        _proposed_letters(request).delete()
    request.state, request.proposed = outcome, ""
    request.decided_by, request.decided_at = by, now
    request.save()
    # A refusal was written before and goes out now.
    _want_worker(request.account_id, now)
    RequestReceipt.objects.create(
        account_id=request.account_id,
        request_id=request.pk,
        kind=request.kind,
        channel=request.channel,
        received_at=request.received_at,
        due_on=request.due_on,
        proof=request.proof,
        proven_at=request.proven_at,
        delay=request.delay,
        extended_at=request.extended_at,
        outcome=outcome,
        ground=request.ground,
        decided_at=now,
        decided_alone=request.decided_alone,
        delivered_digest=request.delivered_digest,
        erasures=request.erasures,
    )
    chains.seal(RequestReceipt, request.account_id)
    _record(request, audit.Event.REQUEST_DECIDED, by=by, outcome=outcome.value)


def _proposed_letters(request: SubjectRequest) -> Any:
    kinds = (LetterKind.REFUSAL, LetterKind.PARTLY)
    return RequestLetter.objects.filter(request=request, kind__in=kinds, sent_at=None)


def _digest_of(found: list[SubjectCopy]) -> str:
    """SHA-256 of the file; of several: of their digests, one after the other."""
    digests = []
    for copy in found:
        with copy.file.open() as file:
            digests.append(hashlib.file_digest(file, "sha256").hexdigest())
    return (
        digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
    )


def _code_hash(request_id: UUID, code: str) -> str:
    return salted_hmac(_SIGNED_FOR, f"{request_id}:{code}", algorithm="sha256").hexdigest()


def _key_of(code_hash: str) -> str:
    return salted_hmac("privacy.requests.link", code_hash, algorithm="sha256").hexdigest()


def _language_of(account_id: UUID) -> str:
    return Account.objects.values_list("language", flat=True).get(pk=account_id)


def _open(request: SubjectRequest) -> SubjectRequest:
    """The request as it is now, held until the transaction ends."""
    fresh = SubjectRequest.objects.select_for_update().get(pk=request.pk)
    if fresh.state in DONE:
        raise ValidationError(_("This request was decided already."), code="done")
    return fresh


def _proven(request: SubjectRequest) -> SubjectRequest:
    request = _open(request)
    if not request.is_proven:
        raise ValidationError(_("It is not known yet who asks."), code="unproven")
    return request


def _refuse_unless_manager(by: Membership) -> None:
    if not by.can_manage:
        _not_allowed()


def _not_allowed() -> NoReturn:
    raise ValidationError(_("Only an owner or an admin can do this."), code="not_allowed")


def _record(
    request: SubjectRequest, event: audit.Event, *, by: Membership | None, **details: str
) -> None:
    target = ("request", request.pk)
    audit.record(request.account_id, event, by=by, target=target, **details)
