from django.db import migrations

from accounts.walls import BuildWall


class Migration(migrations.Migration):
    dependencies = [("widget", "0001_initial")]
    operations = [
        BuildWall("widgetsettings"),
    ]
