"""The Django project: settings, addresses, processes. It knows every app; none knows it."""

from chatapp.celery import app as celery_app

__all__ = ["celery_app"]
