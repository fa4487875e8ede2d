import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import accounts.ids
from accounts.walls import BuildWall, KeepAsWritten


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_remember_errands")]
    operations = [
        migrations.CreateModel(
            name="AuditEntry",
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
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("event", models.TextField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.UUIDField(blank=True, null=True)),
                ("actor_salt", models.CharField(blank=True, max_length=32)),
                ("actor_mark", models.CharField(blank=True, max_length=64)),
                ("target_kind", models.TextField(blank=True)),
                ("target_id", models.UUIDField(blank=True, null=True)),
                ("target_salt", models.CharField(blank=True, max_length=32)),
                ("target_mark", models.CharField(blank=True, max_length=64)),
                ("details", models.JSONField(blank=True, default=dict)),
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
                        name="auditentry_unlinked",
                    ),
                    models.Index(fields=["account", "-id"], name="audit_newest"),
                    models.Index(
                        condition=models.Q(("target_id__isnull", False)),
                        fields=["account", "target_id"],
                        name="audit_target",
                    ),
                    models.Index(
                        condition=models.Q(("actor_id__isnull", False)),
                        fields=["account", "actor_id"],
                        name="audit_actor",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "number"), name="accounts_auditentry_number"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ChainHead",
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
                ("chain", models.TextField()),
                ("number", models.PositiveBigIntegerField(default=0)),
                (
                    "digest",
                    models.CharField(
                        default="0000000000000000000000000000000000000000000000000000000000000000",
                        max_length=64,
                    ),
                ),
                ("seal", models.CharField(blank=True, max_length=64)),
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
                    models.UniqueConstraint(fields=("account", "chain"), name="chain_head_once")
                ],
            },
        ),
        BuildWall("auditentry"),
        BuildWall("chainhead"),
        KeepAsWritten(
            "auditentry", may_be_emptied=("actor_id", "actor_salt", "target_id", "target_salt")
        ),
    ]
