"""A mail server of the account's own: tried out before it is kept, and taken away again (S17)."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import ratelimits
from accounts.doors import MemberRequest, Steps, admin_steps_view, admin_view
from chat import mail_servers
from chat.models import MailServer
from chat.server_forms import MailServerForm, trouble_text


@require_http_methods(["GET", "HEAD", "POST"])
@admin_steps_view
def keep(request: MemberRequest, step: Steps) -> HttpResponse:
    """The form. What is sent is tried out by a real letter, and kept if that was taken."""
    kept = step(mail_servers.of, request.account)
    if request.method != "POST":
        form = MailServerForm(account=request.account, kept=kept)
        return step(_page, request, form, kept)
    form = MailServerForm(request.POST, account=request.account, kept=kept)
    if form.is_valid():
        ratelimits.take(ratelimits.MAIL_SERVER, str(request.account.pk))
        server = form.server()
        path = reverse("settings_mail", args=[request.account.slug])
        trouble = mail_servers.try_out(server, reader=request.user, path=path)
        if trouble is None:
            step(mail_servers.keep, server, by=request.membership)
            messages.success(
                request, _("It works: your e-mails leave by this server. We have sent you one.")
            )
            return redirect("settings_mail", request.account.slug)
        form.tell(trouble)
    return step(_page, request, form, kept)


@require_POST
@admin_view
def remove(request: MemberRequest) -> HttpResponse:
    """Back to the platform's mailer, for those who have ticked that they know what follows."""
    kept = mail_servers.of(request.account)
    if kept and request.POST.get("understood") != "yes":
        form = MailServerForm(account=request.account, kept=kept)
        return _page(request, form, kept, must_tick=True)
    if kept:
        mail_servers.remove(kept, by=request.membership)
    messages.success(request, _("Removed. Your e-mails leave by the platform’s mailer again."))
    return redirect("settings_mail", request.account.slug)


def _page(
    request: MemberRequest,
    form: MailServerForm,
    kept: MailServer | None,
    *,
    must_tick: bool = False,
) -> HttpResponse:
    context = {"form": form, "kept": kept, "must_tick": must_tick, "trouble": trouble_text(kept)}
    is_wrong = form.errors or must_tick
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return render(request, "chat/mail_server.html", context, status=status)
