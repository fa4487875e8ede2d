from django.db import migrations, models

from accounts.walls import KeepAsWritten

_BEFORE = """
CREATE TRIGGER keep_as_written BEFORE UPDATE ON privacy_acceptance
FOR EACH ROW EXECUTE FUNCTION keep_as_written('accepted_by', 'accepted_by_salt')
"""


class Migration(migrations.Migration):
    dependencies = [("privacy", "0020_try_letters_again")]
    operations = [
        migrations.AddField(
            model_name="acceptance",
            name="ip_address",
            field=models.GenericIPAddressField(blank=True, null=True),
        ),
        migrations.RunSQL("DROP TRIGGER keep_as_written ON privacy_acceptance", _BEFORE),
        KeepAsWritten(
            "acceptance", may_be_emptied=("accepted_by", "accepted_by_salt", "ip_address")
        ),
    ]
