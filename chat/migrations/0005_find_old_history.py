from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chat", "0004_know_less_of_visitors")]
    operations = []
