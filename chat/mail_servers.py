"""The account's own mail server: while there is one, its letters leave by it and by nothing else (S17).

Speaking to it happens outside of transactions; its password is sealed and shown to nobody.
"""

import smtplib
from collections.abc import Sequence
from email.utils import formataddr

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone

from accounts import audit, sealing, smtp
from accounts.audit import Event
from accounts.mail import compose
from accounts.models import Account, Membership, User
from accounts.sealing import UnsealableError
from accounts.smtp import Server, Trouble, TroubleError
from chat.models import MailServer

_UNTOLD = ("user", "password", "from_address")
"""What is a secret, or may name a person."""


class OwnServer(EmailBackend):
    """Hands letters to the account's server. Its host, port and log-in are those of the row alone."""

    def __init__(self, server: MailServer) -> None:
        super().__init__(host=server.host, port=server.port, use_tls=False, use_ssl=False)
        self.server = server

    def open(self) -> bool:
        """Raises TroubleError."""
        if self.connection:
            return False
        self.connection = smtp.open_line(_opened(self.server))
        return True

    def close(self) -> None:
        """Take leave; a server that does not answer to that has the letter all the same."""
        line, self.connection = self.connection, None
        if line is not None:
            try:
                line.quit()
            except (OSError, smtplib.SMTPException):
                line.close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """The letters come from the address that the account has given."""
        for message in email_messages:
            message.from_email = formataddr((self.server.account.name, self.server.from_address))
        return int(super().send_messages(email_messages) or 0)


def _opened(server: MailServer) -> Server:
    try:
        password = sealing.unseal(server.password)
    except UnsealableError as error:
        raise TroubleError(Trouble.UNSEALABLE) from error
    return Server(server.host, server.port, server.user, password)


def of(account: Account) -> MailServer | None:
    """The account's server; None: the platform hands its letters over. Inside the account."""
    return MailServer.objects.filter(account=account).select_related("account").first()


def try_out(server: MailServer, *, reader: User, path: str) -> Trouble | None:
    """Connect, log in and send this person a letter that says so. Outside of transactions. None: it
    was taken. `path` is the page that the letter leads to."""
    letter = compose(reader, "chat/mail/mail_server", path=path, account=server.account)
    letter.connection = OwnServer(server)
    try:
        letter.send()
    except (TroubleError, OSError, ValueError) as error:
        # SMTPException is an OSError.
        return smtp.trouble_of(error)
    return None


def keep(server: MailServer, *, by: Membership | None) -> None:
    """Send the account's letters by this server from now on. Inside the account."""
    before = of(server.account)
    old, new = _told(before), _told(server)
    audit.changed(server.account_id, by=by, setting="mail_server", old=old, new=new)
    # That they were given, and nothing of them.
    if given := [name for name in _UNTOLD if getattr(before, name, "") != getattr(server, name)]:
        audit.record(
            server.account_id,
            Event.SETTING_CHANGED,
            by=by,
            setting="mail_server_log_in",
            fields=given,
        )
    MailServer.objects.update_or_create(
        account=server.account,
        defaults={
            "host": server.host,
            "port": server.port,
            "user": server.user,
            "password": server.password,
            "from_address": server.from_address,
            "country": server.country,
            "worked_at": timezone.now(),
            "failed_at": None,
            "trouble": "",
        },
    )


def remove(server: MailServer, *, by: Membership | None) -> None:
    """Go back to the platform's mailer, also for letters that still wait. Inside the account."""
    audit.changed(server.account_id, by=by, setting="mail_server", old=_told(server), new="")
    server.delete()


def worked(server: MailServer) -> None:
    """A letter was taken. Inside the account; a server that is gone meanwhile stays gone."""
    MailServer.objects.filter(pk=server.pk).update(worked_at=timezone.now())


def failed(server: MailServer, error: Exception) -> None:
    """A letter was not taken: note when and at which step. Inside the account."""
    MailServer.objects.filter(pk=server.pk).update(
        failed_at=timezone.now(), trouble=smtp.trouble_of(error).value
    )


def _told(server: MailServer | None) -> str:
    return f"{server.host}:{server.port}, {server.country}" if server else ""
