"""Whether e-mails about conversations leave at all for an account (S17, S21)."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import Account
from chat import mail_servers
from chat.models import MailServer
from privacy import objections
from privacy.models import SubProcessor


def kept_out(account: Account) -> SubProcessor | None:
    """The company that hands the platform's e-mails over, if the account has objected to it and has
    no mail server of its own: then no such e-mail leaves. None: they do. Inside the account."""
    company = objections.keeps_out(account.pk, settings.EMAIL_HOST, timezone.now().date())
    return company if company and mail_servers.of(account) is None else None


def is_kept_out() -> Any:
    """The same as a column of accounts, for whoever has a statement to spare it."""
    keeping = objections.keeping_out(settings.EMAIL_HOST, timezone.now().date())
    own = MailServer.objects.filter(account=OuterRef("pk"))
    return Exists(keeping.filter(account=OuterRef("pk"))) & ~Exists(own)
