"""Ids sort in the order in which they were made."""

import time

from accounts.ids import uuid7


def test_an_id_is_a_version_7_of_now() -> None:
    made = uuid7()

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert abs((made.int >> 80) - time.time_ns() // 1_000_000) < 5_000


def test_ids_made_one_after_another_sort_in_that_order() -> None:
    made = []
    for _ in range(500):
        made.append(uuid7())
        time.sleep(0.000_01)

    assert made == sorted(made)


def test_ids_of_one_moment_differ() -> None:
    assert len({uuid7() for _ in range(20_000)}) == 20_000
