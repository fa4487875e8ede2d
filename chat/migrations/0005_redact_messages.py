import django.db.models.deletion
from django.db import migrations, models

import accounts.tenancy
from accounts.walls import TieWithinAccount


class Migration(migrations.Migration):
    dependencies = [("chat", "0004_choose_technical_data")]
    operations = [
        migrations.AddField(
            model_name="message",
            name="redacted_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="message",
            name="redacted_by",
            field=accounts.tenancy.TenantForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.membership",
            ),
        ),
        TieWithinAccount("message", "redacted_by"),
    ]
