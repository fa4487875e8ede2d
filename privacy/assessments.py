"""Help with an impact assessment (Art. 35 GDPR; R12): questions, the account's answers, the result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Account, Membership
from privacy import platform, versions
from privacy.documents import assessment
from privacy.documents.assessment import WITHIN, Findings
from privacy.documents.facts import Facts
from privacy.models import Assessment, DocumentVersion

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

KIND = "assessment"


@dataclass(frozen=True)
class Question:
    """A question as people read it; `key` is the name of its answer."""

    key: str
    label: "StrPromise | str"
    help: "StrPromise | str" = ""


SCREENING_WORDS: "dict[str, tuple[StrPromise, StrPromise]]" = {
    "scoring": (
        _("Do you rate or profile visitors?"),
        _("The chat does not. Say yes if you do it with what the chat gives you."),
    ),
    "decisions": (
        _("Are decisions made automatically that matter to visitors?"),
        _("Such as credit or prices. In the chat people answer people."),
    ),
    "monitoring": (
        _("Do you watch visitors systematically?"),
        _("The pages of a visit count here while that switch is on."),
    ),
    "sensitive": (
        _("Do you expect sensitive data, such as health?"),
        _("The agreement prohibits them, but your subject may invite them."),
    ),
    "scale": (
        _("Is it a large number of people, or of data?"),
        _("For example a large part of the people of a region."),
    ),
    "matching": (
        _("Do you combine the data with others about the same people?"),
        _("Such as orders that your page hands to the chat."),
    ),
    "vulnerable": (
        _("Are visitors often children, patients or others who need protection?"),
        _("Whoever can hardly refuse counts."),
    ),
    "innovation": (
        _("Do you use new technology on the data?"),
        _("A chat between people is none; a language model that reads along is."),
    ),
    "refusal": (
        _("Does the chat decide whether somebody gets a service or a right?"),
        _("For example if it is the only way to cancel a contract."),
    ),
}

TEXTS = (
    Question(
        "necessity",
        _("Why do you need this, and why is less not enough?"),
        _("Art. 35(7)(b): necessity and proportionality."),
    ),
    Question(
        "views",
        _("What do the people concerned think of it?"),
        _("Art. 35(9): ask some, or say why not."),
    ),
    Question(
        "advice",
        _("What does your data protection officer advise?"),
        _("Art. 35(2), if you have one."),
    ),
    Question(
        "conclusion",
        _("What do you conclude?"),
        _("What you will do, and until when. With a high risk left, ask the authority first."),
    ),
)

RISK_WORDS: "dict[str, StrPromise]" = {
    "access": _("Somebody reads conversations who may not"),
    "change": _("Conversations are changed without anybody wanting it"),
    "loss": _("Conversations are lost"),
    "excess": _("Visitors write more about themselves than is needed"),
    "duration": _("Data are kept longer than needed"),
    "transfer": _("Data end up in a country with less protection"),
}


def answers() -> dict[str, str]:
    """What the account has answered so far. Inside the account."""
    found = Assessment.objects.first()
    return dict(found.answers) if found else {}


def answer(account_id: UUID, said: Mapping[str, str], *, by: Membership) -> None:
    """Keep these answers, empty ones left out. The trail keeps which changed, not what they say."""
    before = answers()
    new = {key: text for key, text in said.items() if text}
    changed = sorted(key for key in {*before, *new} if before.get(key) != new.get(key))
    if changed:
        Assessment.objects.update_or_create(
            account_id=account_id, defaults={"answers": new, "answered_at": timezone.now()}
        )
        audit.record(
            account_id,
            audit.Event.ASSESSMENT_CHANGED,
            by=by,
            fields=[key.partition(":")[0] for key in changed],
        )


def transfer_questions(facts: Facts) -> list[Question]:
    """One for each sub-processor outside the EEA: the notes of a transfer assessment."""
    return [
        Question(
            f"transfer:{one.name}",
            f"{one.name} ({one.place})",
            _("Which law of that country reaches the data, and what protects them from it?"),
        )
        for one in facts.sub_processors
        if not one.tool.startswith(WITHIN)
    ]


def findings(account: Account) -> Findings:
    """All that the document is made of, as it is now. Inside the account."""
    return Findings(platform.facts(account), answers())


def keep(account: Account) -> DocumentVersion | None:
    """Keep a dated version if the answers or the facts have changed; none while nothing is answered.
    Raises Incomplete."""
    now = findings(account)
    if not now.answers:
        return None
    return versions.keep(account.pk, KIND, lambda number, day: assessment.build(now, number, day))
