"""What owners are shown when a document has a new version."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from privacy.documents import differences
from privacy.documents.differences import Difference
from privacy.documents.tree import Document, Point, Section, Table


def _document(
    *texts: str, rows: tuple[tuple[str, ...], ...] = (), version: str = "1.0"
) -> Document:
    points = tuple(Point(f"1.{index}", "Title", text) for index, text in enumerate(texts))
    section = Section("Part", "part", points=points, tables=(Table("Places", ("A", "B"), rows),))
    return Document("Agreement", version, date(2026, 1, 1), "en", (section,))


def test_a_changed_point_is_shown_as_it_was_and_as_it_is() -> None:
    old, new = _document("same", "thirty days"), _document("same", "forty days")

    assert differences.between(old.canonical(), new.canonical()) == [
        Difference("removed", "Part", "1.1 Title: thirty days"),
        Difference("added", "Part", "1.1 Title: forty days"),
    ]


def test_a_row_of_a_table_that_comes_or_goes_is_shown() -> None:
    old = _document(rows=(("mail", "Cork"), ("files", "Brno")))
    new = _document(rows=(("mail", "Cork"), ("backup", "Graz")))

    assert differences.between(old.canonical(), new.canonical()) == [
        Difference("removed", "Part", "Places: files; Brno"),
        Difference("added", "Part", "Places: backup; Graz"),
    ]


def test_a_whole_section_that_comes_is_shown_with_its_heading() -> None:
    old = _document("same")
    new = replace(
        old, sections=(*old.sections, Section("More", "more", ("Words",), items=("One",)))
    )

    assert differences.between(old.canonical(), new.canonical()) == [
        Difference("added", "More", "More"),
        Difference("added", "More", "Words"),
        Difference("added", "More", "One"),
    ]


def test_another_number_of_the_version_alone_is_no_difference() -> None:
    old, new = _document("same"), _document("same", version="2.0")

    assert differences.between(old.canonical(), new.canonical()) == []


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), max_size=8))
def test_nothing_that_went_or_came_is_left_out(before: list[str], after: list[str]) -> None:
    old, new = (_document(rows=tuple((one, one) for one in rows)) for rows in (before, after))
    found = differences.between(old.canonical(), new.canonical())
    left = [f"Places: {one}; {one}" for one in before]
    for one in found:
        if one.kind == "removed":
            left.remove(one.text)
        else:
            left.append(one.text)

    assert sorted(left) == sorted(f"Places: {one}; {one}" for one in after)
