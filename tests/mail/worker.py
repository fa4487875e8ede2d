"""A worker of its own process that works once through an account's letters, and may be killed.

`python -m tests.mail.worker <account id, or "platform"> <moment>`: "before", "during" and "after" the letter is
written it ends itself by SIGKILL, which nothing can catch; "never" lets it finish.
"""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import django
from django.conf import settings
from django.core.mail import EmailMessage

if __name__ == "__main__":
    django.setup()

from chat.mail import ConsoleAndFileBackend


def end() -> None:
    """As by kill -9: no clean-up, no goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)


class KilledBefore(ConsoleAndFileBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        end()
        return 0


class KilledDuring(ConsoleAndFileBackend):
    def _write(self, path: Path, content: bytes) -> None:
        partial = path.with_suffix(f".{os.getpid()}.partial")
        partial.write_bytes(content[: len(content) // 2])
        end()


class KilledAfter(ConsoleAndFileBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        super().send_messages(email_messages)
        end()
        return 0


BACKENDS = {
    "before": "KilledBefore",
    "during": "KilledDuring",
    "after": "KilledAfter",
}


def main(account_id: str, moment: str) -> None:
    from chat import tasks  # noqa: PLC0415
    from privacy.tasks import send_platform_letters  # noqa: PLC0415

    if moment in BACKENDS:
        settings.EMAIL_BACKEND = f"tests.mail.worker.{BACKENDS[moment]}"
    if account_id == "platform":
        send_platform_letters()
    else:
        tasks.send_letters(account_id=account_id)


if __name__ == "__main__":
    main(*sys.argv[1:])
