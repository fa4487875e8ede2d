"""Says which numbered requirement a test shows."""

import pytest


def covers(*numbers: str, page: str = "") -> pytest.MarkDecorator:
    """Mark a test as showing these rows of docs/requirements.md; `page` is where a person sees it."""
    return pytest.mark.covers(*numbers, page=page)
