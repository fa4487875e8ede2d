"""Every way into the application, read from the running system, has a door."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from channels.routing import ProtocolTypeRouter, URLRouter
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.tenancy import tenant
from chatapp.asgi import application
from chatapp.celery import app as celery

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "chat", "chatapp", "privacy", "widget")
DOORS = {"agent", "admin", "owner", "visitor", "staff", "support", "public"}
MODULES_THAT_MAY_ENTER = {
    "accounts/doors.py",
    "accounts/invitations.py",
    "accounts/signup.py",
    "chat/doors.py",
}
"""Who may call `tenant`. Sign-up enters the account that it has just made, an invitation's link the
account that made it; management commands may too, they loop over accounts."""


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, path)
        else:
            yield path, entry


def our_patterns() -> list[tuple[str, URLPattern]]:
    """Ours: what Django and allauth bring has doors of its own."""
    return [
        (path, pattern)
        for path, pattern in _patterns(get_resolver())
        if pattern.callback.__module__.split(".")[0] in APPS
    ]


@pytest.mark.parametrize(("path", "pattern"), our_patterns(), ids=[p for p, _ in our_patterns()])
def test_every_view_has_a_door(path: str, pattern: URLPattern) -> None:
    assert getattr(pattern.callback, "door", None) in DOORS


@pytest.mark.parametrize("path", [path for path, _ in our_patterns()])
def test_every_address_below_an_account_is_behind_a_member_door(path: str) -> None:
    doors = {p: pattern.callback.door for p, pattern in our_patterns()}  # type: ignore[attr-defined]

    if path.startswith("app/<slug:slug>/"):
        assert doors[path] in {"agent", "admin", "owner"}
    assert path.startswith("staff/") == (doors[path] == "staff")
    assert path.startswith("support/") == (doors[path] == "support")
    if path.startswith("widget/<str:key>/"):
        assert doors[path] == "visitor"


def _consumers(router: object) -> Iterator[type]:
    if isinstance(router, ProtocolTypeRouter):
        for inner in router.application_mapping.values():
            yield from _consumers(inner)
    elif isinstance(router, URLRouter):
        for route in router.routes:
            yield from _consumers(getattr(route, "callback", route))
    elif hasattr(router, "consumer_class"):
        yield router.consumer_class
    elif hasattr(router, "inner"):
        yield from _consumers(router.inner)


def test_every_consumer_has_a_door() -> None:
    consumers = set(_consumers(application))

    assert len(consumers) == 3
    assert all(getattr(consumer, "door", None) for consumer in consumers)


def test_every_task_has_a_door() -> None:
    celery.loader.import_default_modules()
    ours = {name: task for name, task in celery.tasks.items() if name.split(".")[0] in APPS}

    assert ours
    assert {name for name, task in ours.items() if not getattr(task, "door", None)} == set()


def _callers_of_tenant() -> set[str]:
    callers = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            relative = path.relative_to(ROOT).as_posix()
            if relative == "accounts/tenancy.py" or "/management/commands/" in relative:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Call(func=ast.Name(id=name)) if name == tenant.__name__:
                        callers.add(relative)
    return callers


def test_only_the_doors_enter_an_account() -> None:
    assert _callers_of_tenant() <= MODULES_THAT_MAY_ENTER


def test_tenant_tables_are_not_in_an_admin() -> None:
    assert not apps.is_installed("django.contrib.admin")
