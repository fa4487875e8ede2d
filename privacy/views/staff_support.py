"""The console: sessions in which support looks into an account (S51). No account is entered here."""

from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.doors import StaffRequest, staff_view
from accounts.forms import NameField
from accounts.models import Account, SupportSession
from privacy import support_sessions, tasks
from privacy.views import staff

SESSIONS_SHOWN = 50


class SessionForm(forms.Form):
    """Into which account, why, and for how long."""

    account = forms.SlugField(
        label=gettext_lazy("Account"),
        max_length=40,
        help_text=gettext_lazy("What stands after /app/ in its addresses."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1_000,
        min_length=SupportSession.SHORTEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("The owners read it, in these words, and everybody in the account."),
    )
    request_number = NameField(
        label=gettext_lazy("Answers request"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("The number of what the account asked, if it did."),
    )
    staff_name = NameField(
        label=gettext_lazy("Your name"),
        max_length=60,
        help_text=gettext_lazy("As the owners see it. Your log-in stays with us."),
    )
    period = forms.ChoiceField(
        label=gettext_lazy("For how long"),
        choices=[
            ("30m", gettext_lazy("30 minutes")),
            ("1h", gettext_lazy("1 hour")),
            ("2h", gettext_lazy("2 hours")),
            ("4h", gettext_lazy("4 hours")),
        ],
        initial="1h",
    )

    def clean_account(self) -> Account:
        found = Account.objects.filter(slug=self.cleaned_data["account"]).first()
        if found is None:
            raise ValidationError(_("There is no such account."))
        return found

    def clean_period(self) -> timedelta:
        return support_sessions.PERIODS[self.cleaned_data["period"]]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view
def staff_support(request: StaffRequest) -> HttpResponse:
    """Open a session; those that run, and those that are over."""
    initial = {"staff_name": support_sessions.last_name(request.user)}
    form = SessionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            session = support_sessions.start(**form.cleaned_data, by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            # The account's own trail, where staff cannot write.
            tasks.note_decisions.after_commit(account_id=session.account_id)
            return redirect("support_conversations", session.account.slug)
    sessions = list(support_sessions.newest(SESSIONS_SHOWN))
    context = {
        "form": form,
        "running": [(one, one.opened_by == request.user.pk) for one in sessions if one.is_running],
        "over": [one for one in sessions if not one.is_running],
    }
    return staff.console_page(request, "staff/support.html", context, form)


@require_POST
@staff_view
def staff_support_end(request: StaffRequest, session_id: UUID) -> HttpResponse:
    """End a session before its time, one's own or a colleague's."""
    session = support_sessions.end(session_id, by=request.user)
    if session:
        tasks.note_decisions.after_commit(account_id=session.account_id)
        messages.success(request, _("The session has ended."))
    elif not SupportSession.objects.filter(pk=session_id).exists():
        raise Http404
    return redirect("staff_support")
