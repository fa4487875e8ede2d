from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0018_leave_people_alone"),
    ]

    operations = [
        migrations.AddField(
            model_name="closure",
            name="settled",
            field=models.JSONField(blank=True, default=list),
        ),
    ]
