from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("privacy", "0004_limit_technical_data")]
    operations = []
