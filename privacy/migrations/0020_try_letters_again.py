import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("privacy", "0019_know_who_has_the_certificate")]
    operations = [
        migrations.AddField(
            "requestletter",
            "due_at",
            models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            "requestletter", "attempts", models.PositiveSmallIntegerField(default=0)
        ),
        migrations.AddField(
            "requestletter", "dropped_at", models.DateTimeField(blank=True, null=True)
        ),
    ]
