from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_name_the_company")]
    operations = [
        migrations.AddField(
            model_name="account",
            name="grace_plan",
            field=models.TextField(
                blank=True,
                choices=[("free", "Free"), ("standard", "Standard"), ("pro", "Pro")],
                default="",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="grace_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
