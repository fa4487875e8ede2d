"""Every member address, walked with the victim's real ids by somebody of another account (A1)."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import invitations
from accounts.models import Account, Membership, Role, Site, User
from accounts.tenancy import tenant
from chat import identity, visitors
from chat.models import Conversation, FormField, Group
from chat.visitors import VisitorDetails
from privacy import (
    agreements,
    breaches,
    copies,
    custom,
    exports,
    holds,
    objections,
    prohibited,
    records,
    requests,
    restrictions,
    support_sessions,
)
from privacy.models import (
    Agreement,
    Breach,
    Consent,
    DocumentVersion,
    OwnActivity,
    RestrictionGround,
    SubProcessor,
)
from privacy.models.history import HoldKind
from privacy.models.requests import (
    Channel,
    RequestKind,
)
from privacy.tasks import (
    build_export,
)
from tests.architecture.test_doors import our_patterns
from tests.conftest import PASSWORD, LogIn
from tests.privacy.test_consents import declare, give
from widget import policy_links


@dataclass(frozen=True)
class Call:
    """How a member uses an address: `ids` are its path arguments after the slug."""

    method: str = "get"
    ids: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    is_json: bool = False
    # The id is one of the platform's, which every account knows.
    is_everybodys: bool = False

    def by(self, client: Client, name: str, slug: str, known: dict[str, Any]) -> Any:
        path = reverse(name, args=[slug, *(known[one] for one in self.ids)])
        if self.method == "get":
            return client.get(path, self.fields)
        if self.is_json:
            return client.post(path, json.dumps(self.fields), content_type="application/json")
        return client.post(path, {key: _fresh(value, known) for key, value in self.fields.items()})


@dataclass(frozen=True)
class Known:
    """A field that holds one of the real ids."""

    name: str


def _fresh(value: Any, known: dict[str, Any]) -> Any:
    """Files are read once: each call gets its own."""
    if isinstance(value, Known):
        return str(known[value.name])
    return value() if callable(value) else value


def _file() -> SimpleUploadedFile:
    return SimpleUploadedFile("list.txt", b"tea, kettle", "text/plain")


CALLS = {
    "onboarding": Call(),
    "onboarding_seen": Call(),
    "preferences": Call("post", fields={"wants_sound": False}, is_json=True),
    "settings": Call(),
    "settings_sites": Call(),
    "sites_allow_any": Call("post", fields={"allowed": "on"}),
    "site_remove": Call("post", ("site",)),
    "settings_team": Call(),
    "member_role": Call("post", ("member",), {"role": "admin"}),
    "member_deactivate": Call("post", ("member",)),
    "member_activate": Call("post", ("member",)),
    "invitation_resend": Call("post", ("invitation",)),
    "invitation_cancel": Call("post", ("invitation",)),
    "settings_profile": Call(),
    "settings_company": Call(),
    "privacy_overview": Call(),
    "privacy_agreements": Call(),
    "privacy_agreements_accept": Call("post", fields={"kind": "terms"}),
    "privacy_custom": Call(),
    "privacy_custom_countersign": Call(
        "post", ("own",), {"is_read": "on", "offer": Known("offer")}
    ),
    "privacy_custom_cancel": Call("post", ("own",)),
    "privacy_custom_pdf": Call(ids=("own",)),
    "privacy_acceptance": Call(ids=("acceptance",)),
    "privacy_acceptance_pdf": Call(ids=("acceptance",)),
    "settings_audit": Call(),
    "audit_csv": Call(),
    "settings_plan": Call(),
    "settings_support": Call(),
    "support_let_in": Call("post", fields={"period": "1h"}),
    "support_keep_out": Call("post"),
    "support_session": Call(ids=("support",)),
    "support_end": Call("post", ("support",)),
    "inbox": Call(),
    "inbox_conversations": Call(fields={"view": "all"}),
    "inbox_conversation": Call(ids=("conversation",)),
    "inbox_messages": Call(ids=("conversation",), fields={"before": "5"}),
    "member_files": Call("post", fields={"file": _file}),
    "settings_hours": Call(),
    "settings_forms": Call(),
    "form_field_new": Call(ids=("form",), is_everybodys=True),
    "form_field": Call(ids=("form_field",)),
    "form_field_move": Call("post", ("form_field",), {"to": "up"}),
    "form_field_remove": Call("post", ("form_field",)),
    "settings_groups": Call(),
    "group_rename": Call("post", ("group",), {"name": "Returns"}),
    "group_remove": Call("post", ("group",)),
    "settings_mail": Call(),
    "mail_server": Call(),
    "mail_server_remove": Call("post", fields={"understood": "yes"}),
    "settings_widget": Call(),
    "policy_links": Call(),
    "policy_links_check": Call("post"),
    "policy_link_remove": Call("post", ("policy_link",)),
    "go_live": Call(),
    "privacy_data": Call(),
    "privacy_data_unblock": Call("post", fields={"address": "203.0.113.77"}),
    "privacy_people": Call(fields={"q": "Nell"}),
    "privacy_person": Call(ids=("visitor",)),
    "privacy_person_copy": Call("post", ids=("visitor",)),
    "privacy_person_copies": Call(ids=("visitor",)),
    "privacy_person_erase": Call("post", ("free_visitor",), {"understood": "on"}),
    "privacy_person_objection": Call("post", ids=("visitor",)),
    "privacy_person_correct": Call("post", ("free_visitor",), {"name": "Nell"}),
    "privacy_person_restrict": Call("post", ("free_visitor",), {"ground": "accuracy"}),
    "privacy_person_told": Call("post", ids=("restricted",)),
    "privacy_person_lift": Call("post", ids=("restricted",)),
    "privacy_copy": Call(ids=("copy",)),
    "privacy_processing": Call(),
    "privacy_processing_json": Call(),
    "privacy_export": Call(),
    "privacy_export_ask": Call("post"),
    "privacy_export_progress": Call(),
    "privacy_export_file": Call(ids=("export",)),
    "privacy_sub_processors": Call(),
    "privacy_object": Call("post", ("change",), {"reason": "No"}, is_everybodys=True),
    "privacy_objection_withdraw": Call("post", ("objection",)),
    "privacy_cookies": Call(),
    "privacy_assessment": Call(),
    "privacy_assessment_pdf": Call(),
    "privacy_record": Call(),
    "privacy_record_notes": Call("post", fields={"remarks": "None"}),
    "privacy_record_keep": Call("post"),
    "privacy_record_pdf": Call(),
    "privacy_record_csv": Call(),
    "privacy_record_json": Call(),
    "privacy_record_version": Call(ids=("version_number",)),
    "privacy_record_changes": Call(ids=("version_number",)),
    "privacy_activity_new": Call(),
    "privacy_activity": Call(ids=("activity",)),
    "privacy_activity_remove": Call("post", ("activity",)),
    "privacy_policy": Call(),
    "privacy_policy_copied": Call("post", fields={"language": "en", "digest": "0" * 64}),
    "privacy_breaches": Call(),
    "privacy_breach_contacts": Call(ids=("breach",)),
    "my_data": Call(),
    "my_data_file": Call(),
    "my_data_told": Call("post"),
    "my_data_leave": Call("post", fields={"understood": "on"}),
    "privacy_requests": Call(),
    "privacy_request_enter": Call(),
    "privacy_request": Call(ids=("request",)),
    "privacy_request_correct": Call("post", ("correctable", "free_visitor"), {"name": "Nell"}),
    "privacy_request_restrict": Call("post", ("restrictable",), {"ground": "accuracy"}),
    "privacy_request_step": Call("post", ("request", "step")),
    "privacy_request_letter": Call(ids=("request", "letter")),
    "privacy_request_erase": Call("post", ("request",), {"understood": "on"}),
    "privacy_request_proof": Call(ids=("decided",)),
    "privacy_close": Call("post", fields={"password": PASSWORD, "understood": "on"}),
    "privacy_reopen": Call("post"),
    "privacy_history": Call(),
    "privacy_history_preview": Call(fields={"period": "1_months"}),
    "privacy_history_smaller": Call(),
    "privacy_hold": Call("post", fields={"address": Known("conversation"), "reason": "A case"}),
    "privacy_hold_lift": Call("post", ("hold",)),
    "privacy_purposes": Call(),
    "privacy_purpose_new": Call(),
    "privacy_purpose_preview": Call("post"),
    "privacy_purpose": Call(ids=("purpose",)),
    "privacy_purpose_end": Call("post", ("purpose",)),
    "privacy_consents": Call(),
    "privacy_consents_file": Call(fields={"format": "csv"}),
    "privacy_contacts": Call(ids=("purpose",)),
    "privacy_consent": Call(ids=("consent",)),
}


def _breach(account: Account, by: Membership) -> Breach:
    now = timezone.now()
    breach = breaches.open_one(
        title="A lost disk", occurred_at=None, detected_at=now, aware_at=now, facts="-", by=by.user
    )
    breaches.affect(breach, [account], by=by.user)
    breaches.notify(breach, dict.fromkeys(breaches.CONTENTS, "-"), by=by.user)
    return breach


def _announced() -> SubProcessor:
    today = timezone.now().date()
    return SubProcessor.objects.create(
        legal_name="Example Search s.r.o.",
        country="CZ",
        place_of_storage="CZ",
        place_of_processing="CZ",
        place_of_access="CZ",
        tool="none_eea",
        announced_on=today,
        effective_on=today + timedelta(days=30),
    )


@pytest.fixture
def known(
    acme: Account, ana: Membership, ben: Membership, conversation: Conversation
) -> dict[str, Any]:
    """The real ids of Acme's rows. A second owner, so that the first may leave."""
    second = User.objects.create_user("second@example.org")
    Membership.objects.create(account=acme, user=second, role=Role.OWNER)
    with tenant(acme.pk):
        site = Site.objects.earliest("created_at")
        link = policy_links.add(acme, site=site, language="", url="https://shop.test/x", by=ana)
        group = Group.objects.create(account=acme, key="orders", name="Orders")
        form_field = FormField.objects.create(
            account=acme, form="offline", key="order", label="Order number"
        )
        invitation = invitations.invite(acme, email="new@example.org", role=Role.AGENT, by=ana)
        hold = holds.place(HoldKind.CONVERSATION, conversation.pk, reason="A case", by=ana)
    with tenant(acme.pk):
        acceptance = agreements.record(Agreement.PROHIBITED, prohibited.document(), by=ana)
        free = visitors.ensure(acme.pk, identity.new_visitor_id(), VisitorDetails())
        copy = copies.ask(conversation.visitor_id, account_id=acme.pk, by=ana)
        copies.build(copy.pk)
        news = declare(acme, ana).purpose
        give(conversation.visitor, news.pk)
        consent = Consent.objects.get()
        now = timezone.now()
        restricted = visitors.ensure(acme.pk, identity.new_visitor_id(), VisitorDetails())
        restrictions.place([restricted.pk], ground=RestrictionGround.ACCURACY, by=ana, now=now)
        correctable = requests.receive(
            RequestKind.RECTIFICATION, Channel.WIDGET, subject_id=free.pk, now=now
        )
        restrictable = requests.receive(
            RequestKind.RESTRICTION, Channel.WIDGET, subject_id=free.pk, now=now
        )
        asked = [
            requests.receive(RequestKind.ERASURE, Channel.WIDGET, subject_id=subject_id, now=now)
            for subject_id in (free.pk, conversation.visitor_id)
        ]
        requests.answer(asked[1], subject="Done", body="It is done.", by=ana, now=now)
    with tenant(acme.pk):
        export = exports.ask(acme, by=ana)
        company = _announced()
        objection = objections.raise_one(
            acme, _announced(), reason="No", by=ana, today=timezone.now().date()
        )
        activity = OwnActivity.objects.create(account=acme, title="Orders")
        text = prohibited.document()
        for number in (1, 2):
            DocumentVersion.objects.create(
                account=acme,
                document=records.KIND,
                number=number,
                content=text.canonical(),
                digest=text.digest,
            )
    build_export(account_id=str(acme.pk), export_id=str(export.pk))
    breach = _breach(acme, ana)
    with tenant(acme.pk):
        own = custom.request(acme, "Other words", by=ana)
    custom.upload(own, title="Ours", content=b"%PDF-1.7 %%EOF", by=ana.user)
    own.refresh_from_db()
    acme.support_needs_grant = False
    acme.save(update_fields=["support_needs_grant"])
    hour = timedelta(hours=1)
    staff = User.objects.create_user("staff@example.org", is_staff=True)
    session = support_sessions.start(
        acme, hour, staff_name="Sam", reason="The widget does not load", by=staff
    )
    return {
        "breach": breach.pk,
        "support": session.pk,
        "own": own.pk,
        "offer": own.offer_id,
        "change": company.pk,
        "objection": objection.pk,
        "activity": activity.pk,
        "version_number": 2,
        "consent": consent.pk,
        "purpose": news.pk,
        "request": asked[0].pk,
        "decided": asked[1].pk,
        "step": "take",
        "letter": "answer",
        "conversation": conversation.pk,
        "export": export.pk,
        "copy": copy.pk,
        "free_visitor": free.pk,
        "restricted": restricted.pk,
        "restrictable": restrictable.pk,
        "correctable": correctable.pk,
        "visitor": conversation.visitor_id,
        "policy_link": link.pk,
        "form": "offline",
        "form_field": form_field.pk,
        "group": group.pk,
        "hold": hold.pk,
        "invitation": invitation.pk,
        "acceptance": acceptance.pk,
        "member": ben.pk,
        "site": site.pk,
    }


def test_every_member_address_is_walked() -> None:
    names = {pattern.name for path, pattern in our_patterns() if path.startswith("app/<slug:slug>")}

    assert names == set(CALLS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CALLS)
def test_an_outsider_finds_nothing_where_a_member_succeeds(
    name: str,
    known: dict[str, Any],
    ana: Membership,
    gus: Membership,
    login: LogIn,
) -> None:
    call = CALLS[name]
    stranger = login(gus)

    assert call.by(stranger, name, "acme", known).status_code == 404
    if call.ids and not call.is_everybodys:
        # Through the door of their own account, with the victim's ids behind it.
        assert call.by(stranger, name, "other", known).status_code == 404
    assert call.by(login(ana), name, "acme", known).status_code < 400


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", CALLS)
def test_nobody_in_particular_is_sent_to_log_in(name: str, known: dict[str, Any]) -> None:
    answer = CALLS[name].by(Client(), name, "acme", known)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/")


@pytest.mark.django_db(transaction=True)
def test_an_agent_may_not_change_what_admins_change(
    known: dict[str, Any], ben: Membership, login: LogIn
) -> None:
    doors: dict[str, Callable[..., object]] = {
        str(pattern.name): pattern.callback for _, pattern in our_patterns()
    }
    browser = login(ben)

    for name, call in CALLS.items():
        if getattr(doors[name], "door", "") in {"admin", "owner"}:
            assert call.by(browser, name, "acme", known).status_code == 403, name
