"""Addresses of the privacy pages: the public centre, and an account's own."""

from django.urls import URLPattern

ACCOUNT = "app/<slug:slug>/settings/privacy/"

urlpatterns: list[URLPattern] = []
