"""Limits that must agree with each other."""

import json
from uuid import uuid4

import pytest

from chat import wire


@pytest.mark.parametrize("character", ["a", "č", "茶", "🫖", '"', "\n", "\x01"])
def test_a_message_that_is_short_enough_is_never_a_frame_that_is_too_large(character: str) -> None:
    frame = {
        "type": "message",
        "id": str(uuid4()),
        "conversation": str(uuid4()),
        "body": character * wire.MAX_BODY,
        "attachments": [str(uuid4()) for _ in range(5)],
        "email": "a" * 254,
    }

    assert len(json.dumps(frame, ensure_ascii=False).encode()) <= wire.MAX_FRAME
