"""docs/coverage.md says what the marks on the tests say."""

from tests import coverage


def test_the_page_is_what_the_marks_say() -> None:
    written = coverage.PAGE.read_text(encoding="utf-8")

    assert written == coverage.document(), "run: python -m tests.coverage"


def test_every_mark_names_a_row_that_exists() -> None:
    known = {row.number for row in coverage.rows()}

    assert set(coverage.marked()) - known == set()


def test_all_numbers_are_there() -> None:
    numbers = [row.number for row in coverage.rows()]

    assert numbers == [f"S{n}" for n in range(1, 88)] + [f"R{n}" for n in range(1, 19)]


def test_a_row_that_is_not_built_says_what_it_waits_for() -> None:
    silent = [row.number for row in coverage.rows() if row.state != "built" and not row.missing]

    assert silent == []


def test_a_row_that_is_called_built_is_shown_by_a_test() -> None:
    shown = coverage.marked()

    unshown = [
        row.number for row in coverage.rows() if row.state == "built" and row.number not in shown
    ]
    assert unshown == []
