"""Files: typed by what they hold, drawn anew if they are images, given out by signed address."""

import base64
import io
import re
import struct
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.conf import LazySettings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signing import Signer
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image, PngImagePlugin

from accounts.models import Account, Membership
from accounts.tenancy import tenant
from chat import files, identity, images, messages, wire
from chat.authors import Author
from chat.files import Claim, clean_name
from chat.models import Attachment, Conversation
from chat.refusals import RefusedError
from chat.restricting import restrict

LogIn = Callable[[Membership], Client]
UPLOAD = "/app/acme/files/"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(document.domain)</script>"


@pytest.fixture(autouse=True)
def own_media(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def drawn(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: object) -> bytes:
    image = Image.new("RGB", size, (11, 110, 95))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def uploaded(
    content: bytes, name: str = "file.bin", content_type: str = "image/png"
) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type)


def stored(attachment: Attachment) -> bytes:
    with attachment.file.open("rb") as source:
        return bytes(source.read())


def refusal(content: bytes, author: Membership, name: str = "file.png") -> wire.Refusal:
    with pytest.raises(RefusedError) as refused:
        files.accept(uploaded(content, name), author=author)
    assert not Attachment.objects.exists()
    return refused.value.code


# --- What comes in -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "content_type"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("WEBP", "image/webp")],
)
def test_images_are_drawn_anew_with_a_thumbnail(
    ana: Membership, inside_acme: None, kind: str, content_type: str
) -> None:
    attachment = files.accept(uploaded(drawn(kind, (900, 600)), "photo"), author=ana)

    assert attachment.content_type == content_type
    assert (attachment.width, attachment.height) == (900, 600)
    with Image.open(io.BytesIO(stored(attachment))) as image:
        assert (image.format, image.size) == (kind, (900, 600))
    with attachment.thumbnail.open("rb") as source, Image.open(source) as small:
        assert small.size == (400, 267)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"%PDF-1.7 /JavaScript", "application/pdf"),
        (b"PK\x03\x04 document", "application/zip"),
        (SVG, "application/octet-stream"),
        (HTML, "application/octet-stream"),
        (b"plain words", "application/octet-stream"),
        (b"MZ\x90\x00", "application/octet-stream"),
        (b"\x00", "application/octet-stream"),
    ],
    ids=["pdf", "zip", "svg", "html", "text", "program", "byte"],
)
@pytest.mark.parametrize("claimed", ["image/png", "image/svg+xml", "text/html"])
def test_the_type_is_decided_by_the_content_whatever_was_claimed(
    ana: Membership, inside_acme: None, content: bytes, content_type: str, claimed: str
) -> None:
    """A31."""
    attachment = files.accept(uploaded(content, "picture.png", claimed), author=ana)

    assert attachment.content_type == content_type
    assert not attachment.thumbnail
    assert stored(attachment) == content


def test_a_picture_that_is_also_a_page_becomes_a_picture_only(
    ana: Membership, inside_acme: None
) -> None:
    """A31: the polyglot's second half is not drawn, so it is gone."""
    for polyglot in (drawn("PNG") + HTML, drawn("JPEG", comment=HTML), drawn("GIF", comment=HTML)):
        attachment = files.accept(uploaded(polyglot, "both.html"), author=ana)

        assert b"script" not in stored(attachment)
        assert attachment.name.rpartition(".")[2] in ("png", "jpg", "gif")


def test_a_photo_loses_where_and_with_what_it_was_taken(ana: Membership, inside_acme: None) -> None:
    """A31: EXIF, GPS and text chunks."""
    exif = Image.Exif()
    exif[0x010F] = "ACME-CAMERA"
    exif.get_ifd(0x8825)[2] = (50.0, 5.0, 15.0)
    exif.get_ifd(0x8825)[29] = "2026:01:02"
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "ACME-CAMERA")
    text.add_itxt("XML:com.adobe.xmp", "ACME-CAMERA")
    photos = [
        drawn("JPEG", exif=exif, comment=b"ACME-CAMERA"),
        drawn("PNG", exif=exif, pnginfo=text),
        drawn("WEBP", exif=exif, xmp=b"ACME-CAMERA"),
    ]

    for photo in photos:
        assert b"ACME-CAMERA" in photo
        attachment = files.accept(uploaded(photo), author=ana)
        with attachment.thumbnail.open("rb") as source:
            thumbnail = source.read()
        for content in (stored(attachment), thumbnail):
            assert b"ACME-CAMERA" not in content
            with Image.open(io.BytesIO(content)) as image:
                assert not image.getexif()
                assert not {"exif", "xmp", "comment", "Comment", "icc_profile"} & set(image.info)


def test_a_photo_taken_sideways_stands_upright(ana: Membership, inside_acme: None) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    attachment = files.accept(uploaded(drawn("JPEG", (80, 20), exif=exif)), author=ana)

    assert (attachment.width, attachment.height) == (20, 80)


def moving(frames: int, size: tuple[int, int] = (20, 20)) -> bytes:
    pictures = [Image.new("RGB", size, (n * 7 % 256, 90, n % 256)) for n in range(frames)]
    out = io.BytesIO()
    pictures[0].save(out, "GIF", save_all=True, append_images=pictures[1:], duration=120, loop=0)
    return out.getvalue()


def test_a_moving_picture_keeps_moving(ana: Membership, inside_acme: None) -> None:
    attachment = files.accept(uploaded(moving(4), "wave.gif"), author=ana)

    with Image.open(io.BytesIO(stored(attachment))) as image:
        assert getattr(image, "n_frames", 1) == 4
        assert image.info["duration"] == 120


def test_a_moving_picture_of_too_many_frames_stands_still(
    ana: Membership, inside_acme: None
) -> None:
    """A32."""
    attachment = files.accept(uploaded(moving(images.MAX_FRAMES + 1), "film.gif"), author=ana)

    with Image.open(io.BytesIO(stored(attachment))) as image:
        assert getattr(image, "n_frames", 1) == 1


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises this size."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0"))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(50_000, 50_000), (7_000, 7_000), (60_000, 1)])
def test_a_pixel_bomb_is_refused_unopened(
    ana: Membership, inside_acme: None, size: tuple[int, int]
) -> None:
    """A32."""
    assert refusal(claiming(*size), ana) == wire.Refusal.INVALID


def test_a_broken_picture_is_refused(ana: Membership, inside_acme: None) -> None:
    """Kept as it came, it would keep what drawing removes."""
    whole = drawn("JPEG", (300, 300))

    for broken in (whole[:200], whole[: len(whole) // 2], b"\x89PNG\r\n\x1a\nrest", b"GIF89a"):
        assert refusal(broken, ana) == wire.Refusal.INVALID


def test_a_file_of_nothing_is_refused(ana: Membership, inside_acme: None) -> None:
    """A32."""
    assert refusal(b"", ana) == wire.Refusal.EMPTY


def test_a_file_above_the_limit_is_refused(
    ana: Membership, inside_acme: None, settings: LazySettings
) -> None:
    settings.MAX_UPLOAD_BYTES = 1_000

    assert refusal(b"x" * 1_001, ana) == wire.Refusal.TOO_LONG
    assert files.accept(uploaded(b"x" * 1_000), author=ana).size == 1_000


def test_nobody_hoards_files_that_they_do_not_send(
    ana: Membership, ben: Membership, inside_acme: None
) -> None:
    """A32: over quota."""
    public_id = identity.new_visitor_id()
    for author in (ana, public_id):
        for _ in range(files.MAX_UNSENT):
            files.accept(uploaded(b"x"), author=author)
        with pytest.raises(RefusedError) as refused:
            files.accept(uploaded(b"x"), author=author)
        assert refused.value.code == wire.Refusal.TOO_MANY

    assert files.accept(uploaded(b"x"), author=ben).member_id == ben.pk


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\iva\\plan.doc", "plan.doc"),
        ("..", "file"),
        ("", "file"),
        (" . ", "file"),
        (".htaccess", "htaccess"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nSet-Cookie: x.txt", "a Set-Cookie_ x.txt"),
        ("nul\0l.txt", "null.txt"),
        ("lone\ud800.txt", "lone.txt"),
        ('"quoted".txt', "_quoted_.txt"),
        ("<img src=x onerror=alert(1)>.png", "_img src=x onerror=alert(1)_.png"),
        ("Plán č. 1.pdf", "Plán č. 1.pdf"),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    """A24, A28, A32."""
    assert clean_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    name = clean_name("x" * 400 + ".pdf")

    assert len(name) == 255
    assert name.endswith(".pdf")


def test_a_file_is_stored_under_a_random_name_of_its_account(
    ana: Membership, inside_acme: None, own_media: Path
) -> None:
    """A32: nothing of the sender's name reaches the disk."""
    files.accept(uploaded(drawn(), "../../../tmp/evil.png"), author=ana)

    places = [
        path.relative_to(own_media).as_posix() for path in own_media.rglob("*") if path.is_file()
    ]
    pattern = re.compile(rf"files/{ana.account_id.hex}/[0-9a-f]{{32}}(-400)?")
    assert len(places) == 2
    assert all(pattern.fullmatch(place) for place in places)


def test_a_file_that_could_not_be_recorded_leaves_nothing(
    ana: Membership, inside_acme: None, own_media: Path
) -> None:
    stranger = Membership(account_id=ana.account_id, user=ana.user)  # never saved: no such row

    with pytest.raises(IntegrityError), transaction.atomic():
        files.accept(uploaded(drawn()), author=stranger)

    assert not [path for path in own_media.rglob("*") if path.is_file()]


# --- Over HTTP -----------------------------------------------------------------------------------


def test_a_member_uploads_and_gets_a_row(ana: Membership, login: LogIn) -> None:
    response = login(ana).post(UPLOAD, {"file": uploaded(drawn(), "photo.png")})

    assert response.status_code == 201
    row = response.json()
    assert (row["name"], row["kind"], row["width"]) == ("photo.png", "image", 40)


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"GIF89a", "invalid")])
def test_a_refused_upload_says_why(
    ana: Membership, login: LogIn, content: bytes, code: str
) -> None:
    response = login(ana).post(UPLOAD, {"file": uploaded(content)})

    assert (response.status_code, response.json()) == (400, {"error": code})


def test_an_upload_without_a_file_is_refused(ana: Membership, login: LogIn) -> None:
    for body in ({}, {"file": "words"}):
        assert login(ana).post(UPLOAD, body).status_code == 400


def test_outsiders_upload_nothing(ana: Membership, gus: Membership, login: LogIn) -> None:
    assert login(gus).post(UPLOAD, {"file": uploaded(b"x")}).status_code == 404
    assert login(ana).post(UPLOAD, {"file": uploaded(b"x")}).status_code == 201
    assert login(ana).get(UPLOAD).status_code == 405


def address_of(attachment: Attachment, *, thumbnail: bool = False) -> str:
    """As members have it."""
    return files.address(attachment, for_visitor=False, thumbnail=thumbnail)


@pytest.fixture
def note(acme: Account, ana: Membership) -> Attachment:
    with tenant(acme.pk):
        return files.accept(uploaded(HTML, "plán.html"), author=ana)


@pytest.fixture
def picture(acme: Account, ana: Membership) -> Attachment:
    with tenant(acme.pk):
        return files.accept(uploaded(drawn("PNG", (900, 600)), "photo.png"), author=ana)


def test_a_signed_address_gives_the_file_to_save_and_never_to_run(
    note: Attachment, client: Client
) -> None:
    """A33."""
    response = client.get(address_of(note))

    assert response.status_code == 200
    assert response.content == HTML
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers


def test_a_thumbnail_has_an_address_of_its_own(picture: Attachment, client: Client) -> None:
    response = client.get(address_of(picture, thumbnail=True))

    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    with Image.open(io.BytesIO(response.content)) as image:
        assert max(image.size) == 400
    assert client.get(address_of(picture)).headers["Content-Type"] == "image/png"


def test_an_address_ends(note: Attachment, client: Client) -> None:
    """A33."""
    address = address_of(note)
    ends = files.expiry()

    with time_machine.travel(ends - timedelta(seconds=2), tick=False):
        assert client.get(address).status_code == 200
    with time_machine.travel(ends, tick=False):
        assert client.get(address).status_code == 404


def test_an_address_is_the_same_text_within_the_hour(note: Attachment) -> None:
    with time_machine.travel("2026-03-01T10:00:00Z", tick=False):
        first, ends = address_of(note), files.expiry()
    with time_machine.travel("2026-03-01T10:59:59Z", tick=False):
        assert (address_of(note), files.expiry()) == (first, ends)
    with time_machine.travel("2026-03-01T11:00:00Z", tick=False):
        assert address_of(note) != first
    assert ends.isoformat() == "2026-03-02T11:00:00+00:00"


def test_a_deleted_file_is_dead_at_once(
    note: Attachment,
    acme: Account,
    client: Client,
    own_media: Path,
    django_capture_on_commit_callbacks: Callable[..., object],
) -> None:
    """A33."""
    address = address_of(note)
    with django_capture_on_commit_callbacks(execute=True), tenant(acme.pk):  # type: ignore[attr-defined]
        files.delete(note)

    assert client.get(address).status_code == 404
    assert not [path for path in own_media.rglob("*") if path.is_file()]


def test_an_address_opens_nothing_for_members_while_the_conversation_is_restricted(
    acme: Account, conversation: Conversation, client: Client
) -> None:
    """Art. 18 GDPR: an inbox that was open holds addresses that live for a day."""
    visitor = conversation.visitor
    with tenant(acme.pk):
        sent = [
            files.accept(uploaded(content), author=visitor.public_id) for content in (drawn(), HTML)
        ]
        event = messages.post(
            conversation,
            author=Author.of_visitor(visitor),
            body="Look",
            client_id=uuid4(),
            attachments=[one.pk for one in sent],
        )
    shown_to_members, shown_to_visitor = (
        {
            address
            for row in side.messages[0].attachments
            for address in (row.url, row.thumbnail_url)
        }
        - {None}
        for side in (event.inbox, event.visitor)
    )

    def answers() -> tuple[set[int], set[int]]:
        return (
            {client.get(str(address)).status_code for address in shown_to_members},
            {client.get(str(address)).status_code for address in shown_to_visitor},
        )

    assert len(shown_to_members) == len(shown_to_visitor) == 3
    assert answers() == ({200}, {200})
    with tenant(acme.pk):
        restrict([visitor], timezone.now())
    assert answers() == ({404}, {200}), "what is the visitor's stays theirs"
    with tenant(acme.pk):
        restrict([visitor], None)
    assert answers() == ({200}, {200})


def test_a_file_whose_bytes_are_gone_is_not_found(note: Attachment, client: Client) -> None:
    default_storage.delete(str(note.file.name))

    assert client.get(address_of(note)).status_code == 404


def test_the_account_in_the_signature_is_the_only_one_entered(
    note: Attachment, other: Account, client: Client
) -> None:
    """A7, A30: our own signature over another account, or another id, opens nothing."""
    good = Claim.read(address_of(note).split("/")[2])
    assert good is not None

    for claim in (
        Claim(other.pk, note.pk, False, False, good.expires),
        Claim(uuid4(), note.pk, False, False, good.expires),
        Claim(note.account_id, uuid4(), False, False, good.expires),
    ):
        assert client.get(f"/files/{claim.sign()}/x").status_code == 404
    assert client.get(f"/files/{good.sign()}/x").status_code == 200


def test_a_blocked_accounts_files_are_not_found(
    note: Attachment, acme: Account, client: Client
) -> None:
    acme.is_blocked = True
    acme.save()

    assert client.get(address_of(note)).status_code == 404


def test_a_signature_that_is_not_ours_opens_nothing(note: Attachment, client: Client) -> None:
    """A7, A33."""
    _, _, signed, name = address_of(note).split("/")
    value, _, signature = signed.partition(".")
    longer = base64.urlsafe_b64encode(b"x" * 60).decode()
    for forged in (
        value,
        f"{value}.",
        f"{value}.{'A' * len(signature)}",
        f"{value[:-1]}{'A' if value[-1] != 'A' else 'B'}.{signature}",
        Signer(salt="another", sep=".").sign(value),
        Signer(salt="chat.files", sep=".", key="another").sign(value),
        Signer(salt="chat.files", sep=".").sign(longer),
        Signer(salt="chat.files", sep=".").sign("!"),
    ):
        assert client.get(f"/files/{forged}/{name}").status_code == 404, forged


def test_a_name_in_the_address_decides_nothing(note: Attachment, client: Client) -> None:
    signed = address_of(note).split("/")[2]

    for name in ("page.html", "%0d%0aX-Evil: 1", "..%2f..%2fpasswd"):
        response = client.get(f"/files/{signed}/{name}")
        if response.status_code == 200:
            assert "page.html" not in response.headers["Content-Disposition"]
            assert "X-Evil" not in response.headers
            assert response.content == HTML


def test_files_never_sent_are_swept_and_sent_ones_stay(
    note: Attachment, picture: Attachment, acme: Account
) -> None:
    with tenant(acme.pk):
        Attachment.objects.filter(pk=note.pk).update(created_at=timezone.now() - timedelta(days=2))

        assert files.sweep_unsent(before=timezone.now() - timedelta(days=1)) == 1
        assert list(Attachment.objects.all()) == [picture]
