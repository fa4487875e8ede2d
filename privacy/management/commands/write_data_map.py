"""`manage.py write_data_map`: write docs/data-map.md from the declarations."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from privacy import data_map


class Command(BaseCommand):
    help = "Write docs/data-map.md from what the apps declare."

    def handle(self, *args: Any, **options: Any) -> None:
        if faults := data_map.faults():
            raise CommandError("\n".join(faults))
        path = settings.BASE_DIR / "docs" / "data-map.md"
        path.write_text(data_map.document(), encoding="utf-8")
        self.stdout.write(f"{path.name} is written.")
