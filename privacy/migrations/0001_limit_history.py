import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.ids
import accounts.tenancy
from accounts.walls import BuildWall, KeepAsWritten, TieWithinAccount


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_grace_after_downgrade")]
    operations = [
        migrations.CreateModel(
            name="HistoryPolicy",
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
                    "period",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("1_months", "1 month"),
                            ("3_months", "3 months"),
                            ("6_months", "6 months"),
                            ("1_years", "1 year"),
                            ("2_years", "2 years"),
                            ("3_years", "3 years"),
                            ("unlimited", "Without a limit"),
                        ],
                        default="",
                    ),
                ),
                ("reason", models.TextField(blank=True, max_length=1000)),
                ("chosen_at", models.DateTimeField(default=django.utils.timezone.now)),
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
                    models.UniqueConstraint(fields=("account",), name="history_policy_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("period", "unlimited"), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="history_unlimited_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
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
                    "target_kind",
                    models.TextField(
                        choices=[("conversation", "Conversation"), ("visitor", "Visitor")]
                    ),
                ),
                ("target_id", models.UUIDField()),
                ("reason", models.TextField(max_length=1000)),
                ("placed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.account",
                    ),
                ),
                (
                    "placed_by",
                    accounts.tenancy.TenantForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.membership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)),
                        fields=("account", "target_id"),
                        name="legal_hold_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="legal_hold_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PurgeReceipt",
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
                ("number", models.PositiveBigIntegerField(editable=False, null=True)),
                ("digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("cut_off", models.DateTimeField()),
                ("idle_cut_off", models.DateTimeField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField()),
                ("counts", models.JSONField()),
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
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("number", None)),
                        fields=["account", "id"],
                        name="purgereceipt_unlinked",
                    ),
                    models.Index(fields=["account", "-id"], name="purge_receipt_newest"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "number"), name="privacy_purgereceipt_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PurgeRun",
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
                ("cut_off", models.DateTimeField()),
                ("idle_cut_off", models.DateTimeField()),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("counts", models.JSONField(default=dict)),
                ("doomed_files", models.JSONField(blank=True, default=list)),
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
                        condition=models.Q(("finished_at", None)),
                        fields=("account",),
                        name="purge_run_open_once",
                    )
                ],
            },
        ),
        BuildWall("historypolicy"),
        BuildWall("legalhold"),
        BuildWall("purgereceipt"),
        BuildWall("purgerun"),
        TieWithinAccount("legalhold", "placed_by"),
        KeepAsWritten("purgereceipt"),
    ]
