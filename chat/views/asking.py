"""What visitors are asked: both forms, and fields of the account's own."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.doors import MemberRequest, admin_view, shown_to_support
from chat import asking
from chat.asking_forms import FieldForm, FormSettingsForm, key_for
from chat.models import FormField, FormPoint


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
@shown_to_support
def settings_forms(request: MemberRequest) -> HttpResponse:
    """What is asked and when, beside a preview of both forms."""
    account = request.account
    form = FormSettingsForm(request.POST or None, settings=asking.of(account.pk))
    if request.method == "POST" and form.is_valid():
        asking.change(account.pk, by=request.membership, **form.cleaned_data)
        messages.success(request, _("Saved. Visitors see it from their next visit on."))
        return redirect("settings_forms", account.slug)
    context = {
        "form": form,
        "prechat": asking.fields(FormPoint.PRECHAT),
        "offline": asking.fields(FormPoint.OFFLINE),
        "most": asking.MAX_FIELDS,
    }
    return render(request, "chat/settings_forms.html", context, status=_status(form.errors))


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
def new_field(request: MemberRequest, form: str) -> HttpResponse:
    """Describe a field that is added at the end of a form."""
    if form not in FormPoint:
        raise Http404
    point = FormPoint(form)
    field_form = FieldForm(request.POST or None)
    if request.method == "POST" and field_form.is_valid():
        spec = field_form.spec
        key = key_for(spec.label, {one.key for one in asking.fields(point)})
        added = asking.add_field(request.account.pk, point, key, spec, by=request.membership)
        if added:
            messages.success(request, _("The field is added."))
            return redirect("settings_forms", request.account.slug)
        field_form.add_error(None, _("A form can have at most %d fields.") % asking.MAX_FIELDS)
    context = {"form": field_form, "point": point, "field": None}
    return render(request, "chat/form_field.html", context, status=_status(field_form.errors))


@require_http_methods(["GET", "HEAD", "POST"])
@admin_view
def edit_field(request: MemberRequest, field_id: UUID) -> HttpResponse:
    """Describe a field anew. Answers that were given keep the words under which they were given."""
    field = get_object_or_404(FormField, pk=field_id)
    field_form = FieldForm(request.POST or None, field=field)
    if request.method == "POST" and field_form.is_valid():
        asking.change_field(field, field_form.spec, by=request.membership)
        messages.success(request, _("The field is saved."))
        return redirect("settings_forms", request.account.slug)
    context = {"form": field_form, "point": FormPoint(field.form), "field": field}
    return render(request, "chat/form_field.html", context, status=_status(field_form.errors))


@require_POST
@admin_view
def move_field(request: MemberRequest, field_id: UUID) -> HttpResponse:
    """Up or down by one place."""
    field = get_object_or_404(FormField, pk=field_id)
    asking.move_field(field, up=request.POST.get("to") == "up", by=request.membership)
    return redirect("settings_forms", request.account.slug)


@require_POST
@admin_view
def remove_field(request: MemberRequest, field_id: UUID) -> HttpResponse:
    """Ask no more. What was answered stays with its conversations."""
    field = get_object_or_404(FormField, pk=field_id)
    asking.remove_field(field, by=request.membership)
    messages.success(request, _("The field is removed."))
    return redirect("settings_forms", request.account.slug)


def _status(errors: object) -> HTTPStatus:
    return HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK
