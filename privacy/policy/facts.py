"""What a policy is filled with: the account's settings and the platform's registers, as they are now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

from privacy.models.history import Period


@dataclass(frozen=True)
class Named:
    """A company. `country` is a code (ISO 3166-1); `vat_id` empty: it has none."""

    company_name: str
    address: str
    country: str
    contact: str
    vat_id: str = ""
    registration_no: str = ""
    representative: str = ""
    dpo: str = ""

    def missing(self, whose: str) -> Iterator[str]:
        """What must be said and is not."""
        for field in fields(self)[:4]:
            if not getattr(self, field.name):
                yield f"{whose}.{field.name}"


@dataclass(frozen=True)
class Use:
    """A purpose in the words of the account, and why it is lawful: the place of the sentence about
    the basis. Without a title it is support, in our words. `interest`, and for consent what is agreed
    to (`text`) with which `data`, are the account's words."""

    basis: str
    title: str = ""
    text: str = ""
    data: str = ""
    interest: str = ""


@dataclass(frozen=True)
class Asked:
    """A field of a form. `form` is `prechat` or `offline`, or what people call it; `kind` one of
    `kinds`, or empty for a field of the account's own with its label."""

    form: str
    kind: str
    label: str
    is_required: bool


@dataclass(frozen=True)
class Recipient:
    """A company that works for the processor, with the transfer tool (`places.Tool`) and the codes
    of the countries in which it works."""

    name: str
    countries: tuple[str, ...]
    tool: str


@dataclass(frozen=True)
class Stored:
    """Something in the visitor's browser; `word` is its place in the words. `days` None: the session."""

    name: str
    is_cookie: bool
    word: str
    days: int | None


@dataclass(frozen=True)
class PolicyFacts:
    """All that the text is computed from. `memory_minutes` 0: nothing of a visit is noted."""

    controller: Named
    processor: Named
    uses: tuple[Use, ...]
    data: Mapping[str, tuple[str, ...]]
    asked: tuple[Asked, ...]
    stored: tuple[Stored, ...]
    recipients: tuple[Recipient, ...]
    countries: tuple[str, ...]
    is_mailed: bool
    period: Period
    memory_minutes: int
    register_url: str
    request_url: str

    def missing(self) -> list[str]:
        """Which mandatory values are not there: with any, there is no text."""
        found = [*self.controller.missing("controller"), *self.processor.missing("processor")]
        return [*found, *(name for name in ("uses", "countries") if not getattr(self, name))]

    @property
    def in_memory(self) -> tuple[str, ...]:
        """The kinds that are noted of a visit only, and never in the database."""
        return tuple(
            kind for kind in self.data.get("technical", ()) if kind in {"referrer", "pages"}
        )

    @property
    def stores_ip(self) -> bool:
        return "ip" in self.data.get("technical", ())

    @property
    def consents(self) -> tuple[Use, ...]:
        """What is done with consent only (S72)."""
        return tuple(use for use in self.uses if use.basis == "consent")

    @property
    def rests_on_interests(self) -> bool:
        """Whether there is anything to object to on grounds of one's own situation (Art. 21(1))."""
        return any(use.basis in {"interests", "support_basis"} for use in self.uses)
