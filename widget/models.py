"""How the widget looks and speaks on the account's sites."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language, Site
from accounts.outbound import Reach
from accounts.tenancy import TenantForeignKey, TenantModel

hex_colour = RegexValidator(r"^#[0-9a-f]{6}\Z", _("Write a colour as # and six digits."))


class Side(models.TextChoices):
    LEFT = "left", _("Left")
    RIGHT = "right", _("Right")


class Launcher(models.TextChoices):
    BUBBLE = "bubble", _("Round button")
    GREETING = "greeting", _("Button with text")


class WidgetSettings(TenantModel):
    """The look, the texts and the notice of the account's widget."""

    color = models.CharField(max_length=7, default="#0b6e5f", validators=[hex_colour])
    side = models.TextField(choices=Side, default=Side.RIGHT)
    launcher = models.TextField(choices=Launcher, default=Launcher.BUBBLE)
    # Empty: the visitor's browser decides, then the account's language.
    language = models.TextField(choices=Language, blank=True, default="")
    # {language: {text key: words}}; a missing key keeps the built-in text.
    texts = models.JSONField(default=dict, blank=True)
    shows_privacy_notice = models.BooleanField(default=True)
    privacy_notice_url = models.URLField(max_length=500, blank=True)
    hides_when_offline = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], name="widget_settings_once")]

    def __str__(self) -> str:
        return str(self.pk)


class PolicyLink(TenantModel):
    """Where the notice leads on one site, in one language, or both: other than the address in the
    settings. Empty means each (S41)."""

    site = TenantForeignKey(Site, models.CASCADE, null=True, blank=True, related_name="+")
    language = models.TextField(choices=Language, blank=True, default="")
    url = models.URLField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "site", "language"],
                nulls_distinct=False,
                name="policy_link_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(site=None, language=""), name="policy_link_is_special"
            ),
        ]

    def __str__(self) -> str:
        return self.url


class LinkCheck(TenantModel):
    """Whether an address that the notice leads to was reachable when somebody looked last.
    `checked_at` None: somebody is about to look."""

    url = models.URLField(max_length=500)
    outcome = models.TextField(choices=[(one.value, one.value) for one in Reach], blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "url"], name="link_check_once")]

    def __str__(self) -> str:
        return self.url

    @property
    def is_wrong(self) -> bool:
        return self.checked_at is not None and self.outcome != Reach.REACHABLE
