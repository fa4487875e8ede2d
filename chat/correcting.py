"""Putting right what is known of a visitor, by members: the same verb as when visitors do it."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from chat import visitors
from chat.models import Visitor
from chat.refusals import RefusedError


def correct(person: Model, said: Mapping[str, str]) -> list[str]:
    """Note the visitor's name, e-mail and phone as they are (`privacy.corrections.Correct`). Open
    inboxes and the visitor's own devices are told."""
    assert isinstance(person, Visitor)
    before = _details(Visitor.objects.get(pk=person.pk))
    name, email, phone = (said.get(field) for field in before)
    try:
        visitors.identify(person, name=name, email=email, phone=phone)
    except RefusedError as error:
        raise ValidationError(_("This cannot be stored like that."), code="invalid") from error
    now = _details(Visitor.objects.get(pk=person.pk))
    return [field for field in before if before[field] != now[field]]


def _details(visitor: Visitor) -> dict[str, Any]:
    return {field: getattr(visitor, field) for field in ("name", "email", "phone")}
