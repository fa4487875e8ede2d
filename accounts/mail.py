"""Letters to people who work in an account, as text and HTML, each in the reader's language."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext, override

from accounts.models import Account, Membership, Role, User


def owners(account: Account) -> list[User]:
    """The people who own the account, longest first."""
    members = Membership.objects.active().filter(account=account, role=Role.OWNER)
    return [one.user for one in members.select_related("user").order_by("joined_at")]


def compose(
    person: User, letter: str, *, path: str = "", **context: object
) -> EmailMultiAlternatives:
    """The letter for one person, for whoever hands it over.

    `letter` names two templates, `<letter>_subject.txt` and `<letter>.txt`; a blank line ends a
    paragraph. `path` is where a button leads, on this installation and never by the request's
    Host (A42).
    """
    link = settings.PUBLIC_URL + path if path else ""
    said = {"platform_name": settings.PLATFORM_NAME, **context}
    with override(person.language):
        subject = " ".join(render_to_string(f"{letter}_subject.txt", said).split())
        text = render_to_string(f"{letter}.txt", said).strip()
        page = {
            "subject": subject,
            "paragraphs": text.split("\n\n"),
            "link": link,
            **said,
        }
        html = render_to_string("accounts/mail/letter.html", page)
        body = f"{text}\n\n{gettext('Open')}: {link}\n" if link else f"{text}\n"
    message = EmailMultiAlternatives(subject, body, to=[person.email])
    message.attach_alternative(html, "text/html")
    message.extra_headers["Auto-Submitted"] = "auto-generated"
    return message
