"""`manage.py purge_history`: delete, or only count, what accounts keep no longer."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Account
from accounts.tenancy import tenant
from privacy import purges, retention
from privacy.tasks import purge_account


class Command(BaseCommand):
    help = "Delete what accounts keep no longer, as the daily task does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", metavar="SLUG", help="only this account")
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        accounts = Account.objects.order_by("pk")
        if options["account"]:
            accounts = accounts.filter(slug=options["account"])
            if not accounts.exists():
                raise CommandError(f"There is no account “{options['account']}”.")
        for account in accounts.iterator():
            now = timezone.now()
            with tenant(account.pk):
                period = retention.effective(account, now)
                due = purges.preview(account, period, now)
            if not options["dry_run"]:
                purge_account(account_id=str(account.pk))
            verb = "would go" if options["dry_run"] else "gone"
            told = ", ".join(f"{count} {name}" for name, count in sorted(due.items()))
            self.stdout.write(f"{account.slug} ({period}): {told} {verb}")
