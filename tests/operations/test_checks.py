"""What `manage.py check --deploy` says about installations that are fit and unfit."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.db import ProgrammingError, connection
from django.utils import timezone
from pytest_django import Settings

from chatapp import checks
from privacy import registers
from privacy.models import SubProcessor
from tests.coverage import covers
from tests.servers import ROOT, database_url

REGISTERS = ROOT / "demo" / "registers.toml"
SECRET = "".join(chr(33 + place) for place in range(60))


def _ids(messages: list[CheckMessage]) -> list[str]:
    return [str(message.id) for message in messages]


@pytest.fixture
def fit(settings: Settings, tmp_path: Path) -> Settings:
    """Settings as a production installation has them."""
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = SECRET, []
    settings.IS_SECURE = True
    settings.ALLOWED_HOSTS = ["chat.example.org"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.METRICS_TOKEN = "a token"
    settings.ERASURES_DIR = tmp_path / "erasures"
    return settings


def test_a_fit_environment_is_not_complained_about(fit: Settings) -> None:
    assert _ids(checks.check_environment(None)) == []


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SECRET_KEY", "short", "chatapp.E004"),
        ("SECRET_KEY", "ab" * 40, "chatapp.E004"),
        ("SECRET_KEY_FALLBACKS", ["short"], "chatapp.E004"),
        ("IS_SECURE", False, "chatapp.E005"),
        ("ALLOWED_HOSTS", [], "chatapp.E006"),
        ("ALLOWED_HOSTS", ["*"], "chatapp.E006"),
        ("ALLOWED_HOSTS", [".example.org"], "chatapp.E006"),
        ("EMAIL_BACKEND", "chat.mail.ConsoleAndFileBackend", "chatapp.E007"),
        ("ERASURES_DIR", Path("/dev/null/erasures"), "chatapp.E009"),
        ("METRICS_TOKEN", "", "chatapp.W001"),
    ],
)
def test_each_unfit_setting_is_named(fit: Settings, name: str, value: Any, code: str) -> None:
    setattr(fit, name, value)

    assert _ids(checks.check_environment(None)) == [code]


def test_the_wall_stands_and_the_role_cannot_pass_it(db: None) -> None:
    assert _ids(checks.check_wall(None)) == []


def test_a_table_whose_wall_was_taken_down_is_named(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE chat_message NO FORCE ROW LEVEL SECURITY")

    (message,) = checks.check_wall(None)

    assert message.id == "chatapp.E003"
    assert "chat_message" in message.msg


def test_a_table_whose_policy_was_dropped_is_named(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP POLICY wall ON chat_visitor")

    (message,) = checks.check_wall(None)

    assert "chat_visitor" in message.msg


def test_a_database_that_does_not_answer_is_an_error_and_no_crash(db: None) -> None:
    # From here to the end of the transaction every statement is refused.
    with connection.cursor() as cursor, pytest.raises(ProgrammingError):
        cursor.execute("SELECT * FROM nowhere")

    assert _ids(checks.check_wall(None)) == ["chatapp.E001"]


@covers("R2")
@pytest.mark.parametrize(
    ("host", "codes"),
    [
        ("smtp.post.example.org", []),
        ("SMTP.post.example.org", []),
        ("localhost", []),
        ("mail.example.org", ["chatapp.E008"]),
    ],
)
def test_a_provider_that_is_no_sub_processor_is_named(
    db: None, fit: Settings, host: str, codes: list[str]
) -> None:
    registers.load(REGISTERS)
    fit.EMAIL_HOST = host

    found = checks.check_providers(None)

    assert _ids(found) == codes
    assert all(host in message.msg for message in found)


def test_a_provider_counts_once_it_is_at_work_and_until_it_ends(db: None, fit: Settings) -> None:
    registers.load(REGISTERS)
    fit.EMAIL_HOST = "smtp.post.example.org"
    ours = SubProcessor.objects.filter(provider=fit.EMAIL_HOST)
    today = timezone.now().date()

    ours.update(effective_on=today + timedelta(days=1))
    assert _ids(checks.check_providers(None)) == ["chatapp.E008"]
    ours.update(effective_on=today)
    assert _ids(checks.check_providers(None)) == []
    ours.update(ended_on=today - timedelta(days=1))
    assert _ids(checks.check_providers(None)) == ["chatapp.E008"]


def test_mail_that_stays_in_files_is_handed_to_nobody(db: None, fit: Settings) -> None:
    fit.EMAIL_BACKEND, fit.EMAIL_HOST = "chat.mail.ConsoleAndFileBackend", "mail.example.org"

    assert checks.check_providers(None) == []


@pytest.mark.django_db(transaction=True)
def test_a_production_environment_passes_every_check_of_ours_and_djangos(tmp_path: Path) -> None:
    registers.load(REGISTERS)
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url(),
            "REDIS_URL": os.environ["REDIS_URL"],
            "SECRET_KEY": SECRET,
            "PUBLIC_URL": "https://chat.example.org",
            "EMAIL_URL": "smtp+tls://user:password@smtp.post.example.org:587",
            "METRICS_TOKEN": "a token",
            "VAR_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")
