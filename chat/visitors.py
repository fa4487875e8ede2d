"""Verbs of visitors. What they say of themselves is kept as said and proves nothing (A10)."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from accounts import audit
from accounts.addresses import UNKNOWN
from accounts.models import Membership
from chat import blocked_addresses, conversations, technical, wire
from chat.events import Event
from chat.locking import locked
from chat.masking import mask, mask_json
from chat.models import Conversation, Visitor
from chat.refusals import RefusedError
from chat.text import storable, storable_json

MAX_VARIABLES = 100
MAX_VARIABLE_NAME = 64
MAX_VARIABLE = 1_000
NOTED_AGAIN_AFTER = timedelta(hours=1)
"""A visit is noted once in this time: pages and connections that come and go write nothing."""
_LENGTHS = {"name": 255, "email": 255, "phone": 50}


@dataclass(frozen=True)
class VisitorDetails:
    """What is known of a visitor when their first message makes them a row."""

    name: str = ""
    email: str = ""
    phone: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    language: str = ""
    browser: str = ""
    os: str = ""
    device: str = ""
    screen: str = ""
    time_zone: str = ""
    ip_address: str = ""


def find(public_id: str) -> Visitor | None:
    """The visitor with this id, if they ever wrote."""
    return Visitor.objects.filter(public_id=public_id).first()


def note_visit(visitor: Visitor) -> None:
    """The visitor is back: the half year after which idle visitors go begins anew (R11)."""
    now = timezone.now()
    if visitor.last_seen_at < now - NOTED_AGAIN_AFTER:
        Visitor.objects.filter(pk=visitor.pk).update(last_seen_at=now)


def ensure(account_id: Any, public_id: str, details: VisitorDetails) -> Visitor:
    """The visitor with this id, made with these details if there is none yet. Two devices that ask
    at once get the same one. Raises RefusedError: INVALID for details that are not good, BLOCKED for
    an address from which nobody may write."""
    if found := find(public_id):
        return found
    said = _said(details.name, details.email, details.phone)
    told = asdict(details)
    collected = technical.collected_until_commit(account_id)
    _refuse_blocked(told["ip_address"], collected)
    columns = [column for kind, column in technical.COLUMNS.items() if kind in collected]
    Visitor.objects.bulk_create(
        [
            Visitor(
                account_id=account_id,
                public_id=public_id,
                variables=_merged({}, details.variables),
                **said,
                **{column: _technical(column, told[column]) for column in columns},
            )
        ],
        ignore_conflicts=True,
    )
    return Visitor.objects.get(public_id=public_id)


def come_back(visitor: Visitor, *, address: str, screen: str) -> None:
    """Note from where and on which screen the visitor begins another conversation, as far as the
    account stores that (S24, S54). Call it before the message that is told: it brings the visitor as
    they stand then. Raises RefusedError(BLOCKED) for an address from which nobody may write."""
    collected = technical.collected_until_commit(visitor.account_id)
    _refuse_blocked(address, collected)
    told = {technical.Kind.IP_ADDRESS: address, technical.Kind.SCREEN: screen}
    columns = {
        technical.COLUMNS[kind]: _technical(technical.COLUMNS[kind], value)
        for kind, value in told.items()
        if value and kind in collected
    }
    if columns:
        _latest_locked(visitor)
        Visitor.objects.filter(pk=visitor.pk).update(**columns)


def identify(
    visitor: Visitor,
    *,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    variables: Mapping[str, Any] | None = None,
) -> Event | None:
    """Note what the page or the visitor says: absent is unchanged, empty forgets, variables merge
    by name and null removes one.

    None when nothing changed, or when there is no conversation to show it with. Raises
    RefusedError(INVALID): more than 255 characters (phone: 50), no e-mail address, more than 100
    variables, names above 64 or values above 1,000 characters.
    """
    said = _said(name, email, phone)
    conversation = _latest_locked(visitor)
    now = Visitor.objects.select_for_update(no_key=True).get(pk=visitor.pk)
    if variables:
        said["variables"] = _merged(now.variables, variables)
    changed = {key: value for key, value in said.items() if getattr(now, key) != value}
    if not changed:
        return None
    return _change(now, conversation, wire.Change.VISITOR_IDENTIFIED, changed)


def noted(
    variables_before: Mapping[str, Any],
    *,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    variables: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What `identify` would note of somebody who is no row yet, refused as it refuses."""
    said = _said(name, email, phone)
    if variables:
        said["variables"] = _merged(variables_before, variables)
    return said


def block(visitor: Visitor, *, by: Membership, with_address: bool = False) -> Event | None:
    """Refuse what this visitor sends from now on, and, if asked, what anybody sends from the address
    from which they last began a conversation (S56). None when all of that is blocked already.

    Raises RefusedError: NOT_FOUND for somebody of another account; NOT_ALLOWED for an address while
    none is stored.
    """
    _require_colleague(visitor, by)
    # The switches before any visitor: turning one off empties the rows of all of them.
    collected = technical.collected_until_commit(by.account_id) if with_address else frozenset()
    conversation = _latest_locked(visitor)
    now = Visitor.objects.select_for_update(no_key=True).get(pk=visitor.pk)
    if with_address and (now.ip_address is None or technical.Kind.IP_ADDRESS not in collected):
        raise RefusedError(wire.Refusal.NOT_ALLOWED)
    columns: dict[str, Any] = {} if now.blocked_at else {"blocked_at": timezone.now()}
    if with_address and now.blocked_address != now.ip_address:
        columns["blocked_address"] = now.ip_address
        target = ("visitor", now.pk)
        audit.record(now.account_id, audit.Event.ADDRESS_BLOCKED, by=by, target=target)
    return _change(now, conversation, wire.Change.VISITOR_BLOCKED, columns) if columns else None


def unblock(visitor: Visitor, *, by: Membership) -> Event | None:
    """Let this visitor write again, and with them their address: blocked on for another's sake, it
    would still keep them out. None when they are not blocked."""
    _require_colleague(visitor, by)
    technical.collected_until_commit(by.account_id)
    conversation = _latest_locked(visitor)
    now, behind = blocked_addresses.hold(visitor)
    if now.blocked_at is None:
        return None
    blocked_addresses.lift(behind, by=by)
    if any(one.pk != now.pk for one in behind):
        # Beside the conversations of others too an address no longer stands as blocked.
        blocked_addresses.show_anew(now.account_id)
    now.blocked_address = None
    return _change(now, conversation, wire.Change.VISITOR_UNBLOCKED, {"blocked_at": None})


def _require_colleague(visitor: Visitor, by: Membership) -> None:
    if by.account_id != visitor.account_id:
        raise RefusedError(wire.Refusal.NOT_FOUND)


def _refuse_blocked(address: str, collected: Collection[technical.Kind]) -> None:
    # An account that stores no addresses has none to look for.
    if technical.Kind.IP_ADDRESS in collected and blocked_addresses.is_blocked(address):
        raise RefusedError(wire.Refusal.BLOCKED)


def _change(
    visitor: Visitor,
    conversation: Conversation | None,
    change: wire.Change,
    columns: dict[str, Any],
) -> Event | None:
    for name, value in columns.items():
        setattr(visitor, name, value)
    visitor.save(update_fields=list(columns))
    if conversation is None:
        return None
    conversation.visitor = visitor
    return conversations.touch(change, conversation)


def _latest_locked(visitor: Visitor) -> Conversation | None:
    """The newest conversation, locked before the visitor's row: every verb takes that order, so
    none waits for another in a circle."""
    conversation = conversations.latest(visitor)
    return locked(conversation.pk) if conversation else None


def _technical(column: str, value: str) -> str | None:
    """The value as its column holds it; an address that is none is not known."""
    if column == "ip_address":
        return value if value and value != UNKNOWN else None
    return storable(value)[: Visitor._meta.get_field(column).max_length]  # type: ignore[union-attr]


def _said(name: str | None, email: str | None, phone: str | None) -> dict[str, Any]:
    given = {"name": name, "email": email, "phone": phone}
    said = {key: storable(value).strip() for key, value in given.items() if value is not None}
    if any(len(value) > _LENGTHS[key] for key, value in said.items()):
        raise RefusedError(wire.Refusal.INVALID)
    if said.get("email"):
        try:
            validate_email(said["email"])
        except ValidationError as error:
            raise RefusedError(wire.Refusal.INVALID) from error
    return {key: mask(value) for key, value in said.items()}


def _merged(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(before)
    for key, value in mask_json(storable_json(dict(given))).items():
        if not key or len(key) > MAX_VARIABLE_NAME or not _is_variable(value):
            raise RefusedError(wire.Refusal.INVALID)
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = value
    if len(merged) > MAX_VARIABLES:
        raise RefusedError(wire.Refusal.INVALID)
    return merged


def _is_variable(value: Any) -> bool:
    """A string, number or truth value, or one of them with a label; null removes."""
    if isinstance(value, dict):
        return (
            set(value) == {"label", "value"}
            and isinstance(value["label"], str)
            and len(value["label"]) <= MAX_VARIABLE
            and value["value"] is not None
            and not isinstance(value["value"], dict)
            and _is_variable(value["value"])
        )
    if isinstance(value, str):
        return len(value) <= MAX_VARIABLE
    if isinstance(value, float):
        # JSON has no NaN and no infinity, and PostgreSQL refuses them.
        return value == value and abs(value) != float("inf")
    if isinstance(value, int):
        return len(str(value)) <= 20 if abs(value) < 10**20 else False
    return value is None
