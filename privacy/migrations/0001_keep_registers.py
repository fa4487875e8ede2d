from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_grace_after_downgrade")]
    operations = []
