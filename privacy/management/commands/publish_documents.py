"""`manage.py publish_documents`: publish what a release has changed in the public documents."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from privacy import renewals
from privacy.management.commands.load_registers import tell


class Command(BaseCommand):
    help = "Publish each public document that is not what its newest version says."

    def handle(self, *args: Any, **options: Any) -> None:
        tell(self, renewals.publish(timezone.now()))
