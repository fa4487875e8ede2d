"""Verbs of groups, the departments that visitors are routed to."""

from uuid import UUID

from django.utils.text import slugify

from accounts import audit
from accounts.models import Membership
from chat import wire
from chat.models import Group
from chat.refusals import RefusedError
from chat.text import is_blank, storable

MAX_NAME = 60
MAX_KEY = 40
MAX_GROUPS = 100


def find(key: str) -> Group | None:
    """The group with this key, if the account has one."""
    return Group.objects.filter(key=key).first()


def everyone() -> list[Group]:
    """All groups of the account, by name."""
    return list(Group.objects.order_by("name", "key"))


def add(account_id: UUID, *, name: str, key: str = "", by: Membership | None = None) -> Group:
    """A new group. Without a key it gets one from its name, which pages then use and which stays
    when the name changes. Raises RefusedError: INVALID, TOO_MANY."""
    name = _named(name)
    taken = set(Group.objects.values_list("key", flat=True))
    if len(taken) >= MAX_GROUPS:
        raise RefusedError(wire.Refusal.TOO_MANY)
    if key:
        if key != slugify(key) or len(key) > MAX_KEY or key in taken:
            raise RefusedError(wire.Refusal.INVALID)
        return _create(account_id, key, name, by)
    stem = slugify(name)[: MAX_KEY - 4] or "group"
    numbered = (f"{stem}-{number}" for number in range(2, MAX_GROUPS + 3))
    free = next(one for one in (stem, *numbered) if one not in taken)
    return _create(account_id, free, name, by)


def rename(group: Group, *, name: str, by: Membership | None = None) -> None:
    """Give the group another name. Raises RefusedError(INVALID)."""
    before, group.name = group.name, _named(name)
    audit.changed(group.account_id, by=by, setting="group", old=before, new=group.name)
    group.save(update_fields=["name"])


def remove(group: Group, *, by: Membership | None = None) -> None:
    """Remove the group. Its conversations stay and belong to none."""
    audit.changed(group.account_id, by=by, setting="group", old=group.name, new="")
    group.delete()


def _create(account_id: UUID, key: str, name: str, by: Membership | None) -> Group:
    audit.changed(account_id, by=by, setting="group", old="", new=name)
    return Group.objects.create(account_id=account_id, key=key, name=name)


def _named(name: str) -> str:
    name = storable(name).strip()
    if is_blank(name) or len(name) > MAX_NAME:
        raise RefusedError(wire.Refusal.INVALID)
    return name
