"""`manage.py set_plan acme pro`: put an account on another plan."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import audit, plans
from accounts.models import Account, PlanName
from accounts.tenancy import tenant


class Command(BaseCommand):
    help = "Put an account on another plan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the account, as in its address")
        parser.add_argument("plan", choices=PlanName.values)

    def handle(self, *args: Any, slug: str, plan: str, **options: Any) -> None:
        account = Account.objects.filter(slug=slug).first()
        if account is None:
            raise CommandError(f"There is no account “{slug}”.")
        with tenant(account.pk):
            audit.changed(account.pk, by=None, setting="plan", old=account.plan, new=plan)
            plans.change(account, to=PlanName(plan))
        self.stdout.write(f"{slug} is on {plan} now.")
