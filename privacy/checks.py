"""The checks of the privacy app itself (`privacy.compliance`)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import companies
from accounts.models import Account
from privacy import agreements, breaches, objections, policies, purposes, requests, retention
from privacy.compliance import Check, Result
from privacy.documents.facts import Incomplete
from privacy.models import Period, SubjectRequest, SubProcessor
from privacy.models.requests import DONE

SOON = timedelta(days=7)
"""Before the due date of a request."""


def checks(account: Account, now: datetime) -> Iterator[Check]:
    """Company, agreements, texts, purposes, history, sub-processors. Inside the account."""
    yield _company(account)
    yield _agreements(account)
    yield _policy(account)
    yield _purposes(account)
    yield _history(account, now)
    yield _changes(account, now.date())
    yield _transfers(now.date())
    yield _requests(now)
    yield _breaches(account, now)
    yield _recordings()


def _company(account: Account) -> Check:
    title, page = _("Company"), "settings_company"
    company = companies.of(account.pk)
    if company is None:
        sentence = _("It is not said which company is responsible.")
        return Check("company", title, Result.FAIL, sentence, _("Name the company"), page)
    if not company.contact_email:
        sentence = _("Visitors are not told to which address they can write about their rights.")
        return Check("company", title, Result.FAIL, sentence, _("Enter an e-mail address"), page)
    sentence = _("Name, VAT ID, address and contact are there.")
    return Check("company", title, Result.PASS, sentence)


def _agreements(account: Account) -> Check:
    title, page = _("Agreements"), "privacy_agreements"
    try:
        standings = agreements.standings(account)
    except Incomplete as error:
        if any(name.startswith("account.") for name in error.missing):
            sentence = _("There is no agreement yet: it needs the name of your company.")
            return Check(
                "agreements",
                title,
                Result.FAIL,
                sentence,
                _("Name the company"),
                "settings_company",
            )
        sentence = _("There is no agreement yet: we have to complete our own details first.")
        return Check("agreements", title, Result.FAIL, sentence)
    missing = [str(one.kind.label) for one in standings if one.is_missing]
    if missing:
        sentence = _("Not accepted in the present version: %(names)s.") % {
            "names": ", ".join(missing)
        }
        return Check(
            "agreements", title, Result.FAIL, sentence, _("Read and accept as an owner"), page
        )
    changed = [str(one.kind.label) for one in standings if one.is_open]
    if changed:
        sentence = _("Settings or registers have changed since you accepted: %(names)s.") % {
            "names": ", ".join(changed)
        }
        return Check("agreements", title, Result.WARN, sentence, _("See what has changed"), page)
    sentence = _("The present versions are accepted.")
    return Check("agreements", title, Result.PASS, sentence)


def _policy(account: Account) -> Check:
    title, page = _("Privacy policy"), "privacy_policy"
    if gaps := policies.gaps(account):
        sentence = _("It cannot be written yet. Missing: %(gaps)s.") % {
            "gaps": "; ".join(gap.text for gap in gaps)
        }
        return Check("policy", title, Result.FAIL, sentence, _("See what is missing"), page)
    if drifts := policies.drifts(account):
        names = ", ".join(drift.copy.language for drift in drifts)
        sentence = _("Your settings have changed since you copied the text (%(languages)s).") % {
            "languages": names
        }
        return Check("policy", title, Result.WARN, sentence, _("Copy it again"), page)
    if policies.copies(account):
        sentence = _("What you copied says what your settings say.")
        return Check("policy", title, Result.PASS, sentence)
    sentence = _("The public page says what your settings say. The text has not been copied.")
    return Check("policy", title, Result.PASS, sentence)


def _purposes(account: Account) -> Check:
    title = _("Purposes")
    if not purposes.declared(account.pk):
        sentence = _("It is not declared what you use your visitors’ data for.")
        return Check(
            "purposes",
            title,
            Result.FAIL,
            sentence,
            _("Declare the purposes"),
            "privacy_purposes",
        )
    further = len(purposes.declared(account.pk)) - 1
    if not further:
        sentence = _("Declared: answering visitors, without consent boxes.")
    else:
        sentence = ngettext(
            "Declared, with a consent box for %(number)d further purpose.",
            "Declared, with consent boxes for %(number)d further purposes.",
            further,
        ) % {"number": further}
    return Check("purposes", title, Result.PASS, sentence)


def _history(account: Account, now: datetime) -> Check:
    title, page = _("Chat history"), "privacy_history"
    if retention.needs_review(account, now):
        sentence = _("Nothing is deleted, and the reason for it was written more than a year ago.")
        return Check("history", title, Result.FAIL, sentence, _("Review the reason"), page)
    period = retention.effective(account, now)
    if period == Period.UNLIMITED:
        sentence = _("Nothing is deleted. Data may be kept only as long as they are needed.")
        return Check("history", title, Result.WARN, sentence, _("Choose a period"), page)
    sentence = _("What is older is deleted every night. Period: %(period)s.") % {
        "period": period.label
    }
    return Check("history", title, Result.PASS, sentence)


def _changes(account: Account, today: date) -> Check:
    """S21: a change can be objected to until it takes effect."""
    title, page = _("Sub-processors"), "privacy_sub_processors"
    coming = SubProcessor.objects.known_on(today).filter(effective_on__gt=today)
    answered = objections.of(account.pk)
    open_ones = [one for one in coming.order_by("effective_on") if one.pk not in answered]
    if open_ones:
        first = open_ones[0]
        assert first.effective_on
        sentence = _("%(name)s will begin on %(day)s. Until then you can object.") % {
            "name": first.legal_name,
            "day": date_format(first.effective_on, "DATE_FORMAT"),
        }
        return Check("sub-processors", title, Result.WARN, sentence, _("Look at the change"), page)
    sentence = _("No change is announced that you have not answered.")
    return Check("sub-processors", title, Result.PASS, sentence)


def _transfers(today: date) -> Check:
    title = _("Transfers")
    stale = [
        one.legal_name for one in SubProcessor.objects.known_on(today) if one.is_check_stale(today)
    ]
    if stale:
        sentence = _("We have not checked lately what the transfer to %(names)s rests on.") % {
            "names": ", ".join(stale)
        }
        return Check(
            "transfers",
            title,
            Result.WARN,
            sentence,
            _("See the register"),
            "privacy_sub_processors",
        )
    sentence = _("What every transfer rests on was checked within 90 days, or none is needed.")
    return Check("transfers", title, Result.PASS, sentence)


def _requests(now: datetime) -> Check:
    """Art. 12(3): a month, unless it was extended."""
    title, page = _("Requests"), "privacy_requests"
    today = requests.today(now)
    waiting = SubjectRequest.objects.exclude(state__in=DONE)
    overdue = waiting.filter(due_on__lt=today).count()
    if overdue:
        sentence = ngettext(
            "%(number)d request is overdue. The law gives a month for an answer.",
            "%(number)d requests are overdue. The law gives a month for an answer.",
            overdue,
        ) % {"number": overdue}
        return Check("requests", title, Result.FAIL, sentence, _("Answer them"), page)
    soon = waiting.filter(due_on__lte=today + SOON).count()
    if soon:
        sentence = ngettext(
            "%(number)d request is due within a week.",
            "%(number)d requests are due within a week.",
            soon,
        ) % {"number": soon}
        return Check("requests", title, Result.WARN, sentence, _("Answer them"), page)
    return Check("requests", title, Result.PASS, _("No request is overdue."))


def _breaches(account: Account, now: datetime) -> Check:
    """Art. 33(1): the account's own clock begins when it is told."""
    title, page = _("Data breaches"), "privacy_breaches"
    running = [told for told in breaches.of(account) if told.ends_at > now]
    if running:
        sentence = _("We told you of a data breach. You may have to tell your authority in time.")
        return Check("breaches", title, Result.FAIL, sentence, _("Read what we know"), page)
    sentence = _("No breach is open of which we told you lately.")
    return Check("breaches", title, Result.PASS, sentence)


def _recordings() -> Check:
    sentence = _("Sessions of visitors are not recorded.")
    return Check("recordings", _("Recordings"), Result.PASS, sentence)
