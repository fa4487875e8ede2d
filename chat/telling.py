"""What visitors are told before they write, and what they agree to with their first message.

That they were told and that they agreed are two things, written down apart (`privacy.notices`,
`privacy.consents`; R17). A message brings both along, so that they are stored with it or not at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ValidationError

from accounts.models import Account
from chat import asking, wire
from chat.models import Visitor
from chat.refusals import RefusedError
from privacy import consents, notices, purposes
from privacy.consents import Origin
from privacy.models import NoticeAcknowledgement, NoticeMode, NoticePoint
from privacy.purposes import Box


@dataclass(frozen=True)
class Shown:
    """What one visitor sees: the line in the chat and in its forms, whether they have to tick it
    before a conversation begins, and the boxes that they have not agreed to."""

    notice: wire.NoticeRow
    must_tick: bool
    boxes: Sequence[wire.BoxRow]


def shown(
    account: Account, language: str, visitor: Visitor | None, *, requires_tick: bool
) -> Shown:
    """All that is told, read at once: each hello asks for it. `requires_tick` is the account's
    setting."""
    said = purposes.told(account.pk)
    told = notices.wording(account, language, said)
    return Shown(
        wire.NoticeRow(version=told.version_hash, text=told.text, language=told.language),
        requires_tick and not _has_ticked(visitor, told.version_hash),
        _boxes(purposes.consent_boxes(language, said), visitor),
    )


def boxes(language: str, visitor: Visitor | None) -> list[wire.BoxRow]:
    """The boxes of further purposes, without those that this visitor agreed to already."""
    return _boxes(purposes.consent_boxes(language), visitor)


def _boxes(found: Sequence[Box], visitor: Visitor | None) -> list[wire.BoxRow]:
    agreed = consents.given(visitor.pk) if visitor and found else frozenset()
    return [
        wire.BoxRow(
            purpose=box.id, version=box.version, title=box.title, text=box.text, details=box.details
        )
        for box in found
        if box.id not in agreed
    ]


def must_tick(account: Account, language: str, visitor: Visitor | None) -> bool:
    """Whether this visitor has to tick the notice before a conversation begins: the account asks
    for it, and they have not ticked the notice as it is now."""
    if not asking.of(account.pk).requires_acknowledgement:
        return False
    return not _has_ticked(visitor, notices.wording(account, language).version_hash)


def _has_ticked(visitor: Visitor | None, version: str) -> bool:
    if visitor is None:
        return False
    ticked = NoticeAcknowledgement.objects.filter(
        subject_id=visitor.pk, wording__digest=version, how=NoticeMode.TICKED
    )
    return ticked.exists()


def require_tick(
    account: Account, language: str, visitor: Visitor | None, told: wire.NoticeShown | None
) -> None:
    """Raise RefusedError(NOTICE_REQUIRED) for a first message that brings no tick. One under words
    that nobody knows is let through: they have changed while the visitor was writing. It proves
    nothing and is not written down, so the visitor has yet to tick the notice as it is now."""
    is_ticked = told is not None and told.how == "ticked"
    if not is_ticked and must_tick(account, language, visitor):
        raise RefusedError(wire.Refusal.NOTICE_REQUIRED)


def note(
    account: Account,
    visitor: Visitor,
    language: str,
    frame: wire.VisitorMessage,
    *,
    page_url: str,
) -> None:
    """Write down what the visitor was told and what they ticked, as their message says. Twice is
    once. Words that have changed on the way are left aside: they hold up no message, and nothing is
    given under words that nobody read."""
    point = NoticePoint(frame.form.point) if frame.form else NoticePoint.CHAT
    digest = ""
    if frame.notice:
        try:
            notices.record_shown(
                account,
                visitor.pk,
                frame.notice.version,
                language,
                point,
                NoticeMode(frame.notice.how),
            )
        except ValidationError as error:
            _only_changed(error)
        else:
            digest = frame.notice.version
    # A consent names the notice only if it is known what that said.
    origin = Origin(page_url=page_url, form_field=point.value, notice_digest=digest)
    _agree(visitor.pk, language, frame.consents, origin)


def _agree(
    visitor_id: UUID, language: str, ticked: Sequence[wire.TickedBox], origin: Origin
) -> None:
    for one in ticked:
        try:
            consents.give(
                visitor_id, one.purpose, version=one.version, language=language, origin=origin
            )
        except ValidationError as error:
            _only_changed(error)


def _only_changed(error: ValidationError) -> None:
    if error.code not in {"changed", "ended"}:
        raise error
