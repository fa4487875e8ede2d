"""`manage.py load_registers registers.toml`: put the platform's registers in place and publish."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from privacy import publications, registers, renewals


class Command(BaseCommand):
    help = "Read the platform's registers from a file, and publish the documents that change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="a TOML file as described in docs/operations.md"
        )

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            counts = registers.load(file)
        except registers.Unusable as error:
            raise CommandError("Nothing was changed.\n" + "\n".join(error.faults)) from error
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
        tell(self, renewals.publish(timezone.now()))


def tell(command: BaseCommand, outcome: publications.Outcome) -> None:
    """Say what was published and what is missing."""
    for slug in outcome.published:
        command.stdout.write(f"published: {slug}")
    for slug, missing in outcome.incomplete.items():
        command.stderr.write(f"not published: {slug}, missing {', '.join(missing)}")
