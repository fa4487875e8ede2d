import django.db.models.deletion
from django.db import migrations, models

import accounts.ids
from accounts.walls import BuildWall


class Migration(migrations.Migration):
    dependencies = [("chat", "0003_mail_links_only")]
    operations = [
        migrations.AddField(
            model_name="visitor",
            name="ip_address",
            field=models.GenericIPAddressField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="TechnicalData",
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
                ("ip_address", models.BooleanField(default=False)),
                ("pages", models.BooleanField(default=True)),
                ("device", models.BooleanField(default=True)),
                ("browser", models.BooleanField(default=True)),
                ("os", models.BooleanField(default=True)),
                ("language", models.BooleanField(default=True)),
                ("location", models.BooleanField(default=True)),
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
                    models.UniqueConstraint(fields=("account",), name="technical_data_once")
                ],
            },
        ),
        BuildWall("technicaldata"),
    ]
