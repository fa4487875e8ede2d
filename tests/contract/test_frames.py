"""The golden frames: what both sides of the protocol are held to.

`frames/<who>-<way>/<type>.json` is one frame as it travels. The front end's tests read the same.
"""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter

from chat import wire

FRAMES = Path(__file__).with_name("frames")
SIDES: dict[str, tuple[TypeAdapter[Any], Any]] = {
    "visitor-up": (wire.visitor_up, wire.VisitorUp),
    "visitor-down": (wire.visitor_down, wire.VisitorDown),
    "inbox-up": (wire.inbox_up, wire.InboxUp),
    "inbox-down": (wire.inbox_down, wire.InboxDown),
}
GOLDEN = sorted(FRAMES.glob("*/*.json"))


def _types(union: Any) -> set[str]:
    members: tuple[type[BaseModel], ...] = get_args(get_args(union)[0])
    return {kind for member in members for kind in get_args(member.model_fields["type"].annotation)}


@pytest.mark.parametrize("side", SIDES)
def test_every_type_of_frame_has_a_golden_one(side: str) -> None:
    golden = {path.stem for path in GOLDEN if path.parent.name == side}

    assert golden == _types(SIDES[side][1])


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_golden_frame_is_read_and_written_as_it_stands(path: Path) -> None:
    adapter, _ = SIDES[path.parent.name]
    text = path.read_text()

    frame = adapter.validate_json(text)

    assert json.loads(adapter.dump_json(frame)) == json.loads(text)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_frame_with_a_field_too_many_is_not_read(path: Path) -> None:
    """A14: a field that only the server may decide, such as the author, is not even looked at."""
    adapter, _ = SIDES[path.parent.name]
    frame = {**json.loads(path.read_text()), "author_kind": "member"}

    with pytest.raises(ValueError, match="author_kind"):
        adapter.validate_python(frame)
