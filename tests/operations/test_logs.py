"""Log lines: whole, one JSON object each, and without a person in them."""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import Any
from urllib.request import Request, urlopen

import pytest
import structlog
from django.conf import settings as django_settings
from django.test import Client

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat.models import Conversation
from chatapp import logs
from tests.coverage import covers
from tests.servers import Web, start_web


class Output:
    """What was written to stdout as production writes it."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def only(self, event: str) -> dict[str, Any]:
        (line,) = (line for line in self.lines if line["event"] == event)
        return line


@pytest.fixture
def output() -> Iterator[Output]:
    written = Output()
    with redirect_stdout(written.stream):
        logs.configure({"format": "json", "level": "INFO"})
        # What the last request of another test bound.
        structlog.contextvars.clear_contextvars()
        try:
            yield written
        finally:
            structlog.contextvars.clear_contextvars()
    logs.configure(django_settings.LOGGING)


log = structlog.get_logger("tests")


def test_a_line_holds_time_level_logger_and_event(output: Output) -> None:
    log.info("letter_sent", kind="answer")

    line = output.only("letter_sent")
    assert (line["level"], line["logger"], line["kind"]) == ("info", "tests", "answer")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", line["time"])


def test_a_field_that_is_not_on_the_list_is_withheld(output: Output) -> None:
    log.info("something", visitor="Vera Novak", body="Hello")

    assert "Vera" not in output.text
    assert "Hello" not in output.text
    assert output.only("something")["visitor"] == logs.WITHHELD


@pytest.mark.parametrize(
    "personal",
    [
        "ana@example.org",
        "192.0.2.17",
        "2001:db8:0:1:2:3:4:5",
        "2001:db8::17",
        "::ffff:192.0.2.17",
        "viABCDEFGHIJKLMNOPQRSTUV.c2VhbA",
    ],
)
def test_addresses_and_visitor_tokens_are_withheld_from_any_text(
    output: Output, personal: str
) -> None:
    log.info("something", error=f"refused for {personal}, sorry")

    line = output.only("something")
    assert personal not in output.text
    assert line["error"].startswith("refused for ")
    assert line["error"].endswith("sorry")


@pytest.mark.parametrize(
    "text",
    ["chat/mail.py:37 compose", "12:30:45", "chat.tasks.send_letters", "std::string is no address"],
)
def test_harmless_text_stays(output: Output, text: str) -> None:
    log.info("something", view=text)

    if "::" not in text:
        assert output.only("something")["view"] == text


def test_a_librarys_message_is_written_without_the_values_it_would_fill_in(output: Output) -> None:
    logging.getLogger("library").warning("Not Found: %s", "/invitations/secret-token/")

    assert output.only("Not Found: %s")["logger"] == "library"
    assert "secret-token" not in output.text


def test_an_error_is_told_by_its_class_and_place_and_not_by_its_words(output: Output) -> None:
    def fail() -> None:
        try:
            raise KeyError("ana@example.org")
        except KeyError as error:
            raise ValueError("Vera Novak said hello") from error

    try:
        fail()
    except ValueError:
        logging.getLogger("library").exception("It failed for %s", "Vera")

    failure = output.only("It failed for %s")["failure"]
    assert (failure["error"], failure["because"]) == ("builtins.ValueError", "builtins.KeyError")
    assert failure["at"][-1].endswith(" fail")
    assert "Vera" not in output.text
    assert "example.org" not in output.text


def test_a_request_is_told_by_its_view_and_names_its_account(
    output: Output, ana: Membership, acme: Account
) -> None:
    client = Client()
    client.force_login(ana.user)

    response = client.get("/app/acme/settings/mail/?from=ana@example.org")

    line = output.only("http_answered")
    assert (line["view"], line["status"], line["account"]) == (
        "settings_mail",
        200,
        str(acme.pk),
    )
    assert line["request_id"] == response.headers["X-Request-ID"]


def test_every_request_has_an_id_of_its_own_whatever_it_brings(client: Client) -> None:
    ids = {
        client.get("/livez", headers={"X-Request-ID": "mine"}).headers["X-Request-ID"]
        for _request in range(3)
    }

    assert len(ids) == 3
    assert "mine" not in ids


def test_lines_inside_an_account_name_it_and_lines_after_it_do_not(
    output: Output, acme: Account
) -> None:
    with tenant(acme.pk):
        log.info("inside")
    log.info("outside")

    assert output.only("inside")["account"] == str(acme.pk)
    assert "account" not in output.only("outside")


# --- The running web process --------------------------------------------------------------------

PERSONAL = [
    "ana@example.org",
    "vera@example.org",
    "Vera Novak",
    "203.0.113.77",
    "127.0.0.1",
    "secret-token",
    "Do you ship to Brno?",
]


@pytest.fixture
def web(transactional_db: None) -> Iterator[Web]:
    process = start_web({"LOG_FORMAT": "json", "TRUSTED_PROXIES": "1"})
    yield process
    process.stop()


def _ask(web: Web, path: str, body: bytes | None = None, host: str = "127.0.0.1") -> None:
    headers = {"Host": host, "X-Forwarded-For": "203.0.113.77", "X-Forwarded-Proto": "http"}
    request = Request(f"{web.url}{path}", data=body, headers=headers)  # noqa: S310  (ours)
    try:
        urlopen(request).close()  # noqa: S310
    except OSError:
        # Refused, as most of these are: what matters is what was logged.
        return


@covers("S54")
def test_no_line_of_a_web_process_holds_a_person(
    web: Web, ana: Membership, conversation: Conversation
) -> None:
    """A60, S54."""
    _ask(web, "/")
    _ask(web, "/invitations/secret-token/")
    _ask(web, "/nowhere/ana@example.org/?name=Vera+Novak")
    _ask(web, "/login/", b"login=ana@example.org&password=wrong")
    _ask(web, "/livez", host="vera@example.org")
    _ask(web, "/widget/nokey/poll", b'{"hello": "vera@example.org"}')
    _ask(web, "/files/secret-token/Vera%20Novak.png")

    written = web.log.read_text()
    lines = [json.loads(line) for line in written.splitlines()]
    assert any(line["event"] == "http_answered" and line["request_id"] for line in lines)
    assert [personal for personal in PERSONAL if personal in written] == []
    known = logs.FIELDS
    assert {name for line in lines for name in line} <= known
