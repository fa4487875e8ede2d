"""Addresses in plain text, made into links."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_ADDRESS = re.compile(r"(https://[^\s<>\"']*[^\s<>\"'.,;:!?)])")


@register.filter
def linked(text: str) -> SafeString:
    """The text, escaped, with each https address in it as a link."""
    parts = _ADDRESS.split(text)
    return format_html_join("", "{}", ((_part(index, part),) for index, part in enumerate(parts)))


def _part(index: int, part: str) -> str | SafeString:
    return format_html('<a href="{}">{}</a>', part, part) if index % 2 else part
