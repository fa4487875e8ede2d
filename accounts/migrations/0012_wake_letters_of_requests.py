from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone


def wake(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Letters that were written before accounts remembered their errands would wait for the next
    one. A worker looks once into each account, and notes when there is something to do again."""
    apps.get_model("accounts", "Account").objects.filter(request_errand_at=None).update(
        request_errand_at=timezone.now()
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_open_support_sessions")]
    operations = [migrations.RunPython(wake, migrations.RunPython.noop)]
