"""The project's own app: pages, operations, checks."""

from django.apps import AppConfig


class ChatappConfig(AppConfig):
    name = "chatapp"

    def ready(self) -> None:
        # Registers the checks.
        from chatapp import checks  # noqa: F401, PLC0415
