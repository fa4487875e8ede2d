"""Pages and letters speak the reader's language from the first line to the last."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import allauth
import django
import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.test import Client

from accounts.models import Membership
from chat.models import Conversation
from tests.accounts.conftest import SignUp
from tests.conftest import LogIn
from tests.i18n.catalogues import LANGUAGES, english_of
from tests.mail.conftest import Answer, Work
from tests.mail.mailbox import Mailbox

pytestmark = pytest.mark.django_db(transaction=True)

PACKAGES = (
    Path(allauth.__file__).parent / "locale",
    Path(django.__file__).parent / "contrib/auth/locale",
    Path(django.__file__).parent / "conf/locale",
)
PUBLIC = ("/", "/pricing/", "/signup/", "/login/", "/password/reset/", "/no-such-page/")
MEMBERS = (
    "start/",
    "inbox/",
    "settings/sites/",
    "settings/team/",
    "settings/profile/",
    "settings/plan/",
    "settings/widget/",
    "settings/forms/",
    "settings/forms/offline/fields/",
    "settings/hours/",
    "settings/groups/",
    "settings/mail/",
    "settings/mail/server/",
)

each_language = pytest.mark.parametrize("language", LANGUAGES)


def browser(language: str, client: Client | None = None) -> Client:
    """A browser whose owner has chosen the language."""
    client = client or Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return client


def text_of(page: str) -> str:
    """What a page says, attributes included, without its data for scripts."""
    return " ".join(unescape(re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)).split())


def english_on(page: str, language: str) -> list[str]:
    """The English texts left on a page."""
    said = text_of(page)
    # The widget's settings show the English words of the chat itself, which are theirs to change.
    words = (settings.BASE_DIR / "widget/texts/en.json").read_text()
    return sorted(
        text
        for text in english_of(language, *PACKAGES)
        if f'"{text}"' not in words and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", said)
    )


@pytest.mark.parametrize("path", PUBLIC)
@each_language
def test_public_pages_speak_the_language(path: str, language: str) -> None:
    page = browser(language).get(path).text

    assert f'<html lang="{language}"' in page
    assert english_on(page, language) == []


@pytest.mark.parametrize("path", MEMBERS)
@each_language
def test_member_pages_speak_the_language(
    path: str, language: str, ana: Membership, ben: Membership, login: LogIn
) -> None:
    response = browser(language, login(ana)).get(f"/app/acme/{path}")

    assert response.status_code == 200
    assert f'<html lang="{language}"' in response.text
    assert english_on(response.text, language) == []


def test_english_left_on_a_page_would_be_found() -> None:
    assert "Forgot your password?" in english_on(Client().get("/login/").text, "de")


@each_language
def test_what_a_form_refuses_is_said_in_the_language(language: str, sign_up: SignUp) -> None:
    response = sign_up(browser(language), password1="short", email="no address", site_name="")

    assert response.status_code == 200
    assert english_on(response.text, language) == []
    assert response.text.count("field__error") > 2


@each_language
def test_a_password_is_changed_in_the_language(
    language: str, ana: Membership, login: LogIn
) -> None:
    form = {"oldpassword": "wrong", "password1": "123", "password2": "1234"}
    response = browser(language, login(ana)).post("/password/change/", form)

    assert f'<html lang="{language}"' in response.text
    assert english_on(response.text, language) == []


def test_the_choice_of_a_language_stays(guest: Client) -> None:
    guest.post("/language/", {"language": "cs", "next": "/"})
    assert '<html lang="cs"' in guest.get("/pricing/").text

    guest.post("/language/", {"language": "de", "next": "/"})
    assert '<html lang="de"' in guest.get("/pricing/").text


def test_without_a_choice_the_browsers_language_counts(guest: Client) -> None:
    assert '<html lang="de"' in guest.get("/", headers={"Accept-Language": "de-AT"}).text
    assert '<html lang="en"' in guest.get("/", headers={"Accept-Language": "sw"}).text


@pytest.mark.parametrize(
    ("language", "subject"), [("de", "Ihr Code für chatapp"), ("cs", "Váš kód pro chatapp")]
)
def test_the_sign_up_mail_speaks_the_language_of_the_page(
    language: str, subject: str, sign_up: SignUp, mailoutbox: list[EmailMessage]
) -> None:
    sign_up(browser(language))

    assert subject in mailoutbox[0].subject
    assert english_on(str(mailoutbox[0].body), language) == []


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("de", "Ein Besucher von Acme wartet auf eine Antwort"),
        ("cs", "Návštěvník webu Acme čeká na odpověď"),
    ],
)
def test_agents_are_told_in_their_own_language(
    language: str,
    subject: str,
    mailbox: Mailbox,
    due: Work,
    work: Work,
    ana: Membership,
    new_conversation: Callable[..., Conversation],
) -> None:
    ana.user.language = language
    ana.user.save()
    new_conversation("Do you ship to Brno?")
    due()
    work()

    assert mailbox.only["Subject"].strip() == subject  # folded where it is encoded
    assert english_on(mailbox.text(), language) == []


@pytest.mark.parametrize(
    ("spoken", "subject"),
    [
        ("de-AT", "Acme hat Ihnen geantwortet"),
        ("cs", "Acme: máte odpověď"),
        ("sw", "Acme has answered you"),
    ],
)
def test_visitors_are_answered_in_the_language_of_their_browser(
    spoken: str,
    subject: str,
    mailbox: Mailbox,
    due: Work,
    work: Work,
    answer: Answer,
    new_conversation: Callable[..., Conversation],
) -> None:
    asked = new_conversation("Liefern Sie?", email="vera@example.org", language=spoken)
    answer(asked, "Ja.")
    due()
    work()
    (letter,) = [each for each in mailbox.letters if each["To"] == "vera@example.org"]

    assert letter["Subject"].strip() == subject
