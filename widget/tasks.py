"""The widget's background work."""

from time import monotonic

import structlog

from accounts import outbound
from accounts.doors import Steps, tenant_steps_task
from widget import policy_links

LOOKING_LASTS = 60.0
"""Seconds that one round takes at most, and those of one address more: addresses that never answer
must not keep a worker from everybody else's letters."""

log = structlog.get_logger(__name__)


@tenant_steps_task
def check_links(step: Steps) -> None:
    """Look at the addresses of the account's that nobody has looked at. Safe to run twice."""
    look(step, seconds=LOOKING_LASTS)


def look(step: Steps, *, seconds: float) -> None:
    """As far as the time allows; the other addresses wait for the next round."""
    until = monotonic() + seconds
    for url in step(policy_links.unchecked):
        if monotonic() >= until:
            log.warning("links_not_all_looked_at")
            return
        step(policy_links.found, url, outbound.reach(url))
