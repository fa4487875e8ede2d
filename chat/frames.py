"""From the text of a frame to the frame, or to what is wrong with it."""

import json
from typing import Any, TypeVar
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from chat import wire
from chat.text import storable_json
from chat.wire import Refusal

F = TypeVar("F")

_TOO_LONG = {"string_too_long", "too_long"}


class MalformedError(Exception):
    """Not JSON, not an object with a type, or a known type in another shape."""


class OldProtocolError(Exception):
    """A hello of another version of the protocol."""


class UnreadError(Exception):
    """The frame with this id is refused, and the connection stays open."""

    def __init__(self, frame_id: UUID | None, code: Refusal) -> None:
        super().__init__(code.value)
        self.id = frame_id
        self.code = code


def read(adapter: TypeAdapter[F], text: str) -> F:
    """The frame. Raises MalformedError, OldProtocolError or UnreadError."""
    try:
        return adapter.validate_json(text)
    except ValidationError:
        return take(adapter, parsed(text))


def parsed(text: str | bytes) -> Any:
    """The JSON value. Raises MalformedError."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise MalformedError from None


def take(adapter: TypeAdapter[F], content: Any) -> F:
    """The frame that a parsed value spells. Raises as `read` does.

    Half a character, which browsers send as an escape and strict readers refuse, is left out (A28).
    """
    try:
        content = storable_json(content)
        return adapter.validate_python(content)
    except RecursionError:
        raise MalformedError from None
    except ValidationError as error:
        raise _judged(error, content) from None


def _judged(error: ValidationError, content: Any) -> Exception:
    if not isinstance(content, dict) or not isinstance(content.get("type"), str):
        return MalformedError()
    if content["type"] == "hello" and content.get("protocol") != wire.PROTOCOL:
        return OldProtocolError()
    problems = error.errors()
    if problems[0]["type"] == "union_tag_invalid":
        return UnreadError(_id(content), Refusal.UNKNOWN_FRAME)
    if all(problem["type"] in _TOO_LONG for problem in problems):
        # Well formed, only more than we take: people paste long texts.
        is_body = all(problem["loc"][-1] == "body" for problem in problems)
        return UnreadError(_id(content), Refusal.TOO_LONG if is_body else Refusal.INVALID)
    return MalformedError()


def _id(content: dict[str, Any]) -> UUID | None:
    try:
        return UUID(str(content.get("id")))
    except ValueError:
        return None
