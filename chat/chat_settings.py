"""Verbs of the account's chat settings."""

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from accounts import audit, plans
from accounts.models import Account, Membership
from accounts.plans import Feature
from chat import mailing
from chat.models import AuthorKind, ChatSettings

MINUTES_TO_CHOOSE = (1, 2, 3, 5, 10, 15, 30, 60)
"""How long a visitor may wait before agents are told; 0, which is not among them, means never."""


def of(account_id: UUID) -> ChatSettings:
    """The account's chat settings; defaults while it has not saved any."""
    return ChatSettings.objects.first() or ChatSettings(account_id=account_id)


def change(account_id: UUID, *, by: Membership | None = None, **columns: Any) -> None:
    """Set these columns of the account's chat settings and leave the others as they are."""
    before = of(account_id)
    for name, value in columns.items():
        audit.changed(account_id, by=by, setting=name, old=getattr(before, name), new=value)
    ChatSettings.objects.update_or_create(account_id=account_id, defaults=columns)


def allows_transcript(account: Account, *, side: AuthorKind) -> bool:
    """Whether visitors, or agents, may have conversations mailed: the plan, the switch, and that any
    e-mail leaves."""
    if not plans.may(account, Feature.TRANSCRIPT):
        return False
    column = (
        "visitors_may_request_transcripts"
        if side == AuthorKind.VISITOR
        else "agents_may_send_transcripts"
    )
    # One statement: each page of the inbox and each frame of the widget asks.
    chosen = Subquery(ChatSettings.objects.filter(account=OuterRef("pk")).values(column)[:1])
    asked = Account.objects.filter(pk=account.pk).values_list(chosen, mailing.is_kept_out())
    is_on, is_out = asked.get()
    return bool(getattr(ChatSettings(), column) if is_on is None else is_on) and not is_out
