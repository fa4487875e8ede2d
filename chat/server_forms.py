"""The form for a mail server of the account's own: checked input, no connection."""

import re
from typing import Any

import idna
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import countries, sealing
from accounts.models import Account
from accounts.smtp import PORTS, Trouble
from chat.models import MailServer

_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))+")

_PORT_TEXTS = {
    465: gettext_lazy("465, encrypted from the start"),
    587: gettext_lazy("587, STARTTLS"),
    25: gettext_lazy("25, STARTTLS"),
}

TROUBLE_TEXTS = {
    Trouble.RESOLVE: gettext_lazy("There is no server of this name."),
    Trouble.NOT_PUBLIC: gettext_lazy("This name leads to an address that is not public."),
    Trouble.CONNECT: gettext_lazy("No mail server answers there in time. Check host and port."),
    Trouble.TLS: gettext_lazy(
        "The connection could not be encrypted: the server offers no TLS at this port, or its "
        "certificate is not valid for this name. Nothing is sent without."
    ),
    Trouble.LOG_IN: gettext_lazy("The server does not accept this user and password."),
    Trouble.REFUSED: gettext_lazy(
        "The log-in worked, but the server refused the e-mail. Check whether it may send from this "
        "address."
    ),
    Trouble.UNSEALABLE: gettext_lazy(
        "The stored password cannot be read any more. Please enter it again."
    ),
}

_FIELDS = {
    Trouble.TLS: "port",
    Trouble.LOG_IN: "password",
    Trouble.UNSEALABLE: "password",
    Trouble.REFUSED: "from_address",
}


def trouble_text(server: MailServer | None) -> str:
    """What went wrong with the last letter that was not taken, in words; empty if none was."""
    return str(TROUBLE_TEXTS[Trouble(server.trouble)]) if server and server.trouble else ""


class MailServerForm(forms.Form):
    """Where it is, how to log in, and where it stands."""

    host = forms.CharField(
        label=gettext_lazy("Host"),
        max_length=253,
        help_text=gettext_lazy("For example smtp.example.org. Its certificate must name it."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    port = forms.TypedChoiceField(
        label=gettext_lazy("Port"),
        coerce=int,
        choices=[(one, _PORT_TEXTS[one]) for one in PORTS],
        help_text=gettext_lazy("There is no port without encryption."),
    )
    user = forms.CharField(
        label=gettext_lazy("User"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=500,
        strip=False,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    from_address = forms.EmailField(
        label=gettext_lazy("Sender"),
        max_length=254,
        help_text=gettext_lazy(
            "The address that e-mails come from. Your server must be allowed to send for it."
        ),
    )
    country = forms.ChoiceField(
        label=gettext_lazy("Country of the mailer"),
        choices=[("", gettext_lazy("Choose a country")), *countries.CHOICES],
        help_text=gettext_lazy(
            "Where the server stands. Your agreement and your privacy texts name it."
        ),
    )

    def __init__(self, data: Any = None, *, account: Account, kept: MailServer | None) -> None:
        initial = {"port": 587}
        if kept:
            initial = forms.model_to_dict(
                kept, fields=("host", "port", "user", "from_address", "country")
            )
        super().__init__(data, initial=initial)
        self._account, self._kept = account, kept
        self.fields["password"].required = kept is None
        if kept:
            self.fields["password"].help_text = _(
                "Empty: the stored one, as long as host, port and user stay the same."
            )

    def clean_host(self) -> str:
        typed = self.cleaned_data["host"].strip().rstrip(".").lower()
        try:
            host = idna.encode(typed, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            host = ""
        # A name and never an address: no certificate of ours to check would fit one.
        if not _NAME.fullmatch(host) or host.rpartition(".")[2].isdigit():
            raise ValidationError(_("Write the name of a server, such as smtp.example.org."))
        return host

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        # A kept password goes to nobody but the server that it was given for.
        is_same = self._kept is not None and all(
            given.get(name) == getattr(self._kept, name) for name in ("host", "port", "user")
        )
        if not given.get("password") and "password" not in self.errors and not is_same:
            self.add_error("password", _("Please enter the password."))
        return given

    def server(self) -> MailServer:
        """What was typed as a row that is not saved; for a valid form."""
        given = self.cleaned_data
        if given["password"]:
            password = sealing.seal(given["password"])
        else:
            assert self._kept is not None
            password = self._kept.password
        return MailServer(account=self._account, **{**given, "password": password})

    def tell(self, trouble: Trouble) -> None:
        """Say at the field concerned what went wrong."""
        self.add_error(_FIELDS.get(trouble, "host"), str(TROUBLE_TEXTS[trouble]))
