import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

import accounts.ids
from accounts.walls import BuildWall


def keep_running(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Accounts from before there was anything to accept go on running (S53)."""
    apps.get_model("accounts", "Account").objects.filter(live_at=None).update(
        live_at=timezone.now()
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_keep_an_audit_trail")]
    operations = [
        migrations.AddField(
            model_name="account",
            name="live_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="account",
            name="region",
            field=models.TextField(default="eu"),
        ),
        migrations.CreateModel(
            name="CompanyIdentity",
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
                ("company_name", models.TextField(max_length=160)),
                ("vat_id", models.TextField(blank=True, max_length=32)),
                ("has_no_vat_id", models.BooleanField(default=False)),
                ("address_line1", models.TextField(max_length=160)),
                ("address_line2", models.TextField(blank=True, max_length=160)),
                ("postcode", models.TextField(blank=True, max_length=16)),
                ("city", models.TextField(max_length=100)),
                ("country", models.CharField(max_length=2)),
                ("registration_no", models.TextField(blank=True, max_length=64)),
                ("contact_name", models.TextField(blank=True, max_length=120)),
                ("contact_email", models.EmailField(blank=True, max_length=254)),
                ("dpo_name", models.TextField(blank=True, max_length=120)),
                ("dpo_email", models.EmailField(blank=True, max_length=254)),
                ("representative", models.TextField(blank=True, max_length=300)),
                ("updated_at", models.DateTimeField(auto_now=True)),
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
                    models.UniqueConstraint(fields=("account",), name="company_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("has_no_vat_id", True), ("vat_id", "")),
                            models.Q(
                                ("has_no_vat_id", False), models.Q(("vat_id", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="company_says_its_vat_id",
                    ),
                ],
            },
        ),
        BuildWall("companyidentity"),
        migrations.RunPython(keep_running, migrations.RunPython.noop),
    ]
