from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_remember_defaults")]
    operations = [
        migrations.AddField(
            "account", "request_errand_at", models.DateTimeField(null=True, blank=True)
        ),
        migrations.AddIndex(
            "account",
            models.Index(
                fields=["request_errand_at"],
                condition=models.Q(request_errand_at__isnull=False),
                name="account_request_errand",
            ),
        ),
    ]
