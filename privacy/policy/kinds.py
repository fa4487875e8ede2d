"""What the policy calls the data of the data map: fewer and plainer kinds than there are fields.

A field is looked up by itself, else with its whole table. A field of visitors that has no kind is a
fault, and a test fails: it would be missing in what visitors are told.
"""

from collections.abc import Iterable, Mapping

from accounts.declarations import Volatile
from privacy.data_map import Datum

GROUPS: Mapping[str, tuple[str, ...]] = {
    "person": ("name", "email", "phone", "variables", "answers"),
    "content": ("messages", "files", "assignment", "letters", "rating"),
    "technical": (
        "number",
        "language",
        "browser",
        "system",
        "device",
        "screen",
        "time_zone",
        "referrer",
        "pages",
        "visits",
        "ip",
    ),
    "activity": ("times", "blocked", "notice", "consents", "requests", "holds"),
}
"""The kinds in the order of reading, below what the policy calls them together."""

KINDS: Mapping[str, str] = {
    "chat.Visitor.public_id": "number",
    "chat.Visitor.name": "name",
    "chat.Visitor.email": "email",
    "chat.Visitor.phone": "phone",
    "chat.Visitor.variables": "variables",
    "chat.Visitor.language": "language",
    "chat.Visitor.browser": "browser",
    "chat.Visitor.os": "system",
    "chat.Visitor.device": "device",
    "chat.Visitor.screen": "screen",
    "chat.Visitor.time_zone": "time_zone",
    "chat.Visitor.ip_address": "ip",
    "chat.Visitor.blocked_at": "blocked",
    "chat.Visitor.blocked_address": "ip",
    "chat.Visitor.restricted_at": "requests",
    "chat.Visitor.created_at": "times",
    "chat.Visitor.last_seen_at": "times",
    "chat.Conversation": "times",
    "chat.Conversation.visitor": "number",
    "chat.Conversation.assignee": "assignment",
    "chat.Conversation.group": "assignment",
    "chat.Conversation.answers": "answers",
    "chat.Conversation.restricted_at": "requests",
    "chat.Message": "messages",
    "chat.Message.sent_at": "times",
    "chat.Message.redacted_at": "times",
    "chat.Message.member": "assignment",
    "chat.Message.redacted_by": "assignment",
    "chat.Attachment": "files",
    "chat.ConversationMail": "letters",
    "privacy.LegalHold": "holds",
    "privacy.PurgeRun": "files",
    "privacy.SubjectCopy": "requests",
    "privacy.Erasure": "requests",
    "privacy.RequestLetter": "requests",
    "privacy.RequestDetails": "requests",
    "privacy.RequestPerson": "requests",
    "privacy.Suppression": "requests",
    "privacy.Restriction": "requests",
    "privacy.ConsentPrincipal": "consents",
    "privacy.Consent": "consents",
    "privacy.ConsentRecord": "consents",
    "privacy.NoticeAcknowledgement": "notice",
}

VOLATILE: Mapping[str, str] = {
    "pages of the visit": "pages",
    "site that the visit came from": "referrer",
    "what the page says of a visitor who has not written yet": "variables",
    "that they are here": "times",
    "keyed hash of the number of somebody who was erased": "requests",
}
"""What is kept in memory only, or beside the database, by what the data map calls it."""


def of(datum: Datum) -> str | None:
    """The kind of this field; None if nobody gave it one."""
    return KINDS.get(f"{datum.table.model}.{datum.field}") or KINDS.get(datum.table.model)


def grouped(data: Iterable[Datum], volatile: Iterable[Volatile]) -> dict[str, tuple[str, ...]]:
    """The kinds of these data, each once, below the names of their groups."""
    found = {of(one) for one in data} | {VOLATILE.get(one.what) for one in volatile}
    rows = {
        group: tuple(kind for kind in kinds if kind in found) for group, kinds in GROUPS.items()
    }
    return {group: kinds for group, kinds in rows.items() if kinds}
