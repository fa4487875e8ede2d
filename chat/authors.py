"""Who says something: decided by the door that somebody came through, never by what they send."""

from dataclasses import dataclass
from typing import Self, TypedDict
from uuid import UUID

from accounts.models import Membership
from chat.models import AuthorKind, Visitor


class AuthorColumns(TypedDict):
    """The columns of a message that say who wrote it."""

    author_kind: AuthorKind
    author_key: UUID
    visitor: Visitor | None
    member: Membership | None


@dataclass(frozen=True)
class Author:
    """The author of messages and changes."""

    kind: AuthorKind
    account_id: UUID
    visitor: Visitor | None = None
    member: Membership | None = None

    @classmethod
    def of_visitor(cls, visitor: Visitor) -> Self:
        return cls(AuthorKind.VISITOR, visitor.account_id, visitor=visitor)

    @classmethod
    def of_member(cls, member: Membership) -> Self:
        return cls(AuthorKind.MEMBER, member.account_id, member=member)

    @classmethod
    def system(cls, account_id: UUID) -> Self:
        return cls(AuthorKind.SYSTEM, account_id)

    @property
    def key(self) -> UUID:
        """The row id of the visitor or member; of the account for the system. Client ids are
        unique within it."""
        if self.visitor:
            return self.visitor.pk
        return self.member.pk if self.member else self.account_id

    def columns(self) -> AuthorColumns:
        return {
            "author_kind": self.kind,
            "author_key": self.key,
            "visitor": self.visitor,
            "member": self.member,
        }
