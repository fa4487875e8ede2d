"""How letters about conversations read, and where mail goes while no provider is set."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from accounts.ids import uuid7
from accounts.models import Account, Language, Site, User
from chat import chat_settings, mail_servers
from chat.letters import Claim
from chat.models import MailKind, Visitor

log = structlog.get_logger(__name__)

SUBJECTS = {
    MailKind.VISITOR_WAITS: gettext_lazy("A visitor of %(name)s is waiting for an answer"),
    MailKind.ANSWER: gettext_lazy("%(name)s has answered you"),
    MailKind.TRANSCRIPT: gettext_lazy("Your conversation with %(name)s"),
    MailKind.OFFLINE_MESSAGE: gettext_lazy("A message was left for %(name)s"),
}

TO_THE_TEAM = frozenset({MailKind.VISITOR_WAITS, MailKind.OFFLINE_MESSAGE})
"""Letters that lead into the inbox, and may be told to carry nothing else."""


def compose(claim: Claim) -> EmailMessage:
    """The mail for a claimed letter, in the reader's language, with its own constant Message-ID. It
    leaves by the account's own mail server, if there is one."""
    letter, conversation = claim.letter, claim.conversation
    account = conversation.account
    server = mail_servers.of(account)
    with translation.override(_language(claim, account)), timezone.override(_zone(account)):
        subject = str(SUBJECTS[MailKind(letter.kind)]) % {"name": account.name}
        is_link_only = _is_link_only(claim)
        context = {
            "account": account,
            "conversation": conversation,
            # Of somebody whose data are restricted no name and no address leaves (Art. 18 GDPR).
            "visitor": Visitor() if conversation.visitor.restricted_at else conversation.visitor,
            "messages": [] if is_link_only else claim.messages,
            "answers": [] if is_link_only else conversation.answers,
            "is_link_only": is_link_only,
            "link": _link(claim, account),
            "platform": settings.PLATFORM_NAME,
        }
        message = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body=render_to_string(f"chat/mail/{letter.kind}.txt", context),
            to=[letter.recipient],
            headers={
                "Message-ID": f"<{letter.message_id}@{urlsplit(settings.PUBLIC_URL).hostname}>",
                "Auto-Submitted": "auto-generated",
            },
            connection=mail_servers.OwnServer(server) if server else None,
        )
        html = render_to_string(f"chat/mail/{letter.kind}.html", context)
        message.attach_alternative(html, "text/html")
        return message


def _is_link_only(claim: Claim) -> bool:
    """Whether nothing of what the visitor wrote may leave for the agents' mailboxes."""
    return (
        claim.letter.kind in TO_THE_TEAM
        and chat_settings.of(claim.letter.account_id).mails_agents_links_only
    )


def _language(claim: Claim, account: Account) -> str:
    if claim.letter.kind in TO_THE_TEAM:
        reader = User.objects.filter(email=claim.letter.recipient).values_list(
            "language", flat=True
        )
        return reader.first() or account.language
    spoken = claim.conversation.visitor.language.partition("-")[0].lower()
    return spoken if spoken in Language else account.language


def _zone(account: Account) -> ZoneInfo:
    return ZoneInfo(account.time_zone)


def _link(claim: Claim, account: Account) -> str:
    """Agents are led to the conversation, visitors back to the site that they wrote on."""
    if claim.letter.kind in TO_THE_TEAM:
        path = reverse("inbox", args=[account.slug])
        return f"{settings.PUBLIC_URL}{path}#{claim.conversation.pk}"
    site = Site.objects.order_by("created_at", "pk").first()
    return site.origin if site else ""


class ConsoleAndFileBackend(BaseEmailBackend):
    """Where no provider is set: each mail becomes one file under `MAIL_DIR`, and a line says where.

    In development the console shows the mail itself too. A file is named by the Message-ID's own
    part where there is one, and put in place in one step: handing the same letter over twice
    leaves one file, and no half file is ever seen.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        settings.MAIL_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
        for email in email_messages:
            path = settings.MAIL_DIR / f"{_file_name(email)}.eml"
            self._write(path, email.message().as_bytes())
            self._tell(email, path)
        return len(email_messages)

    def _write(self, path: Path, content: bytes) -> None:
        partial = path.with_suffix(f".{os.getpid()}.partial")
        # Only the owner may read: it is somebody's mail.
        with os.fdopen(
            os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb"
        ) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)

    def _tell(self, email: EmailMessage, path: Path) -> None:
        if not settings.DEBUG:
            log.info("mail_filed", letter=path.stem)
            return
        words = [f"mail  {email.subject}", f"to {', '.join(email.to)}", str(path), str(email.body)]
        sys.stdout.write("\n      ".join("\n".join(words).splitlines()) + "\n")
        sys.stdout.flush()


def _file_name(email: EmailMessage) -> str:
    given = email.extra_headers.get("Message-ID", "").strip("<>").partition("@")[0]
    try:
        return str(UUID(given))
    except ValueError:
        return str(uuid7())
