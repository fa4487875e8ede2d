"""The lines of HTML that a website owner pastes into their pages."""

from django.conf import settings
from django.utils import timezone

from accounts.models import Account

# Calls made before the loader arrives wait in smartsupp._ and run in order afterwards. Whatever
# the page has put into _smartsupp or the queue already is kept.
_SNIPPET = """\
<script>
window._smartsupp = window._smartsupp || {{}};
_smartsupp.key = "{key}";
window.smartsupp = window.smartsupp || function () {{ smartsupp._.push(arguments) }};
smartsupp._ = smartsupp._ || [];
</script>
<script async src="{host}/widget/loader.js"></script>
"""


def snippet(account: Account) -> str:
    """The snippet of this account, ready to paste before the end of the page's body."""
    return _SNIPPET.format(key=account.public_key, host=settings.PUBLIC_URL)


def mark_seen(account: Account) -> None:
    """The snippet runs on a site of the account's. Only the first time is kept."""
    if account.snippet_seen_at is None:
        account.snippet_seen_at = timezone.now()
        Account.objects.filter(pk=account.pk, snippet_seen_at=None).update(
            snippet_seen_at=account.snippet_seen_at
        )
