"""Letters and sign-ups, as their own tests make them."""

from tests.accounts.conftest import guest, sign_up
from tests.mail.conftest import answer, due, mailbox, work

__all__ = ["answer", "due", "guest", "mailbox", "sign_up", "work"]
