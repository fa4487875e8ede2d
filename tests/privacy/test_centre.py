"""The public privacy centre: versions that stay, no cookie, no log-in."""

import hashlib
import json
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from accounts import countries
from privacy import prohibited, publications, registers, tasks
from privacy.documents import centre
from privacy.measures import HEADINGS
from privacy.models import Measure, Place, PlatformIdentity, Publication
from tests.coverage import covers

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "demo" / "registers.toml"


@pytest.fixture
def published(db: None) -> None:
    registers.load(FILE)
    publications.publish()


def test_every_document_is_published_once_and_not_again_while_nothing_changes(db: None) -> None:
    registers.load(FILE)

    assert publications.publish().published == list(centre.KINDS)
    assert publications.publish().published == []
    assert Publication.objects.count() == len(centre.KINDS)


def test_only_what_changes_gets_a_new_version_and_the_old_stays_as_it_was(published: None) -> None:
    before = Publication.objects.get(document="sub-processors")
    Place.objects.filter(service="E-mail").update(city="Aarhus")

    assert publications.publish().published == ["faq", "dpa", "sub-processors"]
    after = Publication.objects.get(document="sub-processors", number=2)
    kept = Publication.objects.get(document="sub-processors", number=1)
    assert bytes(kept.pdf) == bytes(before.pdf)
    assert kept.html == before.html
    assert "Aarhus" in after.html
    assert "Aarhus" not in kept.html


def test_a_document_with_a_gap_is_left_as_it_was(published: None) -> None:
    PlatformIdentity.objects.update(address="")

    outcome = publications.publish()

    assert outcome.published == []
    assert outcome.incomplete == {
        "faq": ["platform.address"],
        "dpa": ["platform.address"],
        "terms": ["platform.address"],
        "identity": ["platform.address"],
    }
    assert Client().get("/privacy/identity/").status_code == 200


def test_the_calendar_alone_publishes_too(published: None) -> None:
    Place.objects.filter(service="E-mail").update(city="Aarhus")

    tasks.publish_documents()

    assert publications.current("sub-processors").number == 2  # type: ignore[union-attr]


@pytest.mark.parametrize("slug", centre.KINDS)
def test_anybody_reads_it_without_a_cookie(published: None, slug: str) -> None:
    for path in (
        "/privacy/",
        f"/privacy/{slug}/",
        f"/privacy/{slug}/versions/1/",
        f"/privacy/{slug}/changes/1/",
        f"/privacy/{slug}.json",
        f"/privacy/{slug}.pdf",
        f"/privacy/{slug}/versions/1.pdf",
    ):
        answer = Client().get(path)
        assert answer.status_code == 200, path
        assert answer.cookies == {}, path


@covers("S67", page="/privacy/identity/")
def test_the_identity_is_the_registers(published: None) -> None:
    page = Client().get("/privacy/identity/").content.decode()

    for said in (
        "Harbour Light Software Ltd.",
        "IE0000000XX",
        "1 Lantern Quay, Cork, Ireland",
        "dpo@",
    ):
        assert said in page


@covers("S18", "S31", page="/privacy/dpa/")
def test_the_public_agreement_has_its_anchors_and_the_list_of_prohibited_data(
    published: None,
) -> None:
    page = Client().get("/privacy/dpa/").content.decode()

    for anchor in ("5.3", "appendix-1", "appendix-2", "appendix-3"):
        assert page.count(f'id="{anchor}"') == 1
    for one in prohibited.PROHIBITED:
        assert one.data in page
    assert "The controller</" not in page


@covers("S48", page="/privacy/dpa.pdf")
def test_appendix_2_is_the_list_of_measures_in_both_forms(published: None) -> None:
    page = Client().get("/privacy/dpa/").content.decode()
    file = PdfReader(BytesIO(Client().get("/privacy/dpa.pdf").content))
    text = " ".join(" ".join(one.extract_text() for one in file.pages).split())
    security = Client().get("/privacy/security/").content.decode()

    for heading in HEADINGS:
        assert heading in page
        assert heading in security
        assert heading.split(",")[0] in text


def test_what_is_served_has_the_checksums_that_are_shown(published: None) -> None:
    page = Client().get("/privacy/dpa/").content.decode()
    file = Client().get("/privacy/dpa.pdf")
    one = publications.current("dpa")
    assert one is not None

    assert hashlib.sha256(file.content).hexdigest() in page
    assert hashlib.sha256(one.html.encode()).hexdigest() in page
    assert one.html in page
    assert (
        Client().get("/privacy/dpa.pdf", headers={"If-None-Match": file["ETag"]}).status_code == 304
    )


def test_the_data_beside_it_are_the_document(published: None) -> None:
    said = json.loads(Client().get("/privacy/sub-processors.json").content)
    rows = said["sections"][0]["tables"][0]["rows"]

    assert [row[0] for row in rows] == ["Example Hosting GmbH", "Example Post ApS"]
    assert said["version"] == "1"


def test_what_has_changed_is_shown(published: None) -> None:
    Place.objects.filter(service="E-mail").update(city="Aarhus")
    publications.publish()
    page = Client().get("/privacy/sub-processors/changes/1/").content.decode()
    earlier = Client().get("/privacy/sub-processors/versions/1/").content.decode()

    assert "<del>Places of storage and processing: E-mail; Copenhagen" in page
    assert "<ins>Places of storage and processing: E-mail; Aarhus" in page
    assert "This is an earlier version." in earlier
    assert (
        "This is an earlier version."
        not in Client().get("/privacy/sub-processors/").content.decode()
    )


@pytest.mark.parametrize(
    "path",
    ["/privacy/nothing/", "/privacy/dpa/versions/2/", "/privacy/dpa/changes/9/", "/privacy/no.pdf"],
)
def test_what_is_not_there_is_not_found(published: None, path: str) -> None:
    assert Client().get(path).status_code == 404


def test_before_anything_is_published_the_centre_says_so(db: None) -> None:
    page = Client().get("/privacy/").content.decode()

    assert page.count("Not published yet") == len(centre.KINDS)
    assert Client().get("/privacy/dpa/").status_code == 404


@covers("S14", page="/privacy/sub-processors/")
def test_no_text_of_ours_names_a_country(published: None) -> None:
    """Names of laws and their authorities in point 9 are no places."""
    texts = [
        *(ROOT / "templates").rglob("*.html"),
        *(path for path in (ROOT / "privacy" / "documents").glob("*.py") if path.name != "laws.py"),
    ]
    names = set(countries.NAMES.values()) - {"Georgia", "Jersey", "Chad", "Mali"}
    assert "Ireland" in Client().get("/privacy/identity/").content.decode()
    assert len(texts) > 50
    assert [(path.name, name) for path in texts for name in names if name in path.read_text()] == []


@pytest.mark.parametrize(
    "banned", ["privacy shield", "fully compliant", "perfectly legal", "gdpr directive"]
)
def test_nothing_published_promises_too_much(published: None, banned: str) -> None:
    """S9."""
    for one in Publication.objects.all():
        assert banned not in one.html.lower()


def test_the_command_says_what_it_did_and_what_is_missing(db: None, tmp_path: Path) -> None:
    said, missing = StringIO(), StringIO()
    call_command("load_registers", FILE, stdout=said)
    again = StringIO()
    call_command("publish_documents", stdout=again)
    PlatformIdentity.objects.all().delete()
    call_command("publish_documents", stdout=again, stderr=missing)
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[platform]\n")

    assert "published: dpa" in said.getvalue()
    assert "published" not in again.getvalue()
    assert "not published: dpa, missing platform.company_name" in missing.getvalue()
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("load_registers", wrong)


@covers("S46", page="/privacy/security/")
def test_each_measure_stands_with_its_status_last_test_and_who_answers_for_it(
    published: None,
) -> None:
    page = Client().get("/privacy/security/").content.decode()
    measure = Measure.objects.get(position=3)

    assert page.count("in place, tested") == len(HEADINGS)
    assert measure.responsible in page
    assert str(measure.tested_on) in page
    Measure.objects.filter(position=3).update(tested_on=measure.tested_on - timedelta(days=1_000))
    publications.publish()
    assert "test is due" in Client().get("/privacy/security/").content.decode()


@covers("S44", page="/privacy/identity/")
def test_the_officer_is_named_while_in_office_and_only_then(published: None) -> None:
    today = timezone.now().date()

    def named() -> bool:
        publications.publish()
        return "dpo@example.org" in Client().get("/privacy/identity/").content.decode()

    assert named()
    assert "Officer in office since" in Client().get("/privacy/identity/").content.decode()
    PlatformIdentity.objects.update(dpo_until=today - timedelta(days=1))
    assert not named()
    PlatformIdentity.objects.update(dpo_until=today)
    assert named()
    PlatformIdentity.objects.update(dpo_since=today + timedelta(days=1), dpo_until=None)
    assert not named()
