"""The widget's background work."""

from accounts import outbound
from accounts.doors import Steps, tenant_steps_task
from widget import policy_links


@tenant_steps_task
def check_links(step: Steps) -> None:
    """Look at each address of the account's that nobody has looked at. Safe to run twice."""
    for url in step(policy_links.unchecked):
        step(policy_links.found, url, outbound.reach(url))
