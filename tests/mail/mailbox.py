"""What lies in the mail folder."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path


class Mailbox:
    """The letters in a folder, read anew each time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def letters(self) -> list[EmailMessage]:
        """All of them, in no order."""
        return [
            message_from_bytes(path.read_bytes(), policy=policy.default)
            for path in self.folder.glob("*.eml")
        ]

    @property
    def only(self) -> EmailMessage:
        """The one letter that is there."""
        (letter,) = self.letters
        return letter

    @property
    def recipients(self) -> list[str]:
        return sorted(str(letter["To"]) for letter in self.letters)

    def clear(self) -> None:
        """Throw away what lies in it."""
        for path in self.folder.glob("*.eml"):
            path.unlink()

    def text(self) -> str:
        """The words of the only letter, plain."""
        return part(self.only, "plain")

    def html(self) -> str:
        """The markup of the only letter."""
        return part(self.only, "html")


def part(letter: EmailMessage, kind: str) -> str:
    """The body of a letter. `kind`: "plain" or "html"."""
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())
