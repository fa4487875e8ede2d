import django.db.models.deletion
from django.db import migrations, models

import accounts.ids
from accounts.walls import BuildWall


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_remember_defaults"),
        ("chat", "0007_choose_whether_offline_messages_are_mailed"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailServer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("host", models.CharField(max_length=253)),
                ("port", models.PositiveSmallIntegerField()),
                ("user", models.CharField(max_length=254)),
                ("password", models.TextField()),
                ("from_address", models.CharField(max_length=254)),
                ("country", models.CharField(max_length=2)),
                ("worked_at", models.DateTimeField(blank=True, null=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                ("trouble", models.TextField(blank=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account",), name="mail_server_once")
                ],
            },
        ),
        BuildWall("mailserver"),
    ]
