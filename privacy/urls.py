"""Addresses of the privacy pages: the public centre, and an account's own."""

from django.urls import path

from privacy.views import agreements, centre, history, launch

ACCOUNT = "app/<slug:slug>/settings/privacy/"

urlpatterns = [
    path("privacy/", centre.privacy_centre, name="privacy_centre"),
    path("privacy/<slug:slug>.json", centre.privacy_document_json, name="privacy_document_json"),
    path("privacy/<slug:slug>.pdf", centre.privacy_document_pdf, name="privacy_document_pdf"),
    path("privacy/<slug:slug>/", centre.privacy_document, name="privacy_document"),
    path(
        "privacy/<slug:slug>/versions/<int:number>/",
        centre.privacy_document,
        name="privacy_document_version",
    ),
    path(
        "privacy/<slug:slug>/versions/<int:number>.pdf",
        centre.privacy_document_pdf,
        name="privacy_document_version_pdf",
    ),
    path(
        "privacy/<slug:slug>/changes/<int:number>/",
        centre.privacy_document_changes,
        name="privacy_document_changes",
    ),
    path("app/<slug:slug>/start/live/", launch.go_live, name="go_live"),
    path(f"{ACCOUNT}agreements/", agreements.privacy_agreements, name="privacy_agreements"),
    path(
        f"{ACCOUNT}agreements/accept/",
        agreements.privacy_agreements_accept,
        name="privacy_agreements_accept",
    ),
    path(
        f"{ACCOUNT}agreements/<uuid:acceptance_id>/",
        agreements.privacy_acceptance,
        name="privacy_acceptance",
    ),
    path(
        f"{ACCOUNT}agreements/<uuid:acceptance_id>/pdf/",
        agreements.privacy_acceptance_pdf,
        name="privacy_acceptance_pdf",
    ),
    path(f"{ACCOUNT}history/", history.privacy_history, name="privacy_history"),
    path(
        f"{ACCOUNT}history/preview/",
        history.privacy_history_preview,
        name="privacy_history_preview",
    ),
    path(f"{ACCOUNT}history/holds/", history.privacy_hold, name="privacy_hold"),
    path(
        f"{ACCOUNT}history/holds/<uuid:hold_id>/lift/",
        history.privacy_hold_lift,
        name="privacy_hold_lift",
    ),
]
