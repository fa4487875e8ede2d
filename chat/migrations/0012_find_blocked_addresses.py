from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Visitors come and go while the index is built.
    atomic = False
    dependencies = [("chat", "0011_restrict_visitors")]
    operations = [
        # What an attempt that was cut short has left is no index, but has its name.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS visitor_blocked_address", migrations.RunSQL.noop
        ),
        AddIndexConcurrently(
            "visitor",
            models.Index(
                condition=models.Q(("blocked_address__isnull", False)),
                fields=["account", "blocked_address"],
                name="visitor_blocked_address",
            ),
        ),
    ]
