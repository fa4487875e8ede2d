"""How letters of the platform read: one lay-out, and a composer for each kind."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import countries, mail
from accounts.models import Account, SupportSession
from privacy import exports, platform, renewals, subscriptions
from privacy.models import (
    Agreement,
    AgreementVersion,
    BreachEntry,
    CustomAgreement,
    CustomState,
    Letter,
    LetterKind,
    Objection,
    Outcome,
    Risk,
    SubProcessor,
)

Fact = tuple[str, str]

CHANGES_SHOWN = 20
"""Of a new version, in the letter itself."""


@dataclass(frozen=True)
class Content:
    """What a letter says, plain. `button` is words and an address, `why` says why somebody gets it."""

    subject: str
    paragraphs: tuple[str, ...]
    facts: tuple[Fact, ...] = ()
    button: Fact | None = None
    why: str = ""


def compose(letter: Letter) -> EmailMultiAlternatives | None:
    """The letter in its reader's language, with its own constant Message-ID; None if what it speaks
    of is gone."""
    if letter.kind in _OF_ACCOUNTS:
        return _of_account(letter)
    with translation.override(_language(letter)):
        content = _COMPOSERS[LetterKind(letter.kind)](letter)
        if content is None:
            return None
        stop = subscriptions.end_address(letter.subscriber) if _is_followed(letter) else ""
        context = {"content": content, "stop": stop, "platform_name": settings.PLATFORM_NAME}
        message = EmailMultiAlternatives(
            subject=" ".join(content.subject.split()),
            body=render_to_string("privacy/mail/letter.txt", context),
            to=[_mailbox(letter)],
            headers={"Message-ID": _message_id(letter), "Auto-Submitted": "auto-generated"},
        )
        if stop:
            # One click in the mail program ends it (RFC 8058).
            message.extra_headers["List-Unsubscribe"] = f"<{stop}>"
            message.extra_headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        html = render_to_string("privacy/mail/letter.html", context)
        message.attach_alternative(html, "text/html")
        return message


def _message_id(letter: Letter) -> str:
    return f"<{letter.message_id}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def _language(letter: Letter) -> str:
    if letter.member:
        return str(letter.member.user.language)
    reader = letter.subscriber or letter.ticket
    return reader.language if reader else "en"


def _mailbox(letter: Letter) -> str:
    if letter.member:
        return str(letter.member.user.email)
    reader = letter.subscriber or letter.ticket
    return reader.email if reader else ""


def _is_followed(letter: Letter) -> bool:
    return letter.subscriber is not None and letter.kind != LetterKind.SUBSCRIPTION


def _page(name: str, *arguments: object) -> str:
    # Built from the installation's own address and never from a request's Host (A42).
    return settings.PUBLIC_URL + reverse(name, args=arguments)


def _why(account: Account | None) -> str:
    if account is None:
        return _("You get this because you follow changes of our sub-processors.")
    return _("You get this as an owner of %(account)s.") % {"account": account.name}


# --- Sub-processors ----------------------------------------------------------------------------


def _change(letter: Letter) -> Content | None:
    one = SubProcessor.objects.filter(pk=letter.about_id, dropped_on=None).first()
    if one is None or one.effective_on is None:
        return None
    day = date_format(one.effective_on, "DATE_FORMAT")
    said = [
        _(
            "%(name)s is to process data for us from %(day)s on. We tell you now, so that you can object."
        )
        % {"name": one.legal_name, "day": day}
    ]
    if one.emergency:
        said.append(_("Why this is sooner than in 30 days: %(reason)s") % {"reason": one.emergency})
    if letter.account:
        said.append(_("If you have reasons against it, object on the page below until that day."))
        button = (_("Read and object"), _page("privacy_sub_processors", letter.account.slug))
    else:
        said.append(_("Owners of accounts can object in their settings until that day."))
        button = (_("Read more"), _page("privacy_document", "sub-processors"))
    return Content(
        subject=_("A new sub-processor from %(day)s: %(name)s")
        % {"day": day, "name": one.legal_name},
        paragraphs=tuple(said),
        facts=_facts(one),
        button=button,
        why=_why(letter.account),
    )


def _facts(one: SubProcessor) -> tuple[Fact, ...]:
    places = {one.place_of_storage, one.place_of_processing, one.place_of_access}
    facts = (
        (_("Company"), f"{one.legal_name}, {one.address}, {countries.NAMES[one.country]}"),
        (_("Contact"), one.contact),
        (_("Service"), f"{one.service}: {one.description}"),
        (_("Data"), one.data),
        (_("Countries"), ", ".join(countries.NAMES[country] for country in sorted(places))),
        (_("Transfer tool"), platform.transfer(one)),
        (_("Replaces"), one.replaces.legal_name if one.replaces else ""),
        (_("Works for"), one.parent),
    )
    return tuple(fact for fact in facts if fact[1])


def _change_dropped(letter: Letter) -> Content | None:
    one = SubProcessor.objects.filter(pk=letter.about_id, dropped_on__isnull=False).first()
    if one is None:
        return None
    said = _("We had announced that %(name)s would process data for us. That does not happen.")
    return Content(
        subject=_("Dropped: %(name)s does not become a sub-processor") % {"name": one.legal_name},
        paragraphs=(said % {"name": one.legal_name}, _("There is nothing that you need to do.")),
        why=_why(letter.account),
    )


def _objection(letter: Letter) -> Content | None:
    one = Objection.objects.select_related("sub_processor").filter(pk=letter.about_id).first()
    if one is None or letter.account is None or one.is_open:
        return None
    said = [
        {
            Outcome.WITHDRAWN: _("Your objection is noted as withdrawn."),
            Outcome.FEATURE_OFF: _(
                "%(name)s gets none of your data. What needs it is switched off for your account."
            ),
            Outcome.DROPPED: _("The change does not happen: %(name)s is not going to work for us."),
            Outcome.TERMINATION: _(
                "We cannot do without %(name)s. You may end the contract without a fee, and export "
                "all your data first."
            ),
        }[Outcome(one.outcome)]
        % {"name": one.sub_processor.legal_name}
    ]
    return Content(
        subject=_("Your objection to %(name)s is decided") % {"name": one.sub_processor.legal_name},
        paragraphs=(*said, *([one.answer] if one.answer else [])),
        facts=((_("Outcome"), str(Outcome(one.outcome).label)),),
        button=(_("Open the page"), _page("privacy_sub_processors", letter.account.slug)),
        why=_why(letter.account),
    )


def _agreement(letter: Letter) -> Content | None:
    one = AgreementVersion.objects.filter(pk=letter.about_id).first()
    if one is None or letter.account is None:
        return None
    name = str(Agreement(one.kind).label)
    day = date_format(one.since + renewals.NOTICE, "DATE_FORMAT")
    changed = renewals.changes(one)
    facts = tuple(
        ((_("Removed") if change.kind == "removed" else _("Added")), change.text)
        for change in changed[:CHANGES_SHOWN]
    )
    said = [
        _("There is a new version of “%(name)s”: %(version)s. Please accept it by %(day)s.")
        % {"name": name, "version": one.version, "day": day},
        _("If you do not want to accept it, you can export everything and close the account."),
    ]
    if len(changed) > CHANGES_SHOWN:
        said.append(_("The first changes stand below, and all of them on the page."))
    return Content(
        subject=_("New version of “%(name)s”: please accept it by %(day)s")
        % {"name": name, "day": day},
        paragraphs=tuple(said),
        facts=facts,
        button=(_("Read and accept"), _page("privacy_agreements", letter.account.slug)),
        why=_why(letter.account),
    )


def _offered(letter: Letter) -> Content | None:
    one = CustomAgreement.objects.filter(offer_id=letter.about_id, state=CustomState.UPLOADED)
    found = one.only("title", "pdf_digest").first()
    if found is None or letter.account is None:
        return None
    return Content(
        subject=_("Your agreement is ready to be countersigned"),
        paragraphs=(
            _(
                "The agreement that we negotiated is on the page below. Read it, then countersign it there."
            ),
        ),
        facts=((_("Agreement"), found.title), ("SHA-256", found.pdf_digest)),
        button=(_("Read and countersign"), _page("privacy_custom", letter.account.slug)),
        why=_why(letter.account),
    )


def _in_force(letter: Letter) -> Content | None:
    one = CustomAgreement.objects.filter(pk=letter.about_id, state=CustomState.IN_FORCE)
    found = one.only("title", "signed_digest").first()
    if found is None or letter.account is None:
        return None
    return Content(
        subject=_("Your agreement is in force"),
        paragraphs=(
            _(
                "We have looked at your signed copy. From now on your agreement stands in for the standard one."
            ),
        ),
        facts=((_("Agreement"), found.title), ("SHA-256", found.signed_digest)),
        button=(_("Open the page"), _page("privacy_custom", letter.account.slug)),
        why=_why(letter.account),
    )


def _ended(letter: Letter) -> Content | None:
    own = CustomAgreement.objects.filter(account=letter.account)
    if letter.account is None or own.filter(state=CustomState.IN_FORCE).exists():
        return None
    found = own.filter(pk=letter.about_id).only("title").first()
    if found is None:
        return None
    return Content(
        subject=_("Your agreement has ended: please accept the standard one"),
        paragraphs=(
            _(
                "Your own agreement no longer holds. The law asks for one between us: please read the "
                "standard agreement, and accept it."
            ),
        ),
        facts=((_("Agreement"), found.title),),
        button=(_("Read and accept"), _page("privacy_agreements", letter.account.slug)),
        why=_why(letter.account),
    )


def _breach(letter: Letter) -> Content | None:
    notice = BreachEntry.objects.select_related("breach").filter(pk=letter.about_id).first()
    if notice is None or letter.account is None:
        return None
    said, number = notice.details, notice.breach.number
    first = said["phase"] == 1
    hours = settings.BREACH_AUTHORITY_HOURS
    subject = (
        _("Breach of personal data: notice %(number)s")
        if first
        else _("Breach of personal data: supplement to notice %(number)s")
    )
    return Content(
        subject=subject % {"number": number},
        paragraphs=(
            _(
                "Personal data that we process for %(account)s were affected by a breach. This is "
                "our notice under Article 33(2) GDPR."
            )
            % {"account": letter.account.name},
            ngettext(
                "If there is a risk for people, you have to tell your authority within "
                "%(hours)s hour from our first notice.",
                "If there is a risk for people, you have to tell your authority within "
                "%(hours)s hours from our first notice.",
                hours,
            )
            % {"hours": hours},
        ),
        facts=(
            (_("What happened"), said["nature"]),
            (_("People, approximately"), said["people"]),
            (_("Records, approximately"), said["records"]),
            (_("Likely consequences"), said["consequences"]),
            (_("Measures taken or proposed"), said["measures"]),
            (_("Risk for people"), str(Risk(said["risk"]).label)),
            (_("Who can be asked"), said["contact"]),
        ),
        button=(
            _("Read it, with the clock and a text for people"),
            _page("privacy_breaches", letter.account.slug),
        ),
        why=_why(letter.account),
    )


def _support(letter: Letter) -> Content | None:
    one = SupportSession.objects.filter(pk=letter.about_id).first()
    if one is None or letter.account is None:
        return None
    until = date_format(one.ends_at, "SHORT_DATETIME_FORMAT")
    facts = (
        (_("Reason"), one.reason),
        (_("Answers request"), one.request_number),
        (_("Who"), one.staff_name),
        (_("From (UTC)"), date_format(one.started_at, "SHORT_DATETIME_FORMAT")),
        (_("Until (UTC), at the latest"), until),
    )
    return Content(
        subject=_("Platform support looks into %(account)s") % {"account": letter.account.name},
        paragraphs=(
            _("A person of our support has opened a session in your account."),
            _(
                "They can read settings and conversations, and can change nothing and take nothing along. What they "
                "read is written down for you. You can end the session at once on the page below."
            ),
        ),
        facts=tuple(fact for fact in facts if fact[1]),
        button=(_("See it, or end it"), _page("settings_support", letter.account.slug)),
        why=_why(letter.account),
    )


def _ticket(letter: Letter) -> Content | None:
    ticket = letter.ticket
    assert ticket is not None
    return Content(
        subject=_("Your question %(number)s has reached us") % {"number": ticket.number},
        paragraphs=(
            _(
                "Your question to our data protection officer has the number %(number)s. You get an answer by %(day)s."
            )
            % {"number": ticket.number, "day": date_format(ticket.due_at, "DATE_FORMAT")},
            _("If you did not ask anything, somebody else entered your address. Then do nothing."),
        ),
        why=_("You get this once, because somebody entered this address."),
    )


def _ticket_answer(letter: Letter) -> Content | None:
    ticket = letter.ticket
    assert ticket is not None
    return Content(
        subject=_("Answer to your question %(number)s") % {"number": ticket.number},
        paragraphs=(ticket.answer,),
        button=(_("Ask again"), _page("privacy_contact")),
        why=_("You get this because you asked our data protection officer."),
    )


def _subscription(letter: Letter) -> Content | None:
    reader = letter.subscriber
    assert reader is not None
    if reader.confirmed_at:
        return Content(
            subject=_("You follow our sub-processors already"),
            paragraphs=(
                _("Somebody entered this address, maybe you. It is on the list: nothing changes."),
            ),
            button=(_("Stop following"), subscriptions.end_address(reader)),
            why=_("You get this once, because somebody entered this address."),
        )
    return Content(
        subject=_("Confirm that you want to follow our sub-processors"),
        paragraphs=(
            _("Somebody entered this address to be told of new sub-processors."),
            _("If it was you, open this page within two days and confirm. If not, do nothing."),
        ),
        button=(_("Confirm"), subscriptions.confirm_address(reader)),
        why=_("You get this once, because somebody entered this address."),
    )


# --- The account itself ------------------------------------------------------------------------


def _of_account(letter: Letter) -> EmailMultiAlternatives | None:
    account, page = letter.account, _OF_ACCOUNTS[LetterKind(letter.kind)]
    if account is None or letter.member is None or _has_passed(letter, account):
        return None
    message = mail.compose(
        letter.member.user,
        f"privacy/mail/{letter.kind}",
        path=reverse(page, args=[account.slug]),
        account=account,
        days=exports.KEPT.days,
    )
    message.extra_headers["Message-ID"] = _message_id(letter)
    return message


def _has_passed(letter: Letter, account: Account) -> bool:
    """Whether an owner has closed or opened the account since, so that the letter says it wrongly."""
    match letter.kind:
        case LetterKind.ACCOUNT_CLOSED | LetterKind.ACCOUNT_HELD:
            return account.closed_at is None
        case LetterKind.ACCOUNT_REOPENED:
            return account.closed_at is not None
        case _:
            return False


_OF_ACCOUNTS: dict[LetterKind, str] = {
    LetterKind.DEFAULTS: "privacy_history",
    LetterKind.EXPORT_READY: "privacy_export",
    LetterKind.ACCOUNT_CLOSED: "privacy_export",
    LetterKind.ACCOUNT_REOPENED: "privacy_export",
    LetterKind.ACCOUNT_HELD: "privacy_export",
}
"""The page that each leads to. Their words stand in `privacy/mail/<kind>.txt`."""


_COMPOSERS: dict[LetterKind, Callable[[Letter], Content | None]] = {
    LetterKind.CHANGE: _change,
    LetterKind.CHANGE_DROPPED: _change_dropped,
    LetterKind.OBJECTION: _objection,
    LetterKind.AGREEMENT: _agreement,
    LetterKind.AGREEMENT_OFFERED: _offered,
    LetterKind.AGREEMENT_IN_FORCE: _in_force,
    LetterKind.AGREEMENT_ENDED: _ended,
    LetterKind.BREACH: _breach,
    LetterKind.SUPPORT: _support,
    LetterKind.TICKET: _ticket,
    LetterKind.TICKET_ANSWER: _ticket_answer,
    LetterKind.SUBSCRIPTION: _subscription,
}
