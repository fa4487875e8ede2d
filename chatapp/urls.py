"""All addresses. Each app brings its own; the project adds the public pages and operations."""

from django.urls import include, path
from django.views.i18n import set_language

from chatapp import health, metrics, pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("pricing/", pages.pricing, name="pricing"),
    path("language/", set_language, name="set_language"),
    path("", include("accounts.urls")),
    path("", include("privacy.urls")),
    path("", include("chat.urls")),
    path("", include("widget.urls")),
    path("", include("allauth.account.urls")),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]

handler400 = "chatapp.pages.bad_request"
handler403 = "chatapp.pages.forbidden"
handler404 = "chatapp.pages.not_found"
handler500 = "chatapp.pages.server_error"
handler429 = "accounts.ratelimits.too_many"
