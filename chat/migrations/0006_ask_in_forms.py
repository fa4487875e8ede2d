import django.db.models.deletion
from django.db import migrations, models

import accounts.ids
from accounts.walls import BuildWall


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0005_redact_messages"),
    ]

    operations = [
        migrations.AddField(
            model_name="conversation",
            name="answers",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="message",
            name="is_masked",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="conversationmail",
            name="kind",
            field=models.TextField(
                choices=[
                    ("visitor_waits", "A visitor waits"),
                    ("answer", "An answer for the visitor"),
                    ("transcript", "Transcript"),
                    ("offline_message", "A message left while nobody was there"),
                ]
            ),
        ),
        migrations.CreateModel(
            name="FormField",
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
                (
                    "form",
                    models.TextField(
                        choices=[
                            ("prechat", "Before the chat"),
                            ("offline", "While nobody is there"),
                        ]
                    ),
                ),
                ("key", models.CharField(max_length=40)),
                (
                    "kind",
                    models.TextField(
                        choices=[
                            ("text", "One line"),
                            ("textarea", "Several lines"),
                            ("select", "Choice from a list"),
                            ("checkbox", "Box to tick"),
                            ("date", "Date"),
                        ],
                        default="text",
                    ),
                ),
                ("label", models.TextField(max_length=120)),
                ("labels", models.JSONField(blank=True, default=dict)),
                ("placeholder", models.TextField(blank=True, max_length=120)),
                ("options", models.JSONField(blank=True, default=list)),
                ("is_required", models.BooleanField(default=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
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
                    models.UniqueConstraint(
                        fields=("account", "form", "key"), name="form_field_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FormSettings",
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
                ("asks_before_chat", models.BooleanField(default=False)),
                (
                    "prechat_name",
                    models.TextField(
                        choices=[
                            ("off", "Off"),
                            ("optional", "Optional"),
                            ("required", "Required"),
                        ],
                        default="optional",
                    ),
                ),
                (
                    "prechat_email",
                    models.TextField(
                        choices=[
                            ("off", "Off"),
                            ("optional", "Optional"),
                            ("required", "Required"),
                        ],
                        default="optional",
                    ),
                ),
                (
                    "prechat_phone",
                    models.TextField(
                        choices=[
                            ("off", "Off"),
                            ("optional", "Optional"),
                            ("required", "Required"),
                        ],
                        default="off",
                    ),
                ),
                (
                    "offline_name",
                    models.TextField(
                        choices=[
                            ("off", "Off"),
                            ("optional", "Optional"),
                            ("required", "Required"),
                        ],
                        default="optional",
                    ),
                ),
                (
                    "offline_phone",
                    models.TextField(
                        choices=[
                            ("off", "Off"),
                            ("optional", "Optional"),
                            ("required", "Required"),
                        ],
                        default="off",
                    ),
                ),
                ("offline_recipients", models.JSONField(blank=True, default=list)),
                ("requires_acknowledgement", models.BooleanField(default=False)),
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
                    models.UniqueConstraint(fields=("account",), name="form_settings_once")
                ],
            },
        ),
        BuildWall("formsettings"),
        BuildWall("formfield"),
    ]
