"""Says which numbered requirement a test shows, and writes docs/coverage.md from it.

`python -m tests.coverage` writes the page; a test compares it with what the marks say.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "coverage.md"
REQUIREMENTS = ROOT / "docs" / "requirements.md"

_ROW = re.compile(
    r'^\| <a id="[sr]\d+"></a>\*\*(?P<number>[SR]\d+)\*\* \|.*\| `(?P<state>[a-z]+)(?P<rest>[^`]*)`',
    re.MULTILINE,
)
_HEAD = """\
# Coverage

Which test shows which numbered row of [requirements.md](requirements.md), and where a person sees it. Written from the
marks on the tests by `python -m tests.coverage`; a row without a test says what it waits for.

| row | state | shown by | page |
|---|---|---|---|
"""


def covers(*numbers: str, page: str = "") -> pytest.MarkDecorator:
    """Mark a test as showing these rows of docs/requirements.md; `page` is where a person sees it."""
    return pytest.mark.covers(*numbers, page=page)


@dataclass(frozen=True)
class Shown:
    """A test that shows a row."""

    file: str
    test: str
    page: str


@dataclass(frozen=True)
class Row:
    """A numbered row: "built", "partly" or "planned", and what is missing in words."""

    number: str
    state: str
    missing: str


def rows() -> list[Row]:
    """The rows S and R of docs/requirements.md, in order."""
    text = REQUIREMENTS.read_text(encoding="utf-8")
    found = [
        Row(match["number"], match["state"], match["rest"].removeprefix(": "))
        for match in _ROW.finditer(text)
    ]
    return sorted(found, key=lambda row: (row.number[0] == "R", int(row.number[1:])))


def marked() -> dict[str, list[Shown]]:
    """What the marks on all tests say, by row."""
    found: dict[str, list[Shown]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for numbers, page in _marks(node):
                    for number in numbers:
                        file = path.relative_to(ROOT).as_posix()
                        found[number].append(Shown(file, node.name, page))
    return found


def _marks(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[list[str], str]]:
    for decorator in node.decorator_list:
        if (
            isinstance(decorator, ast.Call)
            and isinstance(decorator.func, ast.Name)
            and decorator.func.id == "covers"
        ):
            page = next((ast.literal_eval(word.value) for word in decorator.keywords), "")
            yield [ast.literal_eval(argument) for argument in decorator.args], page


def document() -> str:
    """The text of docs/coverage.md."""
    shown = marked()
    return _HEAD + "".join(_line(row, shown.get(row.number, [])) for row in rows())


def _line(row: Row, shown: list[Shown]) -> str:
    tests = "<br>".join(
        f"[{_words(one.test)}](../{one.file})"
        for one in sorted(shown, key=lambda one: (one.file, one.test))
    )
    pages = "<br>".join(sorted({f"`{one.page}`" for one in shown if one.page}))
    state = f"{row.state}: {row.missing}" if row.missing else row.state
    link = f"[{row.number}](requirements.md#{row.number.lower()})"
    return f"| {link} | {state} | {tests} | {pages} |\n"


def _words(name: str) -> str:
    return name.removeprefix("test_").replace("_", " ")


if __name__ == "__main__":
    PAGE.write_text(document(), encoding="utf-8")
