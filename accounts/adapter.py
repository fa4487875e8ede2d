"""Where sign-up, log-in and password reset (allauth's) meet our own rules."""

from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import ratelimits, signup
from accounts.addresses import client_address
from accounts.models import Language, User

FOUNDING = "founding"
"""Session key: the account that somebody asked for at sign-up, until their address is proved."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "incorrect_code": _("This is not the code that we sent."),
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt, on the address it comes from and on the person it names (A46)."""
        ratelimits.take(ratelimits.LOGIN, client_address(request))
        ratelimits.take(ratelimits.LOGIN_AS, str(credentials.get("email", "")).lower())
        super().pre_authenticate(request, **credentials)

    def get_client_ip(self, request: HttpRequest) -> str:
        """A name for the client that is gone with the day's key, and no address (S54)."""
        return ratelimits.pseudonym(client_address(request))

    def new_user(self, request: HttpRequest) -> User:
        """A person who reads pages and mail in the language in which they sign up."""
        language = translation.get_language() or settings.LANGUAGE_CODE
        known = language in Language.values
        return User(language=language if known else Language.ENGLISH)

    def post_login(
        self,
        request: HttpRequest,
        user: AbstractBaseUser,
        *,
        email_verification: str,
        signal_kwargs: dict[str, Any] | None,
        email: str | None,
        signup: bool,
        redirect_url: str | None,
    ) -> HttpResponse:
        """Make the account that was asked for at sign-up: only now is the address proved (A43)."""
        response = super().post_login(
            request,
            user,
            email_verification=email_verification,
            signal_kwargs=signal_kwargs,
            email=email,
            signup=signup,
            redirect_url=redirect_url,
        )
        slug = _found_account(request, user)
        return HttpResponseRedirect(reverse("onboarding", args=[slug])) if slug else response

    def format_email_subject(self, subject: str) -> str:
        """The subject as it is. The default puts the request's Host before it (A42)."""
        return subject

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail, built from our own address and never from the Host (A42)."""
        path = reverse(
            "account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}
        ).replace("UID-KEY", quote(key))
        return settings.PUBLIC_URL + path

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell the reader of the mailbox what the page must not tell whoever typed it (A45)."""
        self.send_mail(
            "account/email/account_already_exists",
            email,
            {"password_reset_url": settings.PUBLIC_URL + reverse("account_reset_password")},
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail; every link that allauth made from the request is made again from ours."""
        ours = {
            name: settings.PUBLIC_URL + reverse(view)
            for name, view in (("signup_url", "account_signup"),)
            if name in context
        }
        super().send_mail(template_prefix, email, {**context, **ours})


def _found_account(request: HttpRequest, user: AbstractBaseUser) -> str | None:
    """The slug of the account that this person asked for at sign-up, made now; None without."""
    wanted = request.session.pop(FOUNDING, None)
    if not isinstance(user, User) or not wanted or wanted["user"] != str(user.pk):
        # Another person logged in with the browser that somebody had signed up in.
        return None
    try:
        return signup.found(user, name=wanted["name"], address=wanted["address"]).account.slug
    except ValidationError:
        # The rules for addresses changed in between: the page asks again.
        return None
