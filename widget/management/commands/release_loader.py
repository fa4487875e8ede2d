"""`manage.py release_loader 1.0.0`: keep the current loader under a version that pages may pin."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from widget import releases


class Command(BaseCommand):
    help = "Copy the built loader into widget/releases/ and print its integrity value."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("version", help="three numbers, such as 1.0.0")
        parser.add_argument("--folder", type=Path, default=releases.FOLDER)

    def handle(self, *args: Any, version: str, folder: Path, **options: Any) -> None:
        try:
            integrity = releases.release(version, folder)
        except (ValueError, FileNotFoundError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{reverse('loader_pinned', args=[version])} {integrity}")
