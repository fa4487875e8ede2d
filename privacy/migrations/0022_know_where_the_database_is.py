from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("privacy", "0021_note_where_agreements_are_accepted")]
    operations = [
        migrations.CreateModel(
            name="Whereabouts",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False),
                ),
                ("place", models.TextField()),
                ("since", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="whereabouts_once")
                ],
            },
        ),
    ]
