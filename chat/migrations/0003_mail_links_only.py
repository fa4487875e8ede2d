from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0002_build_walls")]
    operations = [
        migrations.AddField(
            model_name="chatsettings",
            name="mails_agents_links_only",
            field=models.BooleanField(default=False),
        ),
    ]
