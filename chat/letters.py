"""Letters about conversations: which are due, and to whom. Sending is `chat.tasks`' work."""

from chat.authors import Author
from chat.models import Conversation


def tell_agents(conversation: Conversation, *, seq: int) -> None:
    """A visitor waits since message `seq`: mail the agents unless somebody answers first."""


def tell_visitor(conversation: Conversation, *, seq: int) -> None:
    """Message `seq` answers the visitor: mail it to them unless they read it first."""


def transcript(conversation: Conversation, *, email: str, by: Author) -> None:
    """Mail the conversation as it stands to this address, as somebody asked."""
