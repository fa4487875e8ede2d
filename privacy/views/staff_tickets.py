"""The console: questions to the data protection officer. No account is entered here."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.doors import StaffRequest, staff_view
from privacy import letters, tickets, trail
from privacy.models import LetterKind, Ticket
from privacy.views import staff

CLOSED_SHOWN = 50


class AnswerForm(forms.Form):
    """What is answered."""

    words = forms.CharField(
        label=gettext_lazy("Answer"),
        max_length=8_000,
        widget=forms.Textarea({"rows": 8}),
        help_text=gettext_lazy("It goes out by e-mail, in these words."),
    )


@require_safe
@staff_view
def staff_tickets(request: StaffRequest) -> HttpResponse:
    """What waits for an answer, what is due first; then what is answered and closed."""
    rest = Ticket.objects.exclude(pk__in=tickets.waiting().values("pk")).order_by("-received_at")
    context = {
        "waiting": list(tickets.waiting()),
        "rest": list(rest[:CLOSED_SHOWN]),
        "now": timezone.now(),
    }
    return staff.console_page(request, "staff/tickets.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view
def staff_ticket(request: StaffRequest, ticket_id: UUID) -> HttpResponse:
    """One question, and its answer."""
    ticket = get_object_or_404(Ticket, pk=ticket_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tickets.answer(ticket, form.cleaned_data["words"], by=request.user)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The answer goes out by e-mail."))
            return redirect("staff_ticket", ticket.pk)
    context = {
        "ticket": ticket,
        "form": None if ticket.answered_at or ticket.closed_at else form,
        "delivery": letters.delivery(LetterKind.TICKET_ANSWER, ticket.pk),
        "acts": staff.acts_of(trail.of(ticket.pk)),
        "now": timezone.now(),
    }
    return staff.console_page(request, "staff/ticket.html", context, form)


@require_POST
@staff_view
def staff_ticket_close(request: StaffRequest, ticket_id: UUID) -> HttpResponse:
    """Nothing is left to do."""
    ticket = get_object_or_404(Ticket, pk=ticket_id)
    try:
        tickets.close(ticket, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    return redirect("staff_ticket", ticket.pk)
