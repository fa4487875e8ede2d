import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_close_accounts")]
    operations = [
        # Without a default first: accounts that are there have yet to get the defaults.
        migrations.AddField(
            model_name="account",
            name="defaults_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="account",
            name="defaults_at",
            field=models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="purge_after",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
