"""Documents: the same input gives the same bytes, tagged for everybody, and text stays text."""

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from privacy.documents import rendering
from privacy.documents.tree import Document, Point, Section, Table


def _document(name: str = "Acme Teas") -> Document:
    return Document(
        title="Agreement",
        version="1.0",
        dated=date(2026, 11, 24),
        language="en",
        sections=(
            Section(
                title="Storage",
                anchor="point-5",
                paragraphs=(f"Between us and {name}.",),
                points=(Point("5.3", "Storage and transfers", f"{name} may read this."),),
                items=(name,),
                tables=(Table("Who is who", ("Party", "Name"), (("Controller", name),)),),
            ),
        ),
    )


def _text(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_the_same_document_gives_the_same_file() -> None:
    first = rendering.pdf(_document())
    rendering._compiled.cache_clear()

    assert rendering.pdf(_document()) == first
    assert rendering.pdf(_document("Other Teas")) != first


def test_the_file_names_its_language_and_title_and_carries_tags() -> None:
    reader = PdfReader(BytesIO(rendering.pdf(_document())))
    catalog = reader.trailer["/Root"].get_object()

    assert isinstance(catalog, DictionaryObject)
    assert str(catalog["/Lang"]) == "en"
    for name, key in (("/MarkInfo", "/Marked"), ("/StructTreeRoot", "/K")):
        part = catalog[name].get_object()
        assert isinstance(part, DictionaryObject)
        assert key in part
    assert reader.metadata is not None
    assert reader.metadata.title == "Agreement"


def test_the_digest_of_the_content_is_printed_inside() -> None:
    document = _document()

    assert document.digest in _text(rendering.pdf(document)).replace("\n", "")
    assert document.digest in rendering.html(document)


@pytest.mark.parametrize(
    "name",
    [
        '#read("/etc/passwd")',
        "#panic()",
        "$x$ *bold*",
        '"); #eval("1")',
        "</script><b>x",
        "\\",
        "#",
    ],
)
def test_what_an_account_has_entered_is_text_in_both(name: str) -> None:
    document = _document(name)

    assert name in _text(rendering.pdf(document)).replace("\n", " ")
    assert "<b>x" not in rendering.html(document)
    assert 'id="5.3"' in rendering.html(document)
