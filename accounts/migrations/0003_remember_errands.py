from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_build_walls")]
    operations = [
        migrations.AddField("account", "errand_at", models.DateTimeField(null=True, blank=True)),
        migrations.AddIndex(
            "account",
            models.Index(
                fields=["errand_at"],
                condition=models.Q(errand_at__isnull=False),
                name="account_errand",
            ),
        ),
    ]
