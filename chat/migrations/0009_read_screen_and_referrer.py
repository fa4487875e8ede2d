from django.db import migrations, models


class Migration(migrations.Migration):
    """Who has chosen switches before keeps to what they chose: for them the two new kinds begin off.
    Everybody else has the defaults, and there they are on (S24)."""

    dependencies = [("chat", "0008_send_by_own_mail_server")]
    operations = [
        migrations.AddField(
            model_name="visitor",
            name="screen",
            field=models.TextField(blank=True, max_length=11, db_default=""),
        ),
        migrations.AddField(
            model_name="technicaldata",
            name="screen",
            field=models.BooleanField(default=False, db_default=False),
        ),
        migrations.AddField(
            model_name="technicaldata",
            name="referrer",
            field=models.BooleanField(default=False, db_default=False),
        ),
        migrations.AlterField(
            model_name="technicaldata",
            name="screen",
            field=models.BooleanField(default=True, db_default=True),
        ),
        migrations.AlterField(
            model_name="technicaldata",
            name="referrer",
            field=models.BooleanField(default=True, db_default=True),
        ),
    ]
