"""The audit trail: who did what in an account, and who looked. On every plan, only ever added to.

An entry holds names of events, ids, settings and numbers: never what somebody wrote, and no
name or address of a person. Ids are committed to with a salt, so that `forget` can take them out
and the chain still holds.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import chains, spreadsheets
from accounts.models import AuditEntry, Membership, Role, SupportSession

ActorKind = Literal["member", "platform", "system"]


class Event(StrEnum):
    """What the trail knows of: a noun and what happened to it."""

    SETTING_CHANGED = "setting.changed"
    SITE_ADDED = "site.added"
    SITE_REMOVED = "site.removed"
    MEMBER_INVITED = "member.invited"
    INVITATION_CANCELLED = "member.uninvited"
    MEMBER_JOINED = "member.joined"
    MEMBER_ROLE_CHANGED = "member.role"
    MEMBER_DEACTIVATED = "member.deactivated"
    MEMBER_ACTIVATED = "member.activated"
    MEMBER_LEFT = "member.left"
    CONVERSATION_READ = "conversation.read"
    TRAIL_EXPORTED = "audit.exported"
    COMPANY_NAMED = "company.named"
    AGREEMENT_ACCEPTED = "agreement.accepted"
    WENT_LIVE = "account.live"
    POLICY_COPIED = "policy.copied"
    DEFAULTS_APPLIED = "account.defaults"
    ACCOUNT_CLOSED = "account.closed"
    ACCOUNT_REOPENED = "account.reopened"
    HOLD_PLACED = "hold.placed"
    HOLD_LIFTED = "hold.lifted"
    CONTENT_REDACTED = "content.redacted"
    PERSON_COPIED = "person.copied"
    PERSON_ERASED = "person.erased"
    PERSON_CORRECTED = "person.corrected"
    RECORD_CHANGED = "record.changed"
    ASSESSMENT_CHANGED = "assessment.changed"
    PURPOSE_DECLARED = "purpose.declared"
    PURPOSE_CHANGED = "purpose.changed"
    PURPOSE_ENDED = "purpose.ended"
    CONSENTS_EXPORTED = "consents.exported"
    CONTACTS_EXPORTED = "contacts.exported"
    ACCOUNT_EXPORTED = "account.exported"
    EXPORT_TAKEN = "account.export_taken"
    OBJECTION_RAISED = "objection.raised"
    OBJECTION_WITHDRAWN = "objection.withdrawn"
    OBJECTION_DECIDED = "objection.decided"
    AGREEMENT_REQUESTED = "agreement.requested"
    AGREEMENT_MOVED = "agreement.moved"
    AGREEMENT_COUNTERSIGNED = "agreement.countersigned"
    AGREEMENT_CANCELLED = "agreement.cancelled"
    CONTACTS_TAKEN = "contacts.taken"
    REQUEST_RECEIVED = "request.received"
    REQUEST_ASKED_WHO = "request.asked_who"
    REQUEST_PROVEN = "request.proven"
    REQUEST_TAKEN = "request.taken"
    REQUEST_PERSON_CHOSEN = "request.person_chosen"
    REQUEST_PERSON_DROPPED = "request.person_dropped"
    REQUEST_EXTENDED = "request.extended"
    REQUEST_REFUSAL_PROPOSED = "request.refusal_proposed"
    REQUEST_REFUSAL_DROPPED = "request.refusal_dropped"
    REQUEST_DECIDED = "request.decided"
    REQUEST_FETCHED = "request.fetched"
    OBJECTION_NOTED = "objection.noted"
    OBJECTION_LIFTED = "objection.lifted"
    ADDRESS_BLOCKED = "address.blocked"
    ADDRESS_UNBLOCKED = "address.unblocked"
    SUPPORT_GRANTED = "support.granted"
    SUPPORT_WITHDRAWN = "support.withdrawn"
    SUPPORT_STARTED = "support.started"
    SUPPORT_LOOKED = "support.looked"
    SUPPORT_ENDED = "support.ended"
    RESTRICTION_PLACED = "restriction.placed"
    RESTRICTION_END_TOLD = "restriction.end_told"
    RESTRICTION_LIFTED = "restriction.lifted"


EVENT_TEXTS: dict[str, Promise] = {
    Event.SETTING_CHANGED: _("Setting changed"),
    Event.SITE_ADDED: _("Site added"),
    Event.SITE_REMOVED: _("Site removed"),
    Event.MEMBER_INVITED: _("Invitation sent"),
    Event.INVITATION_CANCELLED: _("Invitation cancelled"),
    Event.MEMBER_JOINED: _("Member joined"),
    Event.MEMBER_ROLE_CHANGED: _("Role changed"),
    Event.MEMBER_DEACTIVATED: _("Member deactivated"),
    Event.MEMBER_ACTIVATED: _("Member let in again"),
    Event.MEMBER_LEFT: _("Member left"),
    Event.CONVERSATION_READ: _("Conversation opened"),
    Event.TRAIL_EXPORTED: _("Audit trail exported"),
    Event.COMPANY_NAMED: _("Company details changed"),
    Event.AGREEMENT_ACCEPTED: _("Agreement accepted"),
    Event.WENT_LIVE: _("Went live"),
    Event.POLICY_COPIED: _("Privacy policy copied"),
    Event.DEFAULTS_APPLIED: _("Defaults for privacy put in place"),
    Event.ACCOUNT_CLOSED: _("Account closed"),
    Event.ACCOUNT_REOPENED: _("Account opened again"),
    Event.HOLD_PLACED: _("Legal hold placed"),
    Event.HOLD_LIFTED: _("Legal hold lifted"),
    Event.CONTENT_REDACTED: _("Message or file removed"),
    Event.PERSON_COPIED: _("Copy of a person’s data made"),
    Event.PERSON_ERASED: _("Person erased"),
    Event.RECORD_CHANGED: _("Record of processing changed"),
    Event.ASSESSMENT_CHANGED: _("Impact assessment changed"),
    Event.PURPOSE_DECLARED: _("Purpose declared"),
    Event.PURPOSE_CHANGED: _("Purpose changed"),
    Event.PURPOSE_ENDED: _("Purpose ended"),
    Event.CONSENTS_EXPORTED: _("Register of consents exported"),
    Event.CONTACTS_EXPORTED: _("List of people who agree exported"),
    Event.ACCOUNT_EXPORTED: _("Export of the account asked for"),
    Event.EXPORT_TAKEN: _("Export of the account downloaded"),
    Event.OBJECTION_RAISED: _("Objection to a sub-processor"),
    Event.OBJECTION_WITHDRAWN: _("Objection withdrawn"),
    Event.OBJECTION_DECIDED: _("Objection decided"),
    Event.AGREEMENT_REQUESTED: _("Own agreement asked for"),
    Event.AGREEMENT_MOVED: _("Own agreement moved on by the platform"),
    Event.AGREEMENT_COUNTERSIGNED: _("Own agreement countersigned"),
    Event.AGREEMENT_CANCELLED: _("Own agreement cancelled"),
    Event.CONTACTS_TAKEN: _("List of contacts downloaded"),
    Event.REQUEST_RECEIVED: _("Request received"),
    Event.REQUEST_ASKED_WHO: _("Request: code sent"),
    Event.REQUEST_PROVEN: _("Request: identity confirmed"),
    Event.REQUEST_TAKEN: _("Request taken on"),
    Event.REQUEST_PERSON_CHOSEN: _("Request: person chosen"),
    Event.REQUEST_PERSON_DROPPED: _("Request: person taken off"),
    Event.REQUEST_EXTENDED: _("Request: time extended"),
    Event.REQUEST_REFUSAL_PROPOSED: _("Request: refusal proposed"),
    Event.REQUEST_REFUSAL_DROPPED: _("Request: refusal withdrawn"),
    Event.REQUEST_DECIDED: _("Request decided"),
    Event.REQUEST_FETCHED: _("Request: copy downloaded"),
    Event.OBJECTION_NOTED: _("Objection of a person noted"),
    Event.OBJECTION_LIFTED: _("Objection of a person taken back"),
    Event.ADDRESS_BLOCKED: _("Address of a visitor blocked"),
    Event.ADDRESS_UNBLOCKED: _("Address of a visitor unblocked"),
    Event.SUPPORT_GRANTED: _("Platform support let in"),
    Event.SUPPORT_WITHDRAWN: _("Platform support no longer let in"),
    Event.SUPPORT_STARTED: _("Support session started"),
    Event.SUPPORT_LOOKED: _("Page seen by platform support"),
    Event.SUPPORT_ENDED: _("Support session ended"),
    Event.PERSON_CORRECTED: _("Data of a person corrected"),
    Event.RESTRICTION_PLACED: _("Data of a person restricted"),
    Event.RESTRICTION_END_TOLD: _("Person told that a restriction ends"),
    Event.RESTRICTION_LIFTED: _("Restriction lifted"),
}


SETTING_TEXTS: dict[str, Promise] = {
    "agents_may_send_transcripts": _("Agents may send transcripts"),
    "allows_any_site": _("The chat runs on any site"),
    "collects_browser": _("Collect: browser"),
    "collects_device": _("Collect: device"),
    "collects_ip_address": _("Collect: IP address"),
    "collects_language": _("Collect: language"),
    "collects_location": _("Collect: location"),
    "collects_os": _("Collect: operating system"),
    "collects_pages": _("Collect: pages"),
    "collects_referrer": _("Collect: referrer"),
    "collects_screen": _("Collect: screen"),
    "collects_visits": _("Collect: visits"),
    "form_field_added": _("Form: field added"),
    "form_field_changed": _("Form: field changed"),
    "form_field_moved": _("Form: field moved"),
    "form_field_removed": _("Form: field removed"),
    "forms_asks_before_chat": _("Form before the chat"),
    "forms_mails_offline_messages": _("Offline messages go out by e-mail"),
    "forms_offline_name": _("Form while nobody is there: name"),
    "forms_offline_phone": _("Form while nobody is there: phone"),
    "forms_offline_recipients": _("Addresses that offline messages go to"),
    "forms_prechat_email": _("Form before the chat: e-mail"),
    "forms_prechat_name": _("Form before the chat: name"),
    "forms_prechat_phone": _("Form before the chat: phone"),
    "forms_requires_acknowledgement": _("Visitors tick that they have read the privacy notice"),
    "group": _("Group"),
    "history_period": _("How long history is kept"),
    "keeps_office_hours": _("Office hours are kept"),
    "mail_agents_after_minutes": _("Minutes until agents get an e-mail"),
    "mail_server": _("Mail server of your own"),
    "mail_server_log_in": _("Mail server of your own: log-in and sender"),
    "mails_agents_links_only": _("E-mails to agents are only a link"),
    "mails_answers_to_visitors": _("Answers go to visitors by e-mail"),
    "office_hours": _("Office hours"),
    "plan": _("Plan"),
    "support_needs_grant": _("Platform support only when you let it in"),
    "time_zone": _("Time zone"),
    "visitors_may_request_transcripts": _("Visitors may ask for transcripts"),
    "widget_color": _("Widget: colour"),
    "widget_hides_when_offline": _("Widget: hidden while nobody is there"),
    "widget_language": _("Widget: language"),
    "widget_launcher": _("Widget: button"),
    "widget_policy_links": _("Widget: links to the privacy policy"),
    "widget_privacy_notice_url": _("Widget: address of the privacy policy"),
    "widget_shows_privacy_notice": _("Widget: privacy notice is shown"),
    "widget_side": _("Widget: side"),
    "widget_texts": _("Widget: words"),
}
"""What people call the settings that entries name."""


@dataclass(frozen=True)
class Wanted:
    """Which entries somebody wants to see; None and "" mean all. Days are whole days in UTC."""

    event: str = ""
    actor_id: UUID | None = None
    since: date | None = None
    until: date | None = None


def record(
    account_id: UUID,
    event: Event,
    *,
    by: Membership | None,
    target: tuple[str, UUID] | None = None,
    **details: Any,
) -> AuditEntry:
    """Add an entry, inside the account. `by` None: the system itself. `target` is a kind
    ("conversation", "visitor", "member") and its id. `details` is JSON without personal data."""
    entry = AuditEntry(
        account_id=account_id,
        event=event,
        actor_kind="member" if by else "system",
        details=details,
    )
    return _add(entry, by.pk if by else None, target)


def by_platform(
    session: SupportSession,
    event: Event,
    *,
    target: tuple[str, UUID] | None = None,
    **details: Any,
) -> AuditEntry:
    """Add an entry of what the platform's support did, inside the account. The actor is the session:
    owners see its name and reason, and who it was stands in the staff's own trail."""
    entry = AuditEntry(
        account_id=session.account_id, event=event, actor_kind="platform", details=details
    )
    return _add(entry, session.pk, target)


def _add(entry: AuditEntry, actor_id: UUID | None, target: tuple[str, UUID] | None) -> AuditEntry:
    if actor_id:
        entry.actor_id, entry.actor_salt = actor_id, chains.salt()
        entry.actor_mark = chains.commitment(str(actor_id), salt=entry.actor_salt)
    if target:
        entry.target_kind, entry.target_id = target
        entry.target_salt = chains.salt()
        entry.target_mark = chains.commitment(str(entry.target_id), salt=entry.target_salt)
    entry.save(force_insert=True)
    return entry


def changed(account_id: UUID, *, by: Membership | None, setting: str, old: Any, new: Any) -> None:
    """Add an entry for a setting; none if it is what it was (S52)."""
    if old != new:
        record(account_id, Event.SETTING_CHANGED, by=by, setting=setting, old=old, new=new)


def looked(by: Membership, event: Event, target: tuple[str, UUID]) -> None:
    """Add an entry for a look at something: one for each member, target and day in UTC."""
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    seen = AuditEntry.objects.filter(
        event=event, actor_id=by.pk, target_id=target[1], at__gte=today
    )
    if not seen.exists():
        record(by.account_id, event, by=by, target=target)


def exported(wanted: Wanted, *, by: Membership) -> None:
    """Add an entry for a copy of the trail that left, and what it was narrowed to."""
    narrowed = {
        "events": wanted.event,
        "since": wanted.since and wanted.since.isoformat(),
        "until": wanted.until and wanted.until.isoformat(),
    }
    about = ("member", wanted.actor_id) if wanted.actor_id else None
    given = {name: value for name, value in narrowed.items() if value}
    record(by.account_id, Event.TRAIL_EXPORTED, by=by, target=about, **given)


def find(wanted: Wanted, *, before: UUID | None = None) -> QuerySet[AuditEntry]:
    """The account's entries that are wanted, newest first; `before`: older than this one."""
    found = AuditEntry.objects.order_by("-id")
    if wanted.event:
        found = found.filter(event=wanted.event)
    if wanted.actor_id:
        found = found.filter(actor_id=wanted.actor_id)
    if wanted.since:
        found = found.filter(at__gte=datetime.combine(wanted.since, time.min, UTC))
    if wanted.until:
        end = wanted.until + timedelta(days=1)
        found = found.filter(at__lt=datetime.combine(end, time.min, UTC))
    return found.filter(pk__lt=before) if before else found


def told(entry: AuditEntry) -> str:
    """What an entry is about, in words; empty where the event says it all."""
    details = entry.details
    if entry.event == Event.MEMBER_ROLE_CHANGED:
        return f"{_value(details['old'])} → {_value(details['new'])}"
    if entry.event != Event.SETTING_CHANGED:
        # A digest proves; it tells nobody anything. The file has it.
        shown = [value for name, value in details.items() if name != "digest"]
        return ", ".join(_value(value) for value in shown)
    name = str(details["setting"])
    label = str(SETTING_TEXTS.get(name, name))
    if "old" not in details:
        return f"{label}: {_value(details['fields'])}"
    return f"{label}: {_value(details['old'])} → {_value(details['new'])}"


def as_csv(entries: Iterable[AuditEntry], names: Mapping[UUID, str]) -> str:
    """The entries as a table for a spreadsheet; `names` of members by their ids. Times in UTC."""
    head = ("number", "at", "event", "by", "by_id", "about", "about_id", "details", "digest")
    return spreadsheets.as_csv(head, (_cells(entry, names) for entry in entries))


def _cells(entry: AuditEntry, names: Mapping[UUID, str]) -> tuple[object, ...]:
    actor = entry.actor_kind
    if entry.actor_kind == "member" and entry.actor_id:
        actor = names.get(entry.actor_id, "")
    return (
        entry.number or "",
        entry.at.astimezone(UTC).isoformat(timespec="seconds"),
        entry.event,
        actor,
        entry.actor_id or "",
        entry.target_kind,
        entry.target_id or "",
        json.dumps(entry.details, ensure_ascii=False),
        entry.digest,
    )


def _value(value: Any) -> str:
    if value in Role.values:
        return str(Role(value).label)
    if isinstance(value, bool):
        return str(_("on") if value else _("off"))
    if isinstance(value, list):
        return ", ".join(str(one).replace("_", " ") for one in value) or "–"
    return "–" if value in ("", None) else str(value)


def forget(ids: Iterable[UUID]) -> None:
    """Take these ids out of the account's trail, wherever they stand. What happened stays, to
    whom does not."""
    gone = list(ids)
    AuditEntry.objects.filter(target_id__in=gone).update(target_id=None, target_salt="")
    AuditEntry.objects.filter(actor_id__in=gone).update(actor_id=None, actor_salt="")
