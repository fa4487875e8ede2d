"""Letters to people who asked about their data: what they say, and that they go out.

Each begins as a draft in the reader's language, which a member may change before it is sent. A
letter is a row; it is claimed, handed over and recorded, in a transaction each. A code is made
only when its letter is handed over, so that no table ever holds one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid5

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db.models import Model, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account, CompanyIdentity, Membership, Role
from accounts.tenancy import current_account
from privacy import corrections, requests, restrictions, suppressions, withdrawals
from privacy.models import (
    ErasureReceipt,
    RequestDetails,
    RequestLetter,
    RequestPerson,
    SubjectRequest,
)
from privacy.models.requests import (
    REFUSALS,
    Delay,
    Ground,
    LetterKind,
    RequestKind,
    RequestState,
)

CLAIM_LAPSES_AFTER = timedelta(minutes=5)
"""Longer than any hand-over takes: after it the process that claimed the letter is dead."""

LONGEST_PAUSE = timedelta(hours=4)
MAX_ATTEMPTS = 25
"""About three days with the pauses in between: as long as mail servers try by custom."""

_REFUSALS = (LetterKind.REFUSAL, LetterKind.PARTLY)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Draft:
    """A letter before somebody has read it over: plain text, paragraphs apart by empty lines."""

    subject: str
    body: str


def draft(
    request: SubjectRequest,
    kind: LetterKind,
    account: Account,
    *,
    delay: Delay | None = None,
    ground: Ground | None = None,
) -> Draft:
    """The letter as it would be written to this person, in their language."""
    with translation.override(request.language):
        subject = _("Your request %(reference)s to %(account)s") % {
            "reference": request.reference,
            "account": account.name,
        }
        paragraphs = [_greeting(request), *_said(request, kind, delay, ground), account.name]
    return Draft(subject, "\n\n".join(paragraphs))


def _greeting(request: SubjectRequest) -> str:
    details = RequestDetails.objects.filter(request=request).first()
    if details and details.name:
        return _("Hello %(name)s,") % {"name": details.name}
    return _("Hello,")


def _said(
    request: SubjectRequest, kind: LetterKind, delay: Delay | None, ground: Ground | None
) -> list[str]:
    received = _("you wrote to us on %(date)s about your personal data.") % {
        "date": date_format(request.received_at, "DATE_FORMAT")
    }
    match kind:
        case LetterKind.EXTENSION:
            return [received, *_extension(request, delay or Delay.COMPLEX)]
        case LetterKind.REFUSAL:
            refused = _("We cannot do what you asked for. The reason:")
            return [received, refused, _reason(ground), *_remedies()]
        case LetterKind.PARTLY:
            refused = _(
                "We have done what you asked for in part. The rest we cannot do. The reason:"
            )
            return [received, refused, _reason(ground), *_remedies()]
        case LetterKind.LIFTING:
            ends = _(
                "Until now we have kept your data and not used them (Art. 18 GDPR). That is going to "
                "end, because the reason for it is gone: we will use your data again as before."
            )
            return [received, ends, *_remedies(), _questions()]
        case _:
            return [received, *_answer(request), _questions()]


def _extension(request: SubjectRequest, delay: Delay) -> list[str]:
    until = date_format(requests.months_after(requests.today(request.received_at), 3))
    reasons = {
        Delay.COMPLEX: _("The reason is that your request is complex:"),
        Delay.NUMEROUS: _("The reason is the number of requests that we have to answer:"),
    }
    return [
        _(
            "We need more time for the answer and will give it by %(date)s at the latest "
            "(Art. 12(3) GDPR). You need not do anything."
        )
        % {"date": until},
        reasons[delay] + " …",
        *_remedies(),
    ]


def _reason(ground: Ground | None) -> str:
    return f"{Ground(ground).label}." if ground else "…"


def _answer(request: SubjectRequest) -> list[str]:
    match request.kind:
        case RequestKind.ACCESS | RequestKind.PORTABILITY if requests.copies_of(request):
            return [
                _(
                    "We have put together everything that we keep of you: a page to read, the same "
                    "as data for programs, and your files. For each kind of data it says what it "
                    "is for and how long it is kept."
                ),
                _(
                    "You may ask us to correct or delete your data or to restrict their use, you "
                    "may object to their use, and you may complain to a supervisory authority."
                ),
            ]
        case RequestKind.ACCESS | RequestKind.PORTABILITY if not request.people.exists():
            return [_("We looked and found nothing that we keep of you.")]
        case RequestKind.ACCESS | RequestKind.PORTABILITY:
            # Somebody was found, and there is no copy: what to say of it, nobody can know here.
            return []
        case RequestKind.RECTIFICATION if corrections.made_for(request):
            return [_("We have corrected what you told us.")]
        case RequestKind.ERASURE if request.erasures:
            return [
                _(
                    "We have deleted everything that we kept of you in our chat: conversations, "
                    "messages and files. Copies in backups are gone within 30 days."
                ),
                _("The number of the receipt: %(receipts)s.")
                % {"receipts": ", ".join(_receipts(request))},
            ]
        case RequestKind.ERASURE if not request.people.exists():
            return [_("We looked and found nothing that we keep of you.")]
        case RequestKind.RESTRICTION if restrictions.of_request(request):
            return [
                _(
                    "We keep your data from now on, but do not use them (Art. 18 GDPR). We will "
                    "tell you before that ends."
                )
            ]
        case RequestKind.OBJECTION if suppressions.covers(request):
            return [_("We respect your objection and have stopped this use of your data.")]
        case RequestKind.WITHDRAWAL if withdrawals.is_done_for(request, timezone.now()):
            return [
                _(
                    "Your consent is withdrawn. What was done with it before stays lawful; from "
                    "now on nothing rests on it."
                )
            ]
        case _:
            # What was asked is not done here: what to say of it, nobody can know.
            return []


def _receipts(request: SubjectRequest) -> list[str]:
    return [ErasureReceipt(pk=UUID(one)).reference for one in request.erasures]


def _questions() -> str:
    return _("If something is missing or not right, answer this letter.")


def _remedies() -> list[str]:
    return [
        _(
            "If you do not agree, you may complain to a supervisory authority, for example where "
            "you live or work, and you may go to court (Art. 77 and 79 GDPR)."
        )
    ]


@dataclass(frozen=True)
class Claim:
    """A letter that this process alone is to hand over now."""

    letter: RequestLetter
    request: SubjectRequest
    recipient: str


def claim_next(now: datetime) -> Claim | None:
    """Take the next letter that is due; None when there is none. One that can reach nobody any more
    is given up on the way, and so is one whose code was not sent while it would have been good."""
    while letter := _next(now):
        request = letter.request
        details = RequestDetails.objects.filter(request=request).first()
        is_stale = letter.kind == LetterKind.CODE and letter.written_at <= now - requests.CODE_LASTS
        if details is None or not details.email or is_stale or letter.attempts >= MAX_ATTEMPTS:
            drop(letter.pk, now)
            continue
        letter.claimed_at = now
        letter.attempts += 1
        letter.save(update_fields=["claimed_at", "attempts"])
        return Claim(letter, request, details.email)
    return None


def _next(now: datetime) -> RequestLetter | None:
    is_free = Q(claimed_at=None) | Q(claimed_at__lte=now - CLAIM_LAPSES_AFTER)
    return (
        _waiting()
        .filter(is_free, due_at__lte=now)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("request")
        .order_by("due_at", "id")
        .first()
    )


def _waiting() -> QuerySet[RequestLetter]:
    # A refusal waits for the second member.
    is_decided = ~Q(kind__in=_REFUSALS) | Q(request__state__in=REFUSALS)
    return RequestLetter.objects.filter(is_decided, sent_at=None, dropped_at=None)


def record(letter_id: UUID, now: datetime) -> None:
    """Note that the letter was handed over."""
    RequestLetter.objects.filter(pk=letter_id).update(sent_at=now)


def drop(letter_id: UUID, now: datetime) -> None:
    """Give the letter up. The desk shows that it has reached nobody."""
    log.warning("request_letter_given_up", letter=str(letter_id))
    RequestLetter.objects.filter(pk=letter_id, sent_at=None).update(dropped_at=now)


def retry_later(letter_id: UUID, now: datetime) -> None:
    """Handing over failed: again after a pause that doubles with each attempt, up to a limit."""
    # Gone if meanwhile another code was asked for, or the person was erased.
    letter = RequestLetter.objects.filter(pk=letter_id).first()
    if letter is not None:
        letter.claimed_at = None
        letter.due_at = now + min(timedelta(minutes=2 ** (letter.attempts - 1)), LONGEST_PAUSE)
        letter.save(update_fields=["claimed_at", "due_at"])


def plan_next_errand() -> None:
    """Note when a worker must next send letters of this account: when one is due or a claim lapses."""
    account_id = current_account()
    assert account_id is not None, "inside an account"
    # Before looking: whoever writes a letter holds the row until it can be seen (`requests.write`).
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    times = [
        max(due_at, claimed_at + CLAIM_LAPSES_AFTER) if claimed_at else due_at
        for due_at, claimed_at in _waiting().values_list("due_at", "claimed_at")
    ]
    account.request_errand_at = min(times, default=None)
    account.save(update_fields=["request_errand_at"])


def compose(claim: Claim, now: datetime) -> EmailMessage:
    """The mail, with its own constant Message-ID. For a code it makes the code."""
    letter, request = claim.letter, claim.request
    account = Account.objects.get(pk=letter.account_id)
    with translation.override(request.language):
        page = settings.PUBLIC_URL + requests.address(request)
        context: dict[str, Any] = {
            "account": account,
            "platform": settings.PLATFORM_NAME,
            "reference": request.reference,
            "body": letter.body,
            "subject": letter.subject,
        }
        name = "request"
        if letter.kind == LetterKind.CODE:
            name = "code"
            context["code"] = code = requests.new_code(request.pk, now=now)
            context["link"] = f"{page}?link={requests.link_key(request.pk, code)}"
            context["minutes"] = int(requests.CODE_LASTS.total_seconds() // 60)
            context["subject"] = _("Your code for %(account)s") % {"account": account.name}
        elif request.state == RequestState.ANSWERED and requests.copies_of(request):
            context["link"] = page
            context["until"] = requests.copies_of(request)[0].expires_at
        return _mail(name, context, claim.recipient, letter.message_id, _reply_to())


def _mail(
    name: str, context: dict[str, Any], to: str, message_id: UUID, reply_to: Sequence[str]
) -> EmailMessage:
    host = urlsplit(settings.PUBLIC_URL).hostname
    message = EmailMultiAlternatives(
        subject=" ".join(str(context["subject"]).split()),
        body=render_to_string(f"privacy/mail/{name}.txt", context),
        to=[to],
        reply_to=list(reply_to),
        headers={"Message-ID": f"<{message_id}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"privacy/mail/{name}.html", context), "text/html")
    return message


def _reply_to() -> list[str]:
    """The company's own contact for data protection, or the one it has."""
    company = CompanyIdentity.objects.first()
    address = (company.dpo_email or company.contact_email) if company else ""
    return [address] if address else []


def reminders(now: datetime) -> tuple[list[UUID], list[EmailMessage]]:
    """The ids of the requests whose due date comes near, and the mails that tell each owner and
    admin of them; on one day the same mails. No word of who asked."""
    due = requests.due_to_remind(now)
    if not due:
        return [], []
    account = Account.objects.get(pk=due[0].account_id)
    managers = Membership.objects.active().filter(
        account=account, role__in=(Role.OWNER, Role.ADMIN)
    )
    mails = []
    day = requests.today(now)
    for member in managers.select_related("user"):
        with translation.override(member.user.language):
            context = {
                "subject": ngettext(
                    "%(number)s request about personal data is waiting for an answer",
                    "%(number)s requests about personal data are waiting for an answer",
                    len(due),
                )
                % {"number": len(due)},
                "account": account,
                "platform": settings.PLATFORM_NAME,
                "requests": [(one, one.days_left(day)) for one in due],
                "link": settings.PUBLIC_URL + reverse("privacy_requests", args=[account.slug]),
            }
            message_id = uuid5(member.pk, f"requests due {day.isoformat()}")
            mails.append(_mail("reminder", context, member.user.email, message_id, []))
    return [one.pk for one in due], mails


class RequestEraser:
    """Letters of a person's requests that lie on disk while no mail provider is set."""

    def outside(self, subject: Model) -> Any:
        theirs = RequestPerson.objects.filter(subject_id=subject.pk).values("request_id")
        letters = RequestLetter.objects.filter(request_id__in=theirs)
        return [str(one) for one in letters.values_list("message_id", flat=True)]

    def erase(self, account_id: UUID, outside: Any) -> None:
        for letter in outside:
            (settings.MAIL_DIR / f"{letter}.eml").unlink(missing_ok=True)


ERASER = RequestEraser()
