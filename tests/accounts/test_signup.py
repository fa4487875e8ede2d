"""Sign-up: from the form to the first account, and what it does not give away."""

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client

from accounts import signup
from accounts.models import Account, Membership, Role, Site, User
from accounts.tenancy import tenant
from tests.accounts.conftest import PAGE, SignUp, code_in
from tests.conftest import PASSWORD
from tests.coverage import covers

pytestmark = pytest.mark.django_db(transaction=True)


def confirm(client: Client, mail: EmailMessage) -> None:
    client.post("/confirm-email/", {"code": code_in(mail)})


def test_the_code_from_the_mail_opens_an_account_with_its_first_site(
    guest: Client, sign_up: SignUp, mailoutbox: list[EmailMessage]
) -> None:
    sign_up()
    response = guest.post("/confirm-email/", {"code": code_in(mailoutbox[0])})

    assert response.headers["Location"] == "/app/zoes-tea/start/"
    member = Membership.objects.get(user__email="zoe@example.org")
    assert (member.role, member.account.name, member.account.plan) == (
        Role.OWNER,
        "Zoe's Tea",
        "free",
    )
    with tenant(member.account_id):
        assert [site.origin for site in Site.objects.all()] == ["https://www.zoe-tea.test"]
    assert guest.get("/app/zoes-tea/start/").status_code == 200


def test_before_the_code_nothing_of_the_account_exists(
    guest: Client, sign_up: SignUp, mailoutbox: list[EmailMessage]
) -> None:
    """A43."""
    sign_up()

    assert not Account.objects.exists()
    assert guest.get("/app/").headers["Location"].startswith("/login/")


def test_a_wrong_code_opens_nothing(guest: Client, sign_up: SignUp) -> None:
    sign_up()
    guest.post("/confirm-email/", {"code": "WRONG-CODE"})

    assert not Account.objects.exists()


@covers("S33")
def test_the_owners_public_name_is_not_taken_from_their_log_in_address(
    guest: Client, sign_up: SignUp, mailoutbox: list[EmailMessage]
) -> None:
    """S33."""
    sign_up()
    confirm(guest, mailoutbox[0])

    assert Membership.objects.get().public_name == "Zoe's Tea"


def test_who_confirms_in_another_browser_names_the_site_again(
    sign_up: SignUp, mailoutbox: list[EmailMessage]
) -> None:
    sign_up()
    elsewhere = Client(headers=PAGE)
    user = User.objects.get(email="zoe@example.org")
    EmailAddress.objects.filter(user=user).update(verified=True)
    elsewhere.post("/login/", {"login": "zoe@example.org", "password": PASSWORD})

    assert elsewhere.get("/app/", follow=True).redirect_chain == [("/app/new/", 302)]
    response = elsewhere.post(
        "/app/new/", {"site_name": "Zoe's Tea", "site_address": "https://zoe-tea.test"}
    )

    assert response.headers["Location"] == "/app/zoes-tea/start/"


def test_the_account_of_one_sign_up_is_not_given_to_another_person_who_logs_in(
    guest: Client, sign_up: SignUp, gus: Membership
) -> None:
    sign_up()
    guest.post("/logout/")
    guest.post("/login/", {"login": gus.user.email, "password": PASSWORD})

    assert guest.get("/app/").headers["Location"] == "/app/other/inbox/"
    assert set(Account.objects.values_list("slug", flat=True)) == {"other"}


def test_a_known_and_a_new_address_get_the_same_answer(
    sign_up: SignUp, gus: Membership, mailoutbox: list[EmailMessage]
) -> None:
    """A45."""
    new, known = Client(headers=PAGE), Client(headers=PAGE)
    answers = [sign_up(new), sign_up(known, email=gus.user.email)]
    pages = [new.get("/confirm-email/"), known.get("/confirm-email/")]

    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (302, "/confirm-email/")
    }
    texts = [
        page.content.decode().replace("zoe@example.org", "?").replace(gus.user.email, "?")
        for page in pages
    ]
    assert _without_tokens(texts[0]) == _without_tokens(texts[1])
    assert sorted(new.cookies) == sorted(known.cookies)
    assert [mail.to for mail in mailoutbox] == [["zoe@example.org"], [gus.user.email]]


def test_whoever_reads_the_mailbox_of_a_known_address_is_told(
    sign_up: SignUp, gus: Membership, mailoutbox: list[EmailMessage]
) -> None:
    sign_up(email=gus.user.email)

    assert "already has a log-in" in str(mailoutbox[0].body)
    assert "http://chat.test/password/reset/" in str(mailoutbox[0].body)


def test_a_sign_up_that_was_never_proved_cannot_be_used_by_whoever_made_it(
    sign_up: SignUp, mailoutbox: list[EmailMessage]
) -> None:
    """A43: the password of a stranger opens nothing."""
    sign_up(Client(headers=PAGE))
    stranger = Client(headers=PAGE)
    stranger.post("/login/", {"login": "zoe@example.org", "password": PASSWORD})

    assert stranger.get("/app/").headers["Location"].startswith("/login/")


@pytest.mark.parametrize(
    "changes",
    [
        {"site_address": "file:///etc/hosts"},
        {"site_address": "*"},
        {"site_name": " "},
        {"password1": "short"},
        {"email": "no address"},
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    sign_up: SignUp, changes: dict[str, str]
) -> None:
    response = sign_up(**changes)

    assert b"aria-invalid" in response.content
    assert not User.objects.exists()


def test_two_accounts_of_one_name_get_different_slugs(gus: Membership) -> None:
    slugs = [
        signup.found(gus.user, name="Tea & Co", address="https://tea.test").account.slug
        for _ in range(3)
    ]

    assert slugs == ["tea-co", "tea-co-2", "tea-co-3"]


@pytest.mark.parametrize(
    ("name", "slug"), [("茶", "account"), ("New", "new-2"), ("é" * 60, "e" * 34)]
)
def test_any_name_makes_a_slug(gus: Membership, name: str, slug: str) -> None:
    assert signup.found(gus.user, name=name, address="https://tea.test").account.slug == slug


def test_an_account_with_a_bad_address_is_not_founded_in_part(gus: Membership) -> None:
    with pytest.raises(Exception, match="Enter the address"):
        signup.found(gus.user, name="Tea", address="ftp://tea.test")

    assert not Account.objects.filter(name="Tea").exists()


def _without_tokens(page: str) -> str:
    lines = (line for line in page.splitlines() if "csrfmiddlewaretoken" not in line)
    return "\n".join(lines)
