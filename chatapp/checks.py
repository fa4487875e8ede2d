"""What must hold before real people use an installation: `manage.py check --deploy`.

Ids, so that a refusal can be looked up in docs/operations.md:
E001 the database cannot be asked · E002 the database's role passes the wall · E003 a table of an
account has no wall · E004 SECRET_KEY · E005 PUBLIC_URL · E006 ALLOWED_HOSTS · E007 no e-mail
provider · E008 a provider that is no announced sub-processor · E009 ERASURES_DIR · W001 no
METRICS_TOKEN · W010 the clock of a breach runs.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.tenancy import TenantModel
from privacy import breaches
from privacy.models import SubProcessor

SHORTEST_SECRET = 50
FEWEST_CHARACTERS = 10

_ROLE = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
_WALLED = """
    SELECT c.relname FROM pg_class c
    WHERE c.relrowsecurity AND c.relforcerowsecurity
      AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
"""


@register(Tags.security, deploy=True)
def check_wall(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """The database keeps the accounts apart, and our role cannot look past it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ROLE)
            is_superuser, bypasses = cursor.fetchone()
            cursor.execute(_WALLED)
            walled = {name for (name,) in cursor.fetchall()}
    except DatabaseError as error:
        return [
            Error(
                f"The database cannot be asked about the wall ({type(error).__name__}).",
                hint="Check DATABASE_URL and whether the server is up.",
                id="chatapp.E001",
            )
        ]
    found: list[CheckMessage] = []
    if is_superuser or bypasses:
        found.append(
            Error(
                "The role in DATABASE_URL is a superuser or has BYPASSRLS: it sees every account.",
                hint="Give the application a role of its own: CREATE ROLE ... NOSUPERUSER "
                "NOBYPASSRLS. Only the backup's role may have BYPASSRLS.",
                id="chatapp.E002",
            )
        )
    found.extend(
        Error(
            f"The table {table} holds rows of accounts and has no wall.",
            hint="Run the migrations; a new table needs accounts.walls.BuildWall in its own.",
            id="chatapp.E003",
        )
        for table in sorted(_tenant_tables() - walled)
    )
    return found


@register(Tags.security, deploy=True)
def check_environment(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """The settings that only the operator can know are set, and fit for the open internet."""
    found: list[CheckMessage] = []
    if any(_is_weak(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)):
        found.append(
            Error(
                f"SECRET_KEY or a fallback has fewer than {SHORTEST_SECRET} characters, or few "
                "different ones.",
                hint='python -c "import secrets; print(secrets.token_urlsafe(48))"',
                id="chatapp.E004",
            )
        )
    if not settings.IS_SECURE:
        found.append(
            Error(
                "PUBLIC_URL does not begin with https://.",
                hint="Cookies, sockets and the widget on https sites all derive from it.",
                id="chatapp.E005",
            )
        )
    if not settings.ALLOWED_HOSTS or any(
        host.startswith(("*", ".")) for host in settings.ALLOWED_HOSTS
    ):
        found.append(
            Error(
                "ALLOWED_HOSTS is empty or has a wildcard.",
                hint="Name the hosts, or leave it unset: then it is the host of PUBLIC_URL.",
                id="chatapp.E006",
            )
        )
    if settings.EMAIL_BACKEND == "chat.mail.ConsoleAndFileBackend":
        found.append(
            Error(
                "No e-mail provider is set: sign-up codes and letters go to files.",
                hint="Set EMAIL_URL, for example smtp+tls://user:password@mail.example.org:587.",
                id="chatapp.E007",
            )
        )
    if not _can_hold(settings.ERASURES_DIR):
        found.append(
            Error(
                "ERASURES_DIR cannot be made or written to: no erasure would be finished.",
                hint="A folder that all workers share and no backup holds (docs/operations.md).",
                id="chatapp.E009",
            )
        )
    if not settings.METRICS_TOKEN:
        found.append(
            checks.Warning(
                "METRICS_TOKEN is not set: /metrics answers 404.",
                hint="Set it to a random value, and give it to what scrapes the numbers.",
                id="chatapp.W001",
            )
        )
    return found


@register(Tags.security, deploy=True)
def check_providers(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Whoever the configuration hands people's data to is in the register of sub-processors and at
    work (Art. 28(2) GDPR)."""
    today = timezone.now().date()
    try:
        at_work = SubProcessor.objects.known_on(today).filter(effective_on__lte=today)
        named = {name.lower() for name in at_work.values_list("provider", flat=True) if name}
    except DatabaseError:
        return []  # E001 says it.
    return [
        Error(
            f"{host} gets people's data ({what}) and is no sub-processor at work in the register.",
            hint="Enter it in the console or the registers' file, with this name as its provider, "
            "and announce it; or configure one that is there.",
            id="chatapp.E008",
        )
        for what, host in _providers().items()
        if host.lower() not in named
    ]


@register(Tags.security, deploy=True)
def check_clocks(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Nobody deploys past a breach of which the affected accounts have not been told."""
    try:
        found = breaches.running(timezone.now())
    except DatabaseError:
        return []  # E001 says it.
    return [
        checks.Warning(
            f"Breach {one.number}: accounts must be told by {clock.ends_at:%Y-%m-%d %H:%M} UTC.",
            hint="Open it in the console, choose the affected accounts and send the notice.",
            id="chatapp.W010",
        )
        for one, clock in found
    ]


def _providers() -> dict[str, str]:
    """What the installation hands over, and the host that gets it; not to this machine itself."""
    if settings.EMAIL_BACKEND == "chat.mail.ConsoleAndFileBackend":
        return {}
    own = {"", "localhost", "127.0.0.1", "::1"}
    return {} if settings.EMAIL_HOST in own else {"e-mail": settings.EMAIL_HOST}


def _can_hold(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _is_weak(secret: str) -> bool:
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_CHARACTERS


def _tenant_tables() -> set[str]:
    return {model._meta.db_table for model in apps.get_models() if issubclass(model, TenantModel)}
