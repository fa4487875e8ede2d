"""What the chat's settings mean for an account's duties (`privacy.compliance`)."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Account
from chat import mailing, technical
from privacy.compliance import Check, Result
from privacy.models import SubProcessor


def checks(account: Account, now: datetime) -> Iterator[Check]:
    """IP addresses, where the chat may run, and e-mails that stay off. Inside the account."""
    yield _ip_addresses(account)
    yield _sites(account)
    if company := mailing.kept_out(account):
        yield _mails(company)


def _ip_addresses(account: Account) -> Check:
    title = _("IP addresses")
    if technical.Kind.IP_ADDRESS in technical.collected(account.pk):
        sentence = _("Visitors’ IP addresses are stored. You need a reason for it.")
        return Check(
            "ip-addresses", title, Result.WARN, sentence, _("Switch it off"), "privacy_data"
        )
    return Check("ip-addresses", title, Result.PASS, _("No IP address of a visitor is stored."))


def _sites(account: Account) -> Check:
    title = _("Sites")
    if account.allows_any_site:
        sentence = _("The chat runs on any website, also where nobody reads your privacy policy.")
        return Check("sites", title, Result.WARN, sentence, _("List your sites"), "settings_sites")
    return Check("sites", title, Result.PASS, _("The chat runs on the sites of your list only."))


def _mails(company: SubProcessor) -> Check:
    """S21: what an objection keeps from its sub-processor."""
    sentence = _(
        "No e-mail about conversations leaves: you have objected to %(name)s, which hands them over."
    ) % {"name": company.legal_name}
    return Check(
        "mails", _("E-mails"), Result.WARN, sentence, _("Use a server of your own"), "mail_server"
    )
