from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0006_ask_in_forms")]
    operations = [
        migrations.AddField(
            model_name="formsettings",
            name="mails_offline_messages",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
