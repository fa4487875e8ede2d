"""Numbers of days for people."""

from django import template

register = template.Library()


@register.filter
def distance(days: int) -> int:
    """How many days, whichever way."""
    return abs(days)
