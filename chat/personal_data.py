"""Personal data of the chat."""

from datetime import timedelta

from django.utils.translation import gettext_noop as _

from accounts.declarations import (
    Basis,
    Category,
    Erased,
    Kept,
    Personal,
    Purpose,
    Subject,
    Table,
    Volatile,
)
from chat.models import MailKind
from chat.presence import ONLINE_SECONDS, VISIT_SECONDS

_VISITOR = _("the visitor, or the page on their behalf")
_BROWSER = _("the visitor's browser")
_BOTH = _("visitor and agents")
_USE = _("use of the chat")

TABLES = (
    Table(
        "chat.Visitor",
        title=_("Visitor"),
        subject=Subject.VISITOR,
        purpose=Purpose.ANSWER,
        basis=Basis.ACCOUNT,
        kept=Kept.VISITOR,
        erased=Erased.DELETED,
        personal={
            "public_id": Personal(_("visitor number"), Category.TECHNICAL, _USE, is_number=True),
            "name": Personal(_("name"), Category.IDENTITY, _VISITOR),
            "email": Personal(_("e-mail address they gave"), Category.CONTACT, _VISITOR),
            "phone": Personal(_("telephone number"), Category.CONTACT, _VISITOR),
            "variables": Personal(_("what the site says of them"), Category.CONTENT, _("the page")),
            "language": Personal(
                _("language"), Category.TECHNICAL, _BROWSER, when="collects.language"
            ),
            "browser": Personal(
                _("browser"), Category.TECHNICAL, _BROWSER, when="collects.browser"
            ),
            "os": Personal(_("operating system"), Category.TECHNICAL, _BROWSER, when="collects.os"),
            "device": Personal(
                _("kind of device"), Category.TECHNICAL, _BROWSER, when="collects.device"
            ),
            "screen": Personal(
                _("size of the screen, read with the first message"),
                Category.TECHNICAL,
                _BROWSER,
                when="collects.screen",
            ),
            "time_zone": Personal(
                _("time zone, and with it the country"),
                Category.TECHNICAL,
                _BROWSER,
                when="collects.location",
            ),
            "ip_address": Personal(
                _("IP address, of IPv6 the network"),
                Category.TECHNICAL,
                _("the visitor's connection"),
                when="collects.ip_address",
            ),
            "blocked_at": Personal(_("blocked since"), Category.ACTIVITY, _("an agent")),
            "blocked_address": Personal(
                _("IP address that was blocked with them"),
                Category.TECHNICAL,
                _("an agent"),
                when="collects.ip_address",
            ),
            "restricted_at": Personal(
                _("restricted since"), Category.ACTIVITY, _("an owner or admin")
            ),
            "created_at": Personal(_("first seen"), Category.ACTIVITY, _USE),
            "last_seen_at": Personal(_("last seen"), Category.ACTIVITY, _USE),
        },
        plain=("id", "account"),
    ),
    Table(
        "chat.Conversation",
        title=_("Conversations"),
        subject=Subject.VISITOR,
        path="visitor",
        purpose=Purpose.ANSWER,
        basis=Basis.ACCOUNT,
        kept=Kept.HISTORY,
        erased=Erased.DELETED,
        personal={
            "visitor": Personal(_("whose conversation it is"), Category.CONTENT, _USE),
            "assignee": Personal(_("which agent answers"), Category.ACTIVITY, _USE),
            "group": Personal(_("group it went to"), Category.CONTENT, _USE, when="groups"),
            "created_at": Personal(_("when it began"), Category.ACTIVITY, _USE),
            "last_message_at": Personal(_("time of the last message"), Category.ACTIVITY, _USE),
            "closed_at": Personal(_("when it ended"), Category.ACTIVITY, _USE),
            "answers": Personal(_("answers in forms"), Category.CONTENT, _VISITOR),
            "restricted_at": Personal(
                _("restricted since"), Category.ACTIVITY, _("an owner or admin")
            ),
            "visitor_seen_seq": Personal(_("how far the visitor read"), Category.ACTIVITY, _USE),
            "agents_seen_seq": Personal(_("how far agents read"), Category.ACTIVITY, _USE),
        },
        plain=(
            "id",
            "account",
            "state",
            "last_seq",
            "version",
            "rev",
            "visitor_received_seq",
            "agents_received_seq",
            "unread_by_visitor",
            "unread_by_agents",
            "waiting_since",
        ),
    ),
    Table(
        "chat.Message",
        title=_("Messages"),
        subject=Subject.VISITOR,
        path="conversation__visitor",
        purpose=Purpose.ANSWER,
        basis=Basis.ACCOUNT,
        kept=Kept.HISTORY,
        erased=Erased.DELETED,
        personal={
            "body": Personal(_("messages"), Category.CONTENT, _BOTH),
            "event": Personal(_("what happened in the conversation"), Category.CONTENT, _USE),
            "author_key": Personal(_("who wrote it"), Category.CONTENT, _USE),
            "visitor": Personal(_("which visitor wrote it"), Category.CONTENT, _USE),
            "member": Personal(_("which agent wrote it"), Category.ACTIVITY, _USE),
            "sent_at": Personal(_("when it was sent"), Category.ACTIVITY, _USE),
            "redacted_at": Personal(_("when content was taken back"), Category.ACTIVITY, _USE),
            "redacted_by": Personal(_("which agent took it back"), Category.ACTIVITY, _USE),
        },
        plain=(
            "id",
            "account",
            "conversation",
            "seq",
            "version",
            "client_id",
            "author_kind",
            "is_masked",
        ),
    ),
    Table(
        "chat.Attachment",
        title=_("Files"),
        subject=Subject.VISITOR,
        path="message__conversation__visitor",
        also=(("visitor", "pk"), ("visitor_public_id", "public_id")),
        purpose=Purpose.ANSWER,
        basis=Basis.ACCOUNT,
        kept=Kept.UNSENT,
        erased=Erased.DELETED,
        personal={
            "file": Personal(_("files"), Category.CONTENT, _BOTH),
            "thumbnail": Personal(_("small pictures of files"), Category.CONTENT, _BOTH),
            "name": Personal(_("names of files"), Category.CONTENT, _BOTH),
            "visitor": Personal(_("which visitor sent it"), Category.CONTENT, _USE),
            "visitor_public_id": Personal(_("visitor number"), Category.TECHNICAL, _USE),
            "member": Personal(_("which agent sent it"), Category.ACTIVITY, _USE),
            "created_at": Personal(_("when it was sent"), Category.ACTIVITY, _USE),
        },
        plain=("id", "account", "message", "content_type", "size", "width", "height"),
    ),
    Table(
        "chat.ConversationMail",
        title=_("Letters"),
        subject=Subject.VISITOR,
        path="conversation__visitor",
        purpose=Purpose.ANSWER,
        basis=Basis.ACCOUNT,
        kept=Kept.HISTORY,
        erased=Erased.DELETED,
        personal={
            "recipient": Personal(
                _("address of a letter"),
                Category.CONTACT,
                _BOTH,
                when="mails",
                others=("kind", MailKind.VISITOR_WAITS),
            ),
            "sent_at": Personal(_("when a letter was sent"), Category.ACTIVITY, _USE, when="mails"),
        },
        plain=(
            "id",
            "account",
            "conversation",
            "kind",
            "up_to_seq",
            "message_id",
            "due_at",
            "claimed_at",
            "dropped_at",
            "attempts",
        ),
    ),
    Table("chat.Group", plain=("id", "account", "key", "name")),
    Table("chat.Revision", plain=("id", "account", "value")),
    Table(
        "chat.ChatSettings",
        plain=(
            "id",
            "account",
            "agents_may_send_transcripts",
            "visitors_may_request_transcripts",
            "mail_agents_after_minutes",
            "mails_agents_links_only",
            "mails_answers_to_visitors",
            "keeps_office_hours",
        ),
    ),
    Table(
        "chat.MailServer",
        title=_("Mail server of the account"),
        subject=Subject.CONTACT,
        path=None,
        purpose=Purpose.ANSWER,
        basis=Basis.ACCOUNT,
        kept=Kept.ACCOUNT,
        erased=Erased.EMPTIED,
        personal={
            "user": Personal(_("log-in at their mail server"), Category.CONTACT, "an admin"),
            "from_address": Personal(
                _("address that letters come from"), Category.CONTACT, "an admin"
            ),
        },
        plain=(
            "id",
            "account",
            "host",
            "port",
            "password",
            "country",
            "worked_at",
            "failed_at",
            "trouble",
        ),
        withheld=("password",),
    ),
    Table(
        "chat.TechnicalData",
        plain=(
            "id",
            "account",
            "ip_address",
            "pages",
            "device",
            "browser",
            "os",
            "screen",
            "referrer",
            "language",
            "location",
        ),
    ),
    Table(
        "chat.FormSettings",
        title=_("Forms"),
        subject=Subject.CONTACT,
        path=None,
        purpose=Purpose.ANSWER,
        basis=Basis.ACCOUNT,
        kept=Kept.ACCOUNT,
        erased=Erased.EMPTIED,
        personal={
            "offline_recipients": Personal(
                _("addresses that offline messages are mailed to"), Category.CONTACT, "an admin"
            ),
        },
        plain=(
            "id",
            "account",
            "asks_before_chat",
            "prechat_name",
            "prechat_email",
            "prechat_phone",
            "offline_name",
            "offline_phone",
            "mails_offline_messages",
            "requires_acknowledgement",
        ),
    ),
    Table(
        "chat.FormField",
        plain=(
            "id",
            "account",
            "form",
            "key",
            "kind",
            "label",
            "labels",
            "placeholder",
            "options",
            "is_required",
            "position",
        ),
    ),
    Table("chat.OfficeInterval", plain=("id", "account", "weekday", "opens_at", "closes_at")),
)

VOLATILE = (
    Volatile(
        _("memory of the presence store"),
        Subject.VISITOR,
        _("pages of the visit"),
        Category.TECHNICAL,
        Purpose.ANSWER,
        timedelta(seconds=VISIT_SECONDS),
        when="collects.pages",
    ),
    Volatile(
        _("memory of the presence store"),
        Subject.VISITOR,
        _("site that the visit came from"),
        Category.TECHNICAL,
        Purpose.ANSWER,
        timedelta(seconds=VISIT_SECONDS),
        when="collects.referrer",
    ),
    Volatile(
        _("memory of the presence store"),
        Subject.VISITOR,
        _("what the page says of a visitor who has not written yet"),
        Category.TECHNICAL,
        Purpose.ANSWER,
        timedelta(seconds=VISIT_SECONDS),
    ),
    Volatile(
        _("memory of the presence store"),
        Subject.VISITOR,
        _("that they are here"),
        Category.ACTIVITY,
        Purpose.ANSWER,
        timedelta(seconds=ONLINE_SECONDS),
    ),
    Volatile(
        _("memory of the presence store"),
        Subject.MEMBER,
        _("that they are here"),
        Category.ACTIVITY,
        Purpose.WORK,
        timedelta(seconds=2 * ONLINE_SECONDS),
    ),
)
