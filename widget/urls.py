"""Addresses of the visitor's side."""

from django.urls import path

from widget import link_views, views

urlpatterns = [
    path("widget/loader.js", views.loader, name="loader"),
    path("widget/loader-<str:version>.js", views.loader_pinned, name="loader_pinned"),
    path("widget/<str:key>/config.js", views.widget_config, name="widget_config"),
    path("widget/<str:key>/frame", views.widget_frame, name="widget_frame"),
    path("widget/<str:key>/words/<str:branch>", views.widget_words, name="widget_words"),
    path("widget/<str:key>/cookies.json", views.widget_cookies, name="widget_cookies"),
    path("app/<slug:slug>/settings/widget/", views.settings_widget, name="settings_widget"),
    path(
        "app/<slug:slug>/settings/widget/policy-links/",
        link_views.policy_links_page,
        name="policy_links",
    ),
    path(
        "app/<slug:slug>/settings/widget/policy-links/check/",
        link_views.policy_links_check,
        name="policy_links_check",
    ),
    path(
        "app/<slug:slug>/settings/widget/policy-links/<uuid:link_id>/remove/",
        link_views.policy_link_remove,
        name="policy_link_remove",
    ),
]
