"""How the widget looks and speaks on the account's sites."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Language
from accounts.tenancy import TenantModel

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
