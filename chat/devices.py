"""What a browser says of itself, in three words for the agent. The rest is not kept."""

from typing import NamedTuple

from ua_parser import parse

MAX_LENGTH = 512
_MOBILE_SYSTEMS = {"iOS", "Android", "Windows Phone", "KaiOS", "HarmonyOS"}


class Device(NamedTuple):
    """Browser and system by family, without versions; `kind` is desktop, tablet or phone."""

    browser: str
    os: str
    kind: str


def describe(user_agent: str) -> Device:
    """The device class behind a User-Agent; empty strings for what it does not tell."""
    if not user_agent:
        return Device("", "", "")
    found = parse(user_agent[:MAX_LENGTH])
    browser = found.user_agent.family if found.user_agent else ""
    system = found.os.family if found.os else ""
    return Device(browser, system, _kind(user_agent, system))


def _kind(user_agent: str, system: str) -> str:
    if "iPad" in user_agent or "Tablet" in user_agent:
        return "tablet"
    if system in _MOBILE_SYSTEMS:
        is_tablet = system == "Android" and "Mobile" not in user_agent
        return "tablet" if is_tablet else "phone"
    return "desktop" if system else ""
