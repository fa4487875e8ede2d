"""Personal data of the widget: none. Its look and words are the account's."""

from accounts.declarations import Table

TABLES = (
    Table(
        "widget.WidgetSettings",
        plain=(
            "id",
            "account",
            "color",
            "side",
            "launcher",
            "language",
            "texts",
            "shows_privacy_notice",
            "privacy_notice_url",
            "hides_when_offline",
        ),
    ),
    Table("widget.PolicyLink", plain=("id", "account", "site", "language", "url")),
    Table("widget.LinkCheck", plain=("id", "account", "url", "outcome", "checked_at")),
)
