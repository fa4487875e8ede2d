"""`manage.py grant_staff someone@example.org`: let a person into the platform's console, or out."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from privacy import trail


class Command(BaseCommand):
    help = "Let somebody who has a log-in into the console of the platform's staff."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--revoke", action="store_true", help="take it away again")

    @transaction.atomic
    def handle(self, *args: Any, email: str, revoke: bool, **options: Any) -> None:
        user = User.objects.select_for_update().filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError("Nobody has a log-in with this address.")
        if user.is_staff == (not revoke):
            self.stdout.write("Nothing to change.")
            return
        user.is_staff = not revoke
        user.save(update_fields=["is_staff"])
        event = trail.Event.STAFF_REVOKED if revoke else trail.Event.STAFF_GRANTED
        trail.record(event, by=None, target=user)
        self.stdout.write("Access taken away." if revoke else "Access granted.")
