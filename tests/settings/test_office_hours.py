"""The page of office hours: what is kept, what is refused, and that nothing typed is lost."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import cast

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import availability, chat_settings, office_hours
from chat.office_hours import Interval

LogIn = Callable[[Membership], Client]
PAGE = "/app/acme/settings/hours/"


@pytest.fixture
def send(login: LogIn, ana: Membership) -> Callable[..., HttpResponse]:
    """Sends the form as Ana, with Prague as time zone unless told otherwise."""
    client = login(ana)

    def post(**fields: object) -> HttpResponse:
        return cast(HttpResponse, client.post(PAGE, {"time_zone": "Europe/Prague", **fields}))

    return post


Send = Callable[..., HttpResponse]


def _kept(acme: Account) -> list[Interval]:
    with tenant(acme.pk):
        return office_hours.week(acme.pk)


def test_hours_are_kept_with_the_time_zone(send: Send, acme: Account) -> None:
    response = send(
        keeps_office_hours="on",
        opens_0=["09:00", "13:00"],
        closes_0=["12:00", "17:30"],
        opens_4=["10:00"],
        closes_4=["00:00"],
    )

    assert response.status_code == 302
    assert _kept(acme) == [
        Interval(0, time(9), time(12)),
        Interval(0, time(13), time(17, 30)),
        Interval(4, time(10), time(0)),
    ]
    acme.refresh_from_db()
    assert acme.time_zone == "Europe/Prague"
    with tenant(acme.pk):
        assert chat_settings.of(acme.pk).keeps_office_hours


def test_saving_again_replaces_the_week(send: Send, acme: Account) -> None:
    send(opens_0=["09:00"], closes_0=["12:00"])
    send(opens_1=["09:00"], closes_1=["12:00"])

    assert _kept(acme) == [Interval(1, time(9), time(12))]


def test_empty_rows_are_no_hours(send: Send, acme: Account) -> None:
    send(opens_0=["", "09:00"], closes_0=["", "12:00"])

    assert _kept(acme) == [Interval(0, time(9), time(12))]


@pytest.mark.parametrize(
    ("opens", "closes", "reason"),
    [
        (["09:00"], [""], "Fill in both times"),
        ([""], ["17:00"], "Fill in both times"),
        (["nine"], ["17:00"], "Write times like 09:00"),
        (["17:00"], ["09:00"], "It has to close after it opens"),
        (["09:00"], ["09:00"], "It has to close after it opens"),
        (["09:00", "11:00"], ["12:00", "13:00"], "This overlaps with 09:00 to 12:00"),
        (["09:00", "08:00"], ["00:00", "10:00"], "This overlaps with 09:00 to 00:00"),
        (["00:00", "05:00"], ["00:00", "06:00"], "This overlaps with 00:00 to 00:00"),
    ],
)
def test_hours_that_make_no_sense_are_refused_and_shown_again_as_typed(
    send: Send, acme: Account, opens: list[str], closes: list[str], reason: str
) -> None:
    response = send(opens_2=opens, closes_2=closes, opens_3=["08:15"], closes_3=["16:45"])

    page = response.content.decode()
    assert response.status_code == 422
    assert reason in page
    assert all(f'value="{typed}"' in page for typed in [*opens, *closes, "08:15", "16:45"])
    assert _kept(acme) == []


def test_hours_that_touch_do_not_overlap(send: Send, acme: Account) -> None:
    send(opens_0=["09:00", "12:00"], closes_0=["12:00", "17:00"])

    assert len(_kept(acme)) == 2


def test_keeping_hours_without_any_is_refused(send: Send, acme: Account) -> None:
    response = send(keeps_office_hours="on")

    assert response.status_code == 422
    assert "Add the hours of at least one day" in response.content.decode()


@pytest.mark.parametrize("typed", ["Prague", "Etc/GMT+1", "../../etc/passwd", "", "Europe/Nowhere"])
def test_a_time_zone_that_is_not_on_the_list_is_refused(
    send: Send, acme: Account, typed: str
) -> None:
    response = send(time_zone=typed)

    acme.refresh_from_db()
    assert (response.status_code, acme.time_zone) == (422, "UTC")


def test_a_time_zone_may_be_typed_as_people_do(send: Send, acme: Account) -> None:
    send(time_zone="america/new york")

    acme.refresh_from_db()
    assert acme.time_zone == "America/New_York"


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ({"add": "2"}, 'name="opens_2" value="09:00"'),
        ({"add": "0"}, 'name="opens_0" value=""'),
        ({"copy": "0"}, 'name="opens_4" value="08:00"'),
    ],
)
def test_a_button_within_the_week_changes_the_page_and_saves_nothing(
    send: Send, acme: Account, button: dict[str, str], expected: str
) -> None:
    response = send(opens_0=["08:00"], closes_0=["11:00"], **button)

    page = response.content.decode()
    assert response.status_code == 200
    assert expected in page
    assert "Not saved yet" in page
    assert 'name="opens_0" value="08:00"' in page
    assert _kept(acme) == []


def test_hours_are_removed_one_by_one(send: Send) -> None:
    page = send(
        opens_0=["08:00", "13:00"], closes_0=["11:00", "15:00"], remove="0-0"
    ).content.decode()

    assert 'value="08:00"' not in page
    assert 'value="13:00"' in page


@pytest.mark.parametrize(
    "nonsense", [{"remove": "0-9"}, {"remove": "x"}, {"add": "7"}, {"copy": "-1"}]
)
def test_a_button_that_is_none_of_ours_does_nothing(send: Send, nonsense: dict[str, str]) -> None:
    response = send(opens_0=["08:00"], closes_0=["11:00"], **nonsense)

    assert response.status_code == 200
    assert 'value="08:00"' in response.content.decode()


@pytest.mark.parametrize(
    ("utc", "is_open"),
    [
        (datetime(2026, 1, 5, 7, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 5, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 1, 5, 16, 59, tzinfo=UTC), True),
        (datetime(2026, 1, 5, 17, 0, tzinfo=UTC), False),
        # In summer the same hours are an hour earlier.
        (datetime(2026, 7, 6, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 7, 6, 16, 0, tzinfo=UTC), False),
        (datetime(2026, 1, 6, 9, 0, tzinfo=UTC), False),
    ],
)
def test_hours_count_in_the_accounts_time_zone(
    send: Send, acme: Account, utc: datetime, is_open: bool
) -> None:
    send(keeps_office_hours="on", opens_0=["09:00"], closes_0=["18:00"])
    acme.refresh_from_db()

    with tenant(acme.pk):
        assert availability.is_within_hours(acme, utc) is is_open


def test_the_page_says_whether_it_is_open_right_now(
    send: Send, login: LogIn, ana: Membership
) -> None:
    assert "Right now: open" in login(ana).get(PAGE).content.decode()

    # Closed all week but for a minute that has just passed, or lies days ahead.
    day = (datetime.now(UTC).weekday() + 3) % 7
    send(
        time_zone="UTC",
        keeps_office_hours="on",
        **{f"opens_{day}": ["03:00"], f"closes_{day}": ["03:01"]},
    )

    assert "Right now: closed" in login(ana).get(PAGE).content.decode()
