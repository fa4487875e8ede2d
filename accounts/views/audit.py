"""Settings: the audit trail, for owners."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts import audit
from accounts.doors import MemberRequest, owner_view
from accounts.forms import AuditForm
from accounts.models import AuditEntry, Membership, SupportSession

PER_PAGE = 50


@require_safe
@owner_view
def settings_audit(request: MemberRequest) -> HttpResponse:
    """What happened in the account, newest first, as far as it is wanted (S52)."""
    names = _names(request)
    return _page(request, AuditForm(request.GET, names=names), names)


def _page(request: MemberRequest, form: AuditForm, names: dict[UUID, str]) -> HttpResponse:
    wanted = form.wanted if form.is_valid() else audit.Wanted()
    found = list(audit.find(wanted, before=form.before)[: PER_PAGE + 1])
    shown = found[:PER_PAGE]
    sessions = _kept_sessions(shown)
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "form": form,
        "is_filtered": wanted != audit.Wanted(),
        "rows": [
            {
                "at": entry.at,
                "event": audit.EVENT_TEXTS.get(entry.event, entry.event),
                "by": names.get(entry.actor_id) if entry.actor_id else None,
                "is_member": entry.actor_kind == "member",
                "is_platform": entry.actor_kind == "platform",
                "session": entry.actor_id if entry.actor_id in sessions else None,
                "about": _member(entry, names),
                "conversation": entry.target_id if entry.target_kind == "conversation" else None,
                "told": audit.told(entry),
            }
            for entry in shown
        ],
        "older": shown[-1].pk if len(found) > PER_PAGE else None,
        "query": query.urlencode(),
    }
    return render(
        request, "accounts/settings_audit.html", context, status=422 if form.errors else 200
    )


@require_safe
@owner_view
def audit_csv(request: MemberRequest) -> HttpResponse:
    """The wanted entries as CSV, which leaves an entry of its own; the page with what is wrong for a
    filter that is not good: more than was asked for must not leave."""
    names = _names(request)
    form = AuditForm(request.GET, names=names)
    if not form.is_valid():
        return _page(request, form, names)
    wanted = form.wanted
    text = audit.as_csv(audit.find(wanted).iterator(), names)
    audit.exported(wanted, by=request.membership)
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = f"audit-{request.account.slug}-{timezone.now():%Y-%m-%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _kept_sessions(entries: list[AuditEntry]) -> set[UUID]:
    """The sessions of support among the actors that are not deleted yet."""
    actors = [one.actor_id for one in entries if one.actor_kind == "platform" and one.actor_id]
    if not actors:
        return set()
    return set(SupportSession.objects.filter(pk__in=actors).values_list("pk", flat=True))


def _member(entry: AuditEntry, names: dict[UUID, str]) -> str | None:
    if entry.target_kind != "member" or entry.target_id is None:
        return None
    return names.get(entry.target_id)


def _names(request: MemberRequest) -> dict[UUID, str]:
    """Of everybody who is or was in the account, the account's own name where they have none."""
    members = Membership.objects.filter(account=request.account).order_by("joined_at")
    return {member.pk: member.public_name or request.account.name for member in members}
