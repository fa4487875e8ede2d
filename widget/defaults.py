"""Privacy by default in accounts from before (S53, S60)."""

from accounts import audit
from accounts.models import Account
from widget.models import WidgetSettings


def show_the_notice(account: Account) -> None:
    """The privacy notice is shown, whatever was chosen before it had its own page."""
    changed = WidgetSettings.objects.filter(account=account, shows_privacy_notice=False).update(
        shows_privacy_notice=True
    )
    if changed:
        audit.changed(
            account.pk, by=None, setting="widget_shows_privacy_notice", old=False, new=True
        )
