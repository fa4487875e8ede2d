"""The account's own agreement as a tagged file (PDF/UA-1), read as a screen reader reads it."""

from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from pypdf import PdfReader

from accounts import companies
from accounts.models import Account, Membership
from privacy import agreements, purposes, registers
from privacy.models import Agreement, LegalBasis
from tests.accounts.test_company import COMPANY
from tests.coverage import covers
from tests.privacy import structure
from tests.privacy.test_agreements import FILE


@pytest.fixture
def file(acme: Account, ana: Membership, inside_acme: None) -> bytes:
    """The agreement that Acme has accepted."""
    registers.load(FILE)
    companies.name(acme, COMPANY, by=ana)
    purposes.declare_support(LegalBasis.CONTRACT, account_id=acme.pk, by=ana)
    (accepted,) = agreements.accept(acme, [Agreement.DPA], by=ana)
    return bytes(accepted.pdf)


@covers("S48", page="/app/<slug>/settings/privacy/agreements/")
def test_the_accepted_agreement_passes_a_walk_of_its_structure(file: bytes) -> None:
    reader = PdfReader(BytesIO(file))
    root: Any = reader.trailer["/Root"].get_object()
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data().decode()
    assert reader.metadata is not None
    assert reader.metadata.title == "Data processing agreement"
    assert {str(page["/Tabs"]) for page in reader.pages} == {"/S"}

    tree = structure.tree(file)
    levels = [int(one.role[1:]) for one in tree.every() if one.role[1:].isdigit()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    # Nothing is an empty shell, and every role is one that readers know.
    assert {one.role for one in tree.every()} <= {
        *(
            "Root",
            "Document",
            "Div",
            "H1",
            "H2",
            "H3",
            "P",
            "Span",
            "Link",
            "L",
            "LI",
            "Lbl",
            "LBody",
        ),
        *("Table", "Caption", "THead", "TBody", "TR", "TH", "TD"),
    }
    assert [one.role for one in tree.every() if not one.children and not one.marks] == []


@covers("S48")
def test_every_table_of_it_has_a_caption_and_heads_for_all_of_its_columns(file: bytes) -> None:
    tree = structure.tree(file)
    tables = tree.find("Table")

    assert len(tables) >= 8
    # A table that goes on over pages stands beside its caption, in a division of its own.
    assert len(tree.find("Caption")) == len(tables)
    for table in tables:
        (head,) = table.find("THead")
        (titles,) = head.find("TR")
        assert [one.scope for one in titles.children] == ["Column"] * len(titles.children)
        for row in table.find("TBody")[0].find("TR"):
            assert len(row.children) == len(titles.children)
