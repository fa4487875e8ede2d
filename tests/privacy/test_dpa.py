"""The agreement: every duty of Article 28 in words, the Clauses untouched, and no gap in it."""

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from privacy import art28, prohibited
from privacy.documents import dpa, laws, rendering
from privacy.documents.facts import DataRow, Facts, Incomplete, Measure, Party, Place, SubProcessor
from privacy.documents.tree import Document

FACTS = Facts(
    platform=Party("Chat House Ltd.", "EU123", "High Street 1, Dublin", "Ireland", "dpo@demo.test"),
    account=Party("Acme Teas", "not registered", "Kettle Lane 5, Brno", "Czechia", "Ema Field"),
    region="EU",
    places=(Place("database", "Falkenstein", "Germany", "EU", "none needed", "encryption"),),
    sub_processors=(SubProcessor("Post Ltd.", "Main 2", "a@demo.test", "mail", "Cork", "none"),),
    measures=(Measure("Encryption in transit", "TLS 1.2 or newer"),),
    data=(DataRow("visitors", "contact", "e-mail address", "with the conversation"),),
    retention="12 months",
)


def _by_anchor(document: Document) -> dict[str, str]:
    found: dict[str, str] = {}
    for section in document.sections:
        found[section.anchor] = " ".join((section.title, *section.paragraphs))
        found |= {point.anchor: point.text for point in section.points}
    return found


@pytest.mark.parametrize("key", art28.MAP)
def test_each_duty_of_article_28_stands_where_the_map_says(key: str) -> None:
    duty = art28.MAP[key]
    document = dpa.build(FACTS)
    texts = _by_anchor(document)
    page = rendering.html(document)
    filled = {clause for clause, _ in dpa.FILLED_BY}

    for anchor in duty.anchors:
        assert f'id="{anchor}"' in page
    said = " ".join(texts[anchor] for anchor in duty.anchors)
    assert [words for words in duty.words if words not in said] == []
    assert set(duty.clauses) <= filled


def test_every_paragraph_of_article_28_is_on_the_map() -> None:
    assert {key.partition(")")[0] for key in art28.MAP} == {f"28({n}" for n in range(1, 11)}


def test_the_fixed_anchors_are_there_once_each() -> None:
    page = rendering.html(dpa.build(FACTS))

    for anchor in ("parties", "5.3", "appendix-1", "appendix-2", "appendix-3"):
        assert page.count(f'id="{anchor}"') == 1


def test_every_point_that_the_table_of_the_clauses_names_exists() -> None:
    anchors = _by_anchor(dpa.build(FACTS))
    named = " ".join(where for _, where in dpa.FILLED_BY).replace(",", "").split()

    assert [one for one in named if one[0].isdigit() and "." in one and one not in anchors] == []


@pytest.mark.parametrize(
    "banned",
    [
        "privacy shield",
        "fully compliant",
        "perfectly legal",
        "prevails over the clauses",
        "notwithstanding the clauses",
        "instead of clause",
        "clauses are amended",
    ],
)
def test_nothing_alters_a_clause_or_promises_too_much(banned: str) -> None:
    assert banned not in dpa.build(FACTS).canonical().lower()


def test_the_prohibited_data_are_those_of_the_one_list() -> None:
    page = rendering.html(dpa.build(FACTS))

    assert [one.data for one in prohibited.PROHIBITED if one.data not in page] == []
    assert len(prohibited.digest()) == 64


def test_the_file_says_what_the_registers_say() -> None:
    pages = PdfReader(BytesIO(rendering.pdf(dpa.build(FACTS)))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())

    for said in ("Acme Teas", "Chat House Ltd.", "Falkenstein", "12 months", "Post Ltd.", "TLS"):
        assert said in text


@pytest.mark.parametrize("name", ["region", "places", "measures", "data", "retention"])
def test_an_agreement_with_a_gap_is_not_made(name: str) -> None:
    empty: str | tuple[()] = "" if name in {"region", "retention"} else ()

    with pytest.raises(Incomplete) as refused:
        dpa.build(replace(FACTS, **{name: empty}))  # type: ignore[arg-type]

    assert refused.value.missing == [name]


def test_the_roles_are_said_and_a_party_without_address_is_no_party() -> None:
    assert "its sub-processor" in _by_anchor(dpa.build(FACTS))["1.1"]
    with pytest.raises(Incomplete, match=r"platform\.address"):
        dpa.build(replace(FACTS, platform=replace(FACTS.platform, address="")))


@pytest.mark.parametrize(
    ("country", "number", "words"),
    [
        ("GB", "9.1", "Information Commissioner"),
        ("CH", "9.2", "Federal Act on Data Protection"),
        ("US", "9.3", "neither sells nor shares"),
    ],
)
def test_another_law_is_spoken_of_where_it_applies(country: str, number: str, words: str) -> None:
    texts = _by_anchor(dpa.build(replace(FACTS, laws=laws.applying(country))))

    assert words in texts[number]
    assert [one for one in texts if one.startswith("9.")] == [number]
    assert list(texts).index(number) in range(list(texts).index("8.3"), list(texts).index("10.1"))


def test_no_other_law_is_spoken_of_where_none_applies() -> None:
    texts = _by_anchor(dpa.build(replace(FACTS, laws=laws.applying("CZ"))))

    assert "point-9" not in texts
    assert "10.1" in texts
