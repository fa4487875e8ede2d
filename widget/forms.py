"""The settings page's forms: how the widget looks, and what it says in one language."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal, cast

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Language, Site
from widget import settings, texts
from widget.models import Launcher, Side, WidgetSettings, hex_colour

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MAX_WORDS = 300

WORDS: "dict[str, tuple[_StrPromise, _StrPromise | Literal['']]]" = {
    "online.infoTitle": (_("Greeting"), _("At the top of a chat in which nothing was said yet.")),
    "online.infoDesc": (_("Below the greeting"), ""),
    "online.textareaPlaceholder": (_("Hint in the text box"), ""),
    "widget.online": (_("Button"), _("For a button with text.")),
    "widget.offline": (_("Button while nobody is there"), ""),
    "offline.title": (_("Greeting while nobody is there"), ""),
    "offline.notice": (_("What visitors read while nobody is there"), ""),
}
"""Label and help of each of `texts.EDITABLE`."""

SUGGESTIONS = (
    ("#0b6e5f", _("Pine")),
    ("#1f5fa8", _("Lake")),
    ("#5b45b0", _("Iris")),
    ("#a3294e", _("Cherry")),
    ("#b5480f", _("Brick")),
    ("#2b3437", _("Slate")),
)
"""Colours to start from: each carries white words and shows on a white page."""

LONG = frozenset({"online.infoDesc", "offline.notice"})


class ColorInput(forms.TextInput):
    """A colour as text, with the browser's picker and some suggestions beside it."""

    template_name = "widget/_color_input.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "suggestions": SUGGESTIONS}


class LookForm(forms.Form):
    """Everything but the words. What the plan does not include is shown and cannot be changed."""

    color = forms.CharField(
        label=_("Colour"),
        max_length=20,
        widget=ColorInput(attrs={"class": "input", "spellcheck": "false", "autocomplete": "off"}),
    )
    launcher = forms.ChoiceField(
        label=_("Button"), choices=Launcher.choices, widget=forms.RadioSelect
    )
    side = forms.ChoiceField(label=_("Side"), choices=Side.choices, widget=forms.RadioSelect)
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=[("", _("As the visitor’s browser asks")), *Language.choices],
        help_text=_("A page can still ask for another one."),
    )
    privacy_notice_url = forms.URLField(
        label=_("Address of your privacy policy"),
        required=False,
        max_length=500,
        assume_scheme="https",
        validators=[URLValidator(schemes=["https"])],
        error_messages={"invalid": _("The address must begin with https://.")},
        widget=forms.URLInput(
            attrs={"placeholder": "https://", "inputmode": "url", "autocomplete": "off"}
        ),
    )
    shows_privacy_notice = forms.BooleanField(
        label=_("Show the privacy notice in the chat"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "switch"}),
    )
    tells_elsewhere = forms.BooleanField(
        label=_("I tell visitors in another place what happens to their words."),
        required=False,
    )
    hides_when_offline = forms.BooleanField(
        label=_("Hide the button while nobody is there"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "switch"}),
        help_text=_("Visitors then cannot leave a message. A running conversation stays."),
    )

    def __init__(
        self, account: Account, look: WidgetSettings, answers: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(
            answers,
            initial={
                "color": look.color,
                "launcher": look.launcher,
                "side": look.side,
                "language": look.language,
                "privacy_notice_url": look.privacy_notice_url,
                "shows_privacy_notice": settings.notice_is_shown(account, look),
                "hides_when_offline": settings.hides_when_offline(account, look),
            },
        )
        if not settings.may_customise(account):
            self.fields["shows_privacy_notice"].disabled = True
            self.fields["hides_when_offline"].disabled = True

    def clean_color(self) -> str:
        """`#rrggbb` in lower case; the `#` may be missing."""
        color = "#" + str(self.cleaned_data["color"]).strip().lower().removeprefix("#")
        hex_colour(color)
        return color

    def clean(self) -> None:
        """Whoever switches the notice off says that visitors are told elsewhere (S40)."""
        was_shown = self["shows_privacy_notice"].initial
        is_shown = self.cleaned_data.get("shows_privacy_notice")
        if was_shown and not is_shown and not self.cleaned_data.get("tells_elsewhere"):
            self.add_error(
                "tells_elsewhere",
                _("Tick this before you switch the notice off."),
            )

    @property
    def look(self) -> settings.Look:
        """The answers, once they are valid."""
        return cast(
            settings.Look, {name: self.cleaned_data[name] for name in settings.Look.__annotations__}
        )


class WordsForm(forms.Form):
    """The widget's words in one language. An empty field keeps the built-in words."""

    def __init__(
        self, language: str, own: Mapping[str, str], answers: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(answers, prefix=f"words-{language}")
        self.language = language
        self.name = Language(language).label
        built_in = texts.tree(language)
        for place in texts.EDITABLE:
            label, explanation = WORDS[place]
            attributes = {
                "placeholder": texts.word(built_in, place),
                "lang": language,
                "data-place": place,
            }
            box = (
                forms.Textarea(attrs={**attributes, "rows": 2})
                if place in LONG
                else forms.TextInput(attrs=attributes)
            )
            self.fields[place] = forms.CharField(
                label=label,
                help_text=explanation,
                required=False,
                max_length=MAX_WORDS,
                initial=own.get(place, ""),
                widget=box,
                template_name="widget/_word.html",  # type: ignore[call-arg]  # the stubs lack it
            )

    @property
    def is_own(self) -> bool:
        """Whether the account has words of its own in this language."""
        return any(field.initial for field in self.fields.values())


class PolicyLinkForm(forms.Form):
    """An address of the privacy policy for a site, a language, or both."""

    site = forms.ChoiceField(label=_("Site"), required=False)
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("Every language")), *Language.choices]
    )
    url = forms.URLField(
        label=_("Address of your privacy policy"),
        max_length=500,
        assume_scheme="https",
        validators=[URLValidator(schemes=["https"])],
        error_messages={"invalid": _("The address must begin with https://.")},
        widget=forms.URLInput(
            attrs={"placeholder": "https://", "inputmode": "url", "autocomplete": "off"}
        ),
    )

    def __init__(self, sites: Collection[Site], answers: Mapping[str, Any] | None = None) -> None:
        super().__init__(answers)
        self._sites = {str(site.pk): site for site in sites}
        field = self.fields["site"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("Every site")),
            *((key, site.origin) for key, site in self._sites.items()),
        ]

    def clean_site(self) -> Site | None:
        return self._sites.get(self.cleaned_data["site"])
