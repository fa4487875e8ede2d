"""`manage.py verify_chains`: whether every account's chains are as they were written."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import import_string

from accounts import chains
from accounts.models import Account
from accounts.tenancy import tenant


class Command(BaseCommand):
    help = "Verify the hash chains (audit trail, receipts). Exits with 1 if one does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", metavar="SLUG", help="only this account")

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = Account.objects.order_by("pk")
        if options["account"]:
            accounts = accounts.filter(slug=options["account"])
            if not accounts.exists():
                raise CommandError(f"There is no account with the slug {options['account']!r}.")
        verified = faulty = 0
        for account in accounts.iterator():
            with tenant(account.pk):
                for label in settings.CHAINS:
                    verified += 1
                    for fault in chains.verify(apps.get_model(label), account.pk):
                        faulty += 1
                        self.stderr.write(
                            f"{account.slug}: {label}, entry {fault.number}: {fault.problem}"
                        )
        if not options["account"]:
            for name, find_faults in settings.PLATFORM_CHAINS.items():
                verified += 1
                for fault in import_string(find_faults)():
                    faulty += 1
                    self.stderr.write(f"{name}, entry {fault.number}: {fault.problem}")
        if faulty:
            raise CommandError(f"{faulty} of {verified} chains do not hold.")
        self.stdout.write(f"{verified} chains hold.")
