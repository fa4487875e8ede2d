"""What the chat's settings let in of visitors, and which letters they let out (`privacy.uses`)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from accounts import plans
from accounts.models import Account
from accounts.plans import Feature
from accounts.tenancy import current_account
from chat import asking, chat_settings, mail_servers, mailing, technical
from chat.models import (
    AuthorKind,
    ChatSettings,
    FieldKind,
    FieldMode,
    FormPoint,
    FormSettings,
    Group,
    TechnicalData,
)
from privacy.uses import AskedField, Flow

_ADDRESS = ("chat.ConversationMail.recipient",)
_WRITTEN = (
    "chat.Visitor.name",
    "chat.Message.body",
    "chat.Message.sent_at",
    "accounts.Membership.public_name",
)
"""What a letter with messages carries, whoever gets it."""
_LEFT = (
    "chat.Visitor.name",
    "chat.Visitor.email",
    "chat.Visitor.phone",
    "chat.Conversation.answers",
    "chat.Message.body",
    "chat.Message.sent_at",
)
"""What a letter about an offline message carries."""

_STANDARD = {
    "name": (_("Name"), FieldKind.TEXT.label),
    "email": (_("E-mail"), FieldKind.TEXT.label),
    "phone": (_("Phone"), FieldKind.TEXT.label),
}


def conditions() -> Mapping[str, bool]:
    """A switch for each kind of technical data, whether any letter goes out at all, and whether
    visitors can be sent to groups."""
    switches = TechnicalData.objects.first() or TechnicalData()
    collects = {f"collects.{kind}": bool(getattr(switches, kind)) for kind in technical.Kind}
    account = _account()
    has_groups = account is not None and plans.may(account, Feature.GROUPS)
    return {
        **collects,
        "mails": any(flow.is_on for flow in flows()),
        "groups": has_groups and Group.objects.exists(),
    }


def pages() -> Mapping[str, str]:
    """Technical data, letters and groups have a page each."""
    return {"collects.": "privacy_data", "mails": "settings_mail", "groups": "settings_groups"}


def asked() -> Sequence[AskedField]:
    """What both forms ask, the one before the chat only while it is on (S69)."""
    account_id = current_account()
    if account_id is None:
        return ()
    settings = asking.of(account_id)
    found: list[AskedField] = []
    for point in FormPoint:
        if point == FormPoint.PRECHAT and not settings.asks_before_chat:
            continue
        for key in asking.STANDARD:
            mode = asking.mode(settings, point, key)
            if mode != FieldMode.OFF:
                label, kind = _STANDARD[key]
                is_required = mode == FieldMode.REQUIRED
                found.append(AskedField(point.label, key, label, kind, is_required, point.value))
        found += [
            AskedField(
                point.label,
                one.key,
                one.label,
                FieldKind(one.kind).label,
                one.is_required,
                point.value,
            )
            for one in asking.fields(point)
        ]
    return found


def flows() -> Sequence[Flow]:
    """Letters to agents and to visitors, and transcripts (S16): by the account's own mail server, if
    there is one, all of them. Off, all of them, while the account keeps the platform's mailer out."""
    account = _account()
    server = mail_servers.of(account) if account else None
    found = _letters(account)
    if account and mailing.kept_out(account) is not None:
        return [replace(one, is_on=False) for one in found]
    if server is None:
        return found
    return [replace(one, mailer=server.host, country=server.country) for one in found]


def _letters(account: Account | None) -> Sequence[Flow]:
    chosen = chat_settings.of(account.pk) if account else ChatSettings()
    forms = asking.of(account.pk) if account else FormSettings()
    sends_transcripts = account is not None and any(
        chat_settings.allows_transcript(account, side=side)
        for side in (AuthorKind.VISITOR, AuthorKind.MEMBER)
    )
    waits = (
        _("To agents: a visitor waits, as a link only")
        if chosen.mails_agents_links_only
        else _("To agents: a visitor waits, with what they wrote")
    )
    return (
        Flow(
            "visitor_waits",
            waits,
            chosen.mail_agents_after_minutes > 0,
            _ADDRESS if chosen.mails_agents_links_only else (*_ADDRESS, *_WRITTEN),
        ),
        Flow(
            "offline_message",
            _("To chosen addresses: a message was left, as a link only")
            if chosen.mails_agents_links_only
            else _("To chosen addresses: a message was left, with what was written and answered"),
            forms.mails_offline_messages,
            _ADDRESS if chosen.mails_agents_links_only else (*_ADDRESS, *_LEFT),
        ),
        Flow(
            "answer",
            _("To visitors: an answer that they have not read"),
            chosen.mails_answers_to_visitors,
            (*_ADDRESS, "chat.Visitor.email", *_WRITTEN),
        ),
        Flow(
            "transcript",
            _("Transcript of a conversation, on request"),
            sends_transcripts,
            (*_ADDRESS, *_WRITTEN),
        ),
    )


def _account() -> Account | None:
    account_id = current_account()
    return Account.objects.get(pk=account_id) if account_id else None
