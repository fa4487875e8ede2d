"""The public privacy centre: documents in their versions. No log-in, no cookie (S1)."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import public
from privacy import publications
from privacy.documents import centre, differences
from privacy.models import Publication, SubProcessor
from privacy.places import Tool
from privacy.staff_forms import TOOLS
from privacy.views.following import FollowForm

FOLLOWED = "sub-processors"
"""The document of which people can follow the changes."""


@public
@require_safe
def privacy_centre(request: HttpRequest) -> HttpResponse:
    """All documents, with version and date."""
    published = publications.all_current()
    documents = [(kind, published.get(kind.slug)) for kind in centre.KINDS.values()]
    return render(request, "privacy/centre.html", {"documents": documents})


@public
@require_safe
def privacy_document(request: HttpRequest, slug: str, number: int | None = None) -> HttpResponse:
    """A document as it was published: the newest version, or the one of this number."""
    one = _publication(slug, number)
    context = {
        "kind": centre.KINDS[slug],
        "publication": one,
        "versions": publications.versions(slug),
        **(_followed() if slug == FOLLOWED else {}),
    }
    return render(request, "privacy/centre_document.html", context)


@public
@require_safe
def privacy_document_changes(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """What went and what came between this version and the newest."""
    old, new = _publication(slug, number), _publication(slug)
    context = {
        "kind": centre.KINDS[slug],
        "old": old,
        "new": new,
        "differences": differences.between(old.content, new.content),
    }
    return render(request, "privacy/centre_changes.html", context)


@public
@require_safe
def privacy_document_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest version as data: the tree of the document."""
    one = _publication(slug)
    response = HttpResponse(one.content, content_type="application/json")
    response["ETag"] = f'"{one.digest}"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


@public
@require_safe
def privacy_document_pdf(
    request: HttpRequest, slug: str, number: int | None = None
) -> HttpResponse:
    """The file as it was published, the same to the byte each time."""
    one = _publication(slug, number)
    if one.pdf_digest in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED)
    response = HttpResponse(bytes(one.pdf), content_type="application/pdf")
    response["ETag"] = f'"{one.pdf_digest}"'
    response["Content-Disposition"] = f'inline; filename="{slug}-{one.number}.pdf"'
    return response


def _followed() -> dict[str, object]:
    """How old the checks of transfers are, today and not on the day of publication (R13)."""
    today = timezone.now().date()
    at_work = SubProcessor.objects.known_on(today).exclude(tool=Tool.NONE_EEA)
    checks = [
        {
            "name": one.legal_name,
            "tool": dict(TOOLS)[one.tool],
            "checked_on": one.checked_on,
            "is_stale": one.is_check_stale(today),
        }
        for one in at_work.order_by("legal_name")
    ]
    return {"checks": checks, "follow_form": FollowForm()}


def _publication(slug: str, number: int | None = None) -> Publication:
    if slug not in centre.KINDS:
        raise Http404
    if number is None:
        found = publications.current(slug)
    else:
        found = Publication.objects.filter(document=slug, number=number).first()
    if found is None:
        raise Http404
    return found
