import datetime

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.db import migrations, models

import accounts.ids
from accounts.walls import KeepAsWritten


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0004_agreements"),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffEntry",
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
                ("number", models.PositiveBigIntegerField(unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("event", models.TextField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.UUIDField(blank=True, null=True)),
                ("actor_salt", models.CharField(blank=True, max_length=32)),
                ("actor_mark", models.CharField(blank=True, max_length=64)),
                ("target_kind", models.TextField(blank=True)),
                ("target_id", models.UUIDField(blank=True, null=True)),
                ("details", models.JSONField(blank=True, default=dict)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="subprocessor",
            name="sub_processor_was_announced",
        ),
        migrations.AddField(
            model_name="authority",
            name="ended_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subprocessor",
            name="certificate",
            field=models.TextField(blank=True, max_length=160),
        ),
        migrations.AddField(
            model_name="subprocessor",
            name="checked_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subprocessor",
            name="diligence_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subprocessor",
            name="dropped_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="subprocessor",
            name="replaces",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="successors",
                to="privacy.subprocessor",
            ),
        ),
        migrations.AddField(
            model_name="subprocessor",
            name="security",
            field=models.TextField(blank=True, max_length=600),
        ),
        migrations.AlterField(
            model_name="authority",
            name="position",
            field=models.PositiveSmallIntegerField(),
        ),
        migrations.AlterField(
            model_name="subprocessor",
            name="announced_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="subprocessor",
            name="contract",
            field=models.TextField(blank=True, max_length=300),
        ),
        migrations.AlterField(
            model_name="subprocessor",
            name="effective_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="subprocessor",
            name="reviewed_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="authority",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None)),
                fields=("position",),
                name="authority_position_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="subprocessor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("announced_on", None), ("effective_on", None)),
                    (
                        "effective_on__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("announced_on"), "+", models.Value(datetime.timedelta(days=30))
                        ),
                    ),
                    models.Q(
                        ("announced_on__isnull", False),
                        ("effective_on__isnull", False),
                        models.Q(("emergency", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="sub_processor_was_announced",
            ),
        ),
        migrations.AddIndex(
            model_name="staffentry",
            index=models.Index(fields=["target_id", "-number"], name="staff_target"),
        ),
        KeepAsWritten("staffentry", may_be_emptied=("actor_id", "actor_salt")),
    ]
