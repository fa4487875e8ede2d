from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_grace_after_downgrade")]

    operations = [
        migrations.AddField("membership", "told_at", models.DateTimeField(blank=True, null=True)),
    ]
