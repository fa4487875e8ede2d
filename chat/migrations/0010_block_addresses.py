from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0009_read_screen_and_referrer")]
    operations = [
        migrations.AddField(
            model_name="visitor",
            name="blocked_address",
            field=models.GenericIPAddressField(blank=True, null=True),
        ),
    ]
