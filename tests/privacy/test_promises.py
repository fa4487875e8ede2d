"""Nothing that people read promises legality, or says what is not so any more (S9, S17)."""

import json
import re
from pathlib import Path

import polib
import pytest

from tests.coverage import covers

ROOT = Path(__file__).resolve().parents[2]
NEVER = (
    r"perfectly\s+legal",
    r"100\s?%\s+legal",
    r"fully\s+compliant",
    r"chatapp\s+is\s+GDPR[\s-]compliant",
    r"GDPR[\s-]certified",
    r"GDPR\s+directive",
    r"Privacy\s+Shield",
    r"no\s+personal\s+data\s+in\s+cookies",
    # The same claims in the other languages that people read.
    r"vollständig\s+(rechts|DSGVO-)?konform",
    r"100\s?%\s+DSGVO",
    r"(absolut|vollkommen)\s+legal",
    r"plně\s+v\s+souladu\s+s\s+GDPR",
    r"naprosto\s+legální",
)
"""In any case. Documents may say what became of the Privacy Shield, which their own tests look at."""


def _texts() -> dict[str, str]:
    """Everything that is made into words for people, by where it stands."""
    found = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for pattern in (
            "templates/**/*.html",
            "templates/**/*.txt",
            "privacy/policy/words/*.toml",
            "demo/*.toml",
            "docs/*.md",
            "README.md",
        )
        for path in ROOT.glob(pattern)
        # These say what must never be said.
        if path.name not in {"requirements.md", "coverage.md"}
    }
    for path in (*ROOT.glob("widget/texts/*.json"), *ROOT.glob("chat/texts/*.json")):
        found[path.relative_to(ROOT).as_posix()] = json.dumps(
            json.loads(path.read_text(encoding="utf-8")), ensure_ascii=False
        )
    for path in ROOT.glob("locale/*/LC_MESSAGES/django.po"):
        entries = polib.pofile(str(path))
        words = [
            text for one in entries for text in (one.msgid, one.msgstr, *one.msgstr_plural.values())
        ]
        found[path.relative_to(ROOT).as_posix()] = "\n".join(words)
    return found


@covers("S9")
@pytest.mark.parametrize("never", NEVER)
def test_no_text_says(never: str) -> None:
    said = [
        where for where, text in _texts().items() if re.search(never, text, flags=re.IGNORECASE)
    ]

    assert said == []


@pytest.mark.parametrize(
    "claim",
    ["It is Perfectly  legal.", "Fully compliant!", "chatapp is GDPR compliant", "GDPR directive"],
)
def test_the_search_finds_such_a_claim(claim: str) -> None:
    assert any(re.search(never, claim, flags=re.IGNORECASE) for never in NEVER)
