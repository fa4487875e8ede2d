"""What visitors are asked for in forms, and what they answer (S23, S69).

There are two forms: before the first message of a conversation, and while nobody is there. Each asks
for name, e-mail and phone as the account has it, and for fields of the account's own. What is
answered is as unverified as everything else that visitors say (A10), and a ticked box is never a
consent (R17).
"""

import re
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts import audit
from accounts.models import Membership
from chat import article9, wire
from chat.masking import mask
from chat.models import FieldKind, FieldMode, FormField, FormPoint, FormSettings
from chat.refusals import RefusedError
from chat.text import is_blank, storable

MAX_FIELDS = 20
"""Fields of the account's own, in each form."""
MAX_RECIPIENTS = 10
MAX_OPTIONS = 50
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")

STANDARD = ("name", "email", "phone")
RESERVED = frozenset({*STANDARD, "group"})
"""Keys that mean something by themselves."""

_LENGTHS = {"text": 255, "email": 255, "tel": 50, "textarea": 2_000, "select": 120, "date": 10}
_KINDS: Mapping[str, Any] = {"name": "text", "email": "email", "phone": "tel"}


@dataclass(frozen=True)
class Spec:
    """A field of the account's own, as an admin describes it. `labels`: by language."""

    kind: FieldKind
    label: str
    labels: Mapping[str, str]
    placeholder: str
    options: Sequence[str]
    is_required: bool

    def texts(self) -> list[tuple[str, str]]:
        """Everything that visitors would read, as pairs of the place and the words."""
        return [
            ("label", self.label),
            *((f"label_{language}", text) for language, text in self.labels.items()),
            ("placeholder", self.placeholder),
            *(("options", text) for text in self.options),
        ]


@dataclass(frozen=True)
class Questions:
    """What the forms ask one visitor. `dropped`: fields of the page that are not asked.
    `requires_tick`: whether the notice has to be ticked."""

    prechat: Sequence[wire.QuestionRow]
    offline: Sequence[wire.QuestionRow]
    dropped: Sequence[wire.DroppedRow]
    requires_tick: bool


@dataclass(frozen=True)
class Filed:
    """A form that was filled in and is good. `said`: name, email and phone, as far as they were
    given; `answers`: rows for the conversation. Numbers in them are hidden (S25). `is_mailed`:
    whether an offline message may go out as a letter."""

    point: FormPoint
    said: Mapping[str, str]
    answers: Sequence[Mapping[str, str | bool]]
    is_mailed: bool = True

    @property
    def is_offline(self) -> bool:
        return self.point == FormPoint.OFFLINE


class ForbiddenFieldError(Exception):
    """The field would ask for data that must not be put into a chat (S28). `place`: the column."""

    def __init__(self, place: str, found: article9.Found) -> None:
        super().__init__(place)
        self.place = place
        self.found = found


# --- What is asked ------------------------------------------------------------------------------


def of(account_id: UUID) -> FormSettings:
    """The account's settings; defaults while it has not saved any. Inside the account."""
    return FormSettings.objects.first() or FormSettings(account_id=account_id)


def mode(settings: FormSettings, form: FormPoint, key: str) -> FieldMode:
    """Whether a form asks for name, email or phone. The offline form always needs an address."""
    if form == FormPoint.OFFLINE and key == "email":
        return FieldMode.REQUIRED
    return FieldMode(getattr(settings, f"{form.value}_{key}"))


def fields(form: FormPoint) -> list[FormField]:
    """The form's own fields, in order."""
    return list(FormField.objects.filter(form=form).order_by("position", "pk"))


def questions(
    account_id: UUID,
    language: str = "",
    *,
    page: wire.PageForms | None = None,
    known: Collection[str] = (),
) -> Questions:
    """What a visitor is asked for in this language, changed as the page wishes, without those of
    name, email and phone that are `known` already. A field of the page that asks for what Articles
    9 and 10 protect is dropped, as is one whose key is taken (S28)."""
    settings = of(account_id)
    wishes = page or wire.PageForms()
    asks = settings.asks_before_chat if wishes.prechat is None else wishes.prechat
    # Both forms in one statement: each hello comes by here.
    found = list(FormField.objects.order_by("position", "pk"))
    own = {form: [one for one in found if one.form == form] for form in FormPoint}
    before_dropped, before = _of_page(own[FormPoint.PRECHAT], wishes.fields)
    offline_dropped, offline = _of_page(own[FormPoint.OFFLINE], wishes.offline_fields)
    return Questions(
        prechat=[
            *_standard(settings, FormPoint.PRECHAT, wishes, known),
            *_own(own[FormPoint.PRECHAT], language),
            *before,
        ]
        if asks
        else [],
        offline=[
            *_standard(settings, FormPoint.OFFLINE, wishes, known),
            *_own(own[FormPoint.OFFLINE], language),
            *offline,
        ],
        dropped=[*before_dropped, *offline_dropped],
        requires_tick=settings.requires_acknowledgement,
    )


def _standard(
    settings: FormSettings, form: FormPoint, wishes: wire.PageForms, known: Collection[str]
) -> list[wire.QuestionRow]:
    wished = {
        FormPoint.PRECHAT: {"name": wishes.name, "email": wishes.email, "phone": wishes.phone},
        FormPoint.OFFLINE: {"name": wishes.offline_name},
    }[form]
    found = []
    for key in STANDARD:
        chosen = mode(settings, form, key)
        wish = wished.get(key)
        # What the account requires, no page takes away.
        if chosen != FieldMode.REQUIRED and wish is not None:
            chosen = FieldMode.OPTIONAL if wish else FieldMode.OFF
        if chosen != FieldMode.OFF and key not in known:
            found.append(_question(key, _KINDS[key], is_required=chosen == FieldMode.REQUIRED))
    return found


def _own(own: Sequence[FormField], language: str) -> list[wire.QuestionRow]:
    base = language.partition("-")[0].lower()
    return [
        _question(
            field.key,
            field.kind,
            label=field.labels.get(base) or field.label,
            placeholder=field.placeholder,
            options=field.options,
            is_required=field.is_required,
        )
        for field in own
    ]


def _of_page(
    own: Sequence[FormField], given: Sequence[wire.PageField]
) -> tuple[list[wire.DroppedRow], list[wire.QuestionRow]]:
    dropped, asked = [], []
    taken = set(RESERVED) | {field.key for field in own}
    for one in given:
        texts = [one.label, one.placeholder, *one.options]
        found = next((hit for text in texts if (hit := article9.find(text))), None)
        if found:
            dropped.append(wire.DroppedRow(key=one.key, word=found.word, article=found.article))
        elif one.key in taken or not one.label or (one.kind == "select" and not one.options):
            dropped.append(wire.DroppedRow(key=one.key, word="", article=""))
        else:
            taken.add(one.key)
            row = one.model_dump()
            asked.append(_question(row.pop("key"), row.pop("kind"), **row))
    return dropped, asked


def _question(key: str, kind: Any, **rest: Any) -> wire.QuestionRow:
    return wire.QuestionRow(
        key=key, kind=kind, **{"label": "", "placeholder": "", "options": [], **rest}
    )


# --- What is answered ---------------------------------------------------------------------------


def file(asked: Questions, form: wire.FiledForm, *, known: Collection[str] = ()) -> Filed:
    """The answers, checked against the questions and ready to be stored. What is not asked is left
    aside. Raises RefusedError(INVALID) with the `field` that is missing or not good."""
    point = FormPoint(form.point)
    said: dict[str, str] = {}
    answers: list[dict[str, str | bool]] = []
    for question in asked.offline if point == FormPoint.OFFLINE else asked.prechat:
        value = _checked(question, form.values.get(question.key, ""))
        is_given = value not in ("", False)
        if question.is_required and not is_given and question.key not in known:
            raise RefusedError(wire.Refusal.INVALID, field=question.key)
        if not is_given and question.kind != "checkbox":
            continue
        if question.key in STANDARD:
            said[question.key] = str(value)
        else:
            answers.append(
                {
                    "form": point.value,
                    "key": question.key,
                    "label": question.label,
                    "value": value,
                }
            )
    return Filed(point, said, answers)


def require_nothing_missing(asked: Questions, *, known: Collection[str]) -> None:
    """For a first message without a form: raise RefusedError(INVALID) with the first field that the
    pre-chat form requires and nobody answered."""
    for question in asked.prechat:
        if question.is_required and question.key not in known:
            raise RefusedError(wire.Refusal.INVALID, field=question.key)


def _checked(question: wire.QuestionRow, value: str | bool) -> str | bool:
    refusal = RefusedError(wire.Refusal.INVALID, field=question.key)
    if question.kind == "checkbox":
        if not isinstance(value, bool) and value != "":
            raise refusal
        return value is True
    if not isinstance(value, str):
        raise refusal
    text = storable(value).strip()
    if is_blank(text):
        return ""
    if len(text) > _LENGTHS[question.kind]:
        raise refusal
    match question.kind:
        case "select":
            if text not in question.options:
                raise refusal
            return text
        case "date":
            try:
                return date.fromisoformat(text).isoformat()
            except ValueError:
                raise refusal from None
        case "email":
            try:
                validate_email(text)
            except ValidationError:
                raise refusal from None
    return mask(text)


def merged(
    before: Sequence[Mapping[str, Any]], filed: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """The answers of a conversation after another form: each key once, as answered last."""
    return list({one["key"]: one for one in (*before, *filed)}.values())


# --- What the account decides -------------------------------------------------------------------


def change(account_id: UUID, *, by: Membership | None = None, **columns: Any) -> None:
    """Set these columns of the account's form settings and leave the others as they are. The trail
    has the number of recipients and no address."""
    before = of(account_id)
    for name, value in columns.items():
        old, new = getattr(before, name), value
        if name == "offline_recipients":
            if old == new:
                continue
            old, new = len(old), len(new)
            event = audit.Event.SETTING_CHANGED
            audit.record(account_id, event, by=by, setting=f"forms_{name}", old=old, new=new)
        else:
            audit.changed(account_id, by=by, setting=f"forms_{name}", old=old, new=new)
    FormSettings.objects.update_or_create(account_id=account_id, defaults=columns)


def forget_recipients(
    sender: object, *, account_id: UUID, addresses: Set[str], by: Membership, **_: Any
) -> None:
    """Listen to `accounts.signals.member_gone`: what visitors leave is no longer mailed to somebody
    who has no place here. Who was the last that was chosen leaves it to those who manage the
    account."""
    before = of(account_id).offline_recipients
    staying = [email for email in before if email.lower() not in addresses]
    if staying != before:
        change(account_id, by=by, offline_recipients=staying)


def refuse_forbidden(spec: Spec) -> None:
    """Raise ForbiddenFieldError for the first text that asks for protected data (S28)."""
    for place, text in spec.texts():
        if found := article9.find(text):
            raise ForbiddenFieldError(place, found)


def add_field(
    account_id: UUID, form: FormPoint, key: str, spec: Spec, *, by: Membership | None = None
) -> FormField | None:
    """A new field at the end of the form. None: the form has 20, or one with this key.

    Raises ForbiddenFieldError; ValueError for a key that is none.
    """
    if not KEY.fullmatch(key) or key in RESERVED:
        raise ValueError(key)
    refuse_forbidden(spec)
    # The settings' row is what two admins who add at once wait for.
    FormSettings.objects.get_or_create(account_id=account_id)
    FormSettings.objects.select_for_update().get()
    present = fields(form)
    if len(present) >= MAX_FIELDS or key in {one.key for one in present}:
        return None
    field = FormField(account_id=account_id, form=form, key=key)
    field.position = max((one.position for one in present), default=-1) + 1
    _write(field, spec)
    _note(field, "added", by)
    return field


def change_field(field: FormField, spec: Spec, *, by: Membership | None = None) -> None:
    """Describe the field anew. Its key stays. Raises ForbiddenFieldError."""
    refuse_forbidden(spec)
    _write(field, spec)
    _note(field, "changed", by)


def remove_field(field: FormField, *, by: Membership | None = None) -> None:
    """Ask no more. What was answered stays with its conversations."""
    _note(field, "removed", by)
    field.delete()


def move_field(field: FormField, *, up: bool, by: Membership | None = None) -> None:
    """Let the field change places with the one before or after it."""
    order = fields(FormPoint(field.form))
    at = next(index for index, one in enumerate(order) if one.pk == field.pk)
    to = at - 1 if up else at + 1
    if not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    for position, one in enumerate(order):
        FormField.objects.filter(pk=one.pk).update(position=position)
    _note(field, "moved", by)


def _write(field: FormField, spec: Spec) -> None:
    field.kind, field.is_required = spec.kind, spec.is_required
    field.label, field.labels = spec.label, dict(spec.labels)
    field.placeholder, field.options = spec.placeholder, list(spec.options)
    field.save()


def _note(field: FormField, what: str, by: Membership | None) -> None:
    # The key and not the words, as elsewhere in the trail.
    event, changed = audit.Event.SETTING_CHANGED, [f"{field.form}: {field.key}"]
    setting = f"form_field_{what}"
    audit.record(field.account_id, event, by=by, setting=setting, fields=changed)
