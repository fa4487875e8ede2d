from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_keep_an_audit_trail")]
    operations = []
