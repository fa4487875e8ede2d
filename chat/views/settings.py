"""Settings of the chat: office hours, groups, e-mail."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import plans
from accounts.doors import MemberRequest, admin_view, shown_to_support
from accounts.plans import Feature
from chat import availability, chat_settings, groups, mail_servers, mailing, office_hours
from chat.forms import GroupForm, MailSettingsForm, OfficeHoursForm
from chat.models import Group
from chat.refusals import RefusedError
from chat.server_forms import trouble_text
from chat.wire import Refusal
from privacy import platform, uses


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@shown_to_support
def settings_hours(request: MemberRequest) -> HttpResponse:
    """Office hours. The buttons within the week change the form on the page and save nothing."""
    account = request.account
    if request.method == "POST":
        form = OfficeHoursForm(request.POST)
        rearranged = _rearrange(form, request)
        if not rearranged and form.is_valid():
            office_hours.keep(
                account,
                switched_on=form.cleaned_data["keeps_office_hours"],
                time_zone=form.cleaned_data["time_zone"],
                intervals=form.intervals,
                by=request.membership,
            )
            messages.success(request, _("Your office hours are saved."))
            return redirect("settings_hours", account.slug)
        status = 200 if rearranged else 422
    else:
        kept = chat_settings.of(account.pk).keeps_office_hours
        initial = {"keeps_office_hours": kept, "time_zone": account.time_zone}
        form = OfficeHoursForm(initial=initial, week=office_hours.week(account.pk))
        status, rearranged = 200, False
    context = {
        "form": form,
        "rearranged": rearranged,
        "zones": sorted(office_hours.time_zones()),
        "is_open": availability.is_within_hours(account),
    }
    return render(request, "chat/settings_hours.html", context, status=status)


def _rearrange(form: OfficeHoursForm, request: MemberRequest) -> bool:
    if "add" in request.POST:
        form.add_row(request.POST["add"])
    elif "remove" in request.POST:
        form.remove_row(request.POST["remove"])
    elif "copy" in request.POST:
        form.copy_to_workdays(request.POST["copy"])
    else:
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@shown_to_support
def settings_groups(request: MemberRequest) -> HttpResponse:
    """The groups; a POST adds one."""
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _has_groups(request):
        try:
            group = groups.add(
                request.account.pk, name=form.cleaned_data["name"], by=request.membership
            )
        except RefusedError as refused:
            form.add_error("name", _why_not(refused))
        else:
            messages.success(request, _("The group “%s” is there.") % group.name)
            return redirect("settings_groups", request.account.slug)
    return _groups_page(request, form)


@require_POST
@admin_view
def rename_group(request: MemberRequest, group_id: UUID) -> HttpResponse:
    group = get_object_or_404(Group, pk=group_id)
    form = GroupForm(request.POST, group_id=group.pk)
    if form.is_valid() and _has_groups(request):
        try:
            groups.rename(group, name=form.cleaned_data["name"], by=request.membership)
        except RefusedError as refused:
            form.add_error("name", _why_not(refused))
        else:
            messages.success(request, _("The group is called “%s” now.") % group.name)
            return redirect("settings_groups", request.account.slug)
    return _groups_page(request, GroupForm(), renaming=(group.pk, form))


@require_POST
@admin_view
def remove_group(request: MemberRequest, group_id: UUID) -> HttpResponse:
    """Remove a group; also on a plan without groups, to tidy up after a change of plans."""
    group = get_object_or_404(Group, pk=group_id)
    groups.remove(group, by=request.membership)
    messages.success(request, _("The group “%s” is removed.") % group.name)
    return redirect("settings_groups", request.account.slug)


def _groups_page(
    request: MemberRequest, form: GroupForm, *, renaming: tuple[UUID, GroupForm] | None = None
) -> HttpResponse:
    rows = []
    for group in groups.everyone():
        unchanged = GroupForm(initial={"name": group.name}, group_id=group.pk)
        rows.append((group, renaming[1] if renaming and renaming[0] == group.pk else unchanged))
    wrong = form.errors or renaming
    context = {"form": form, "rows": rows, "has_groups": _has_groups(request)}
    return render(request, "chat/settings_groups.html", context, status=422 if wrong else 200)


def _has_groups(request: MemberRequest) -> bool:
    return plans.may(request.account, Feature.GROUPS)


def _why_not(refused: RefusedError) -> str:
    if refused.code == Refusal.TOO_MANY:
        return _("An account can have at most %d groups.") % groups.MAX_GROUPS
    return _("Write a name of at most %d characters.") % groups.MAX_NAME


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@shown_to_support
def settings_mail(request: MemberRequest) -> HttpResponse:
    """When e-mails about conversations are written, who may ask for transcripts, and by whom they are
    handed over."""
    account = request.account
    has_transcripts = plans.may(account, Feature.TRANSCRIPT)
    form = MailSettingsForm(request.POST or None, settings=chat_settings.of(account.pk))
    if not has_transcripts:
        # Kept as they are, for the day on which the plan has them again.
        del form.fields["agents_may_send_transcripts"]
        del form.fields["visitors_may_request_transcripts"]
    if request.method == "POST" and form.is_valid():
        chat_settings.change(account.pk, by=request.membership, **form.cleaned_data)
        messages.success(request, _("Your e-mail settings are saved."))
        return redirect("settings_mail", account.slug)
    server, today = mail_servers.of(account), timezone.now().date()
    context = {
        "form": form,
        "has_transcripts": has_transcripts,
        "leaving": [(flow, *platform.mailer(flow, today)) for flow in uses.flows()],
        "server": server,
        "kept_out": mailing.kept_out(account),
        "trouble": trouble_text(server),
    }
    return render(request, "chat/settings_mail.html", context, status=422 if form.errors else 200)
