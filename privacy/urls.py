"""Addresses of the privacy pages: the public centre, and an account's own."""

from django.urls import path

from privacy.views import history

ACCOUNT = "app/<slug:slug>/settings/privacy/"

urlpatterns = [
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
