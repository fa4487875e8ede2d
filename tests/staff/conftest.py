"""Sam works for the platform, in no account."""

from collections.abc import Callable
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from privacy import publications, registers
from tests.conftest import PASSWORD, hashed_password
from tests.mail.mailbox import Mailbox

FILE = Path(__file__).resolve().parents[2] / "demo" / "registers.toml"


@pytest.fixture
def sam(db: None) -> User:
    user = User.objects.create(email="sam@example.org", password=hashed_password(), is_staff=True)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def enter() -> Callable[[User], Client]:
    """Logs a person in as the page does, by password."""

    def log_in(user: User) -> Client:
        client = Client()
        answer = client.post("/login/", {"login": user.email, "password": PASSWORD})
        assert answer.status_code == 302
        return client

    return log_in


@pytest.fixture
def console(sam: User, enter: Callable[[User], Client]) -> Client:
    """Sam's browser, just logged in."""
    return enter(sam)


@pytest.fixture
def filled(db: None) -> None:
    """The registers of the demo, published."""
    registers.load(FILE)
    publications.publish()


@pytest.fixture
def mailbox(settings: Settings, tmp_path: Path) -> Mailbox:
    """The folder that mail goes to."""
    settings.EMAIL_BACKEND = "chat.mail.ConsoleAndFileBackend"
    settings.MAIL_DIR = tmp_path / "mail"
    return Mailbox(settings.MAIL_DIR)
