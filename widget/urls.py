"""Addresses of the visitor's side."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
