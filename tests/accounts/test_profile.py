"""The profile: what visitors see of a member, and what they do not."""

import re
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts import memberships
from accounts.models import Membership
from tests.conftest import LogIn
from tests.coverage import covers

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/app/acme/settings/profile/"


def picture(kind: str = "JPEG", size: tuple[int, int] = (600, 400)) -> bytes:
    """A picture that says where it was taken and carries a comment."""
    exif = Image.Exif()
    exif[0x010E] = "taken at the secret place"
    exif[0x0112] = 6
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, exif=exif)
    return out.getvalue()


def save(client: Client, **changes: object) -> int:
    form = {"public_name": "Ben", "description": "", "language": "en", **changes}
    return client.post(PAGE, form).status_code


def stored(member: Membership) -> bytes:
    member.refresh_from_db()
    with default_storage.open(str(member.photo.name)) as file:
        return bytes(file.read())


@covers("S33")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_becomes_a_small_square_without_metadata(
    ben: Membership, login: LogIn, kind: str
) -> None:
    """A31, S33."""
    upload = SimpleUploadedFile("../../me.jpg", picture(kind), content_type="text/html")

    assert save(login(ben), photo=upload) == 302

    content = stored(ben)
    with Image.open(BytesIO(content)) as image:
        assert (image.format, image.size, len(image.getexif())) == ("WEBP", (256, 256), 0)
    assert b"secret place" not in content
    assert re.fullmatch(r"photos/[0-9a-f]{32}\.webp", str(ben.photo.name))


def test_the_photo_is_served_as_a_picture_and_nothing_else(
    ben: Membership, login: LogIn, guest: Client
) -> None:
    save(login(ben), photo=SimpleUploadedFile("me.jpg", picture()))
    ben.refresh_from_db()

    response = guest.get(ben.photo.url)

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", ["../secret.webp", "..%2fsecret.webp", "secret.webp", "a" * 32])
def test_no_other_file_can_be_read_as_a_photo(guest: Client, name: str) -> None:
    """A32."""
    default_storage.save("secret.webp", ContentFile(b"secret"))

    assert guest.get(f"/media/photos/{name}").status_code == 404


@pytest.mark.parametrize(
    "content",
    [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff" + b"x" * 100, b"GIF89a"],
    ids=["empty", "svg", "broken jpeg", "broken gif"],
)
def test_what_is_no_picture_is_refused_and_nothing_changes(
    ben: Membership, login: LogIn, content: bytes
) -> None:
    """A31."""
    upload = SimpleUploadedFile("me.jpg", content, content_type="image/jpeg")

    assert save(login(ben), public_name="Changed", photo=upload) == 422
    ben.refresh_from_db()
    assert ben.public_name == "Ben"
    assert not ben.photo


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked(
    ben: Membership, login: LogIn
) -> None:
    """A32."""
    bomb = BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")

    assert save(login(ben), photo=SimpleUploadedFile("me.png", bomb.getvalue())) == 422


def test_a_new_photo_ends_the_old_one_and_removing_ends_both(ben: Membership, login: LogIn) -> None:
    client = login(ben)
    save(client, photo=SimpleUploadedFile("me.jpg", picture()))
    ben.refresh_from_db()
    first = str(ben.photo.name)
    save(client, photo=SimpleUploadedFile("me.jpg", picture()))
    ben.refresh_from_db()
    second = str(ben.photo.name)
    assert not default_storage.exists(first)
    assert default_storage.exists(second)

    save(client, forget_photo="on")

    ben.refresh_from_db()
    assert not ben.photo
    assert not default_storage.exists(second)


def test_saving_without_a_photo_keeps_the_one_there_is(ben: Membership, login: LogIn) -> None:
    client = login(ben)
    save(client, photo=SimpleUploadedFile("me.jpg", picture()))

    save(client, public_name="Benjamin")

    assert stored(ben)
    assert ben.public_name == "Benjamin"


@covers("S33")
def test_without_a_public_name_visitors_see_the_accounts(ben: Membership, login: LogIn) -> None:
    """S33: not a part of the log-in address."""
    save(login(ben), public_name=" ")

    ben.refresh_from_db()
    assert ben.public_name == "Acme"


def test_the_log_in_address_is_shown_to_its_owner(ben: Membership, login: LogIn) -> None:
    assert b"ben@example.org" in login(ben).get(PAGE).content


def test_an_agent_sees_no_address_of_colleagues(
    ana: Membership, ben: Membership, login: LogIn
) -> None:
    assert b"ana@example.org" not in login(ben).get(PAGE).content


def test_the_language_of_the_pages_follows_the_profile(ben: Membership, login: LogIn) -> None:
    client = login(ben)
    save(client, language="de")

    ben.user.refresh_from_db()
    assert ben.user.language == "de"
    assert b'<html lang="de"' in client.get(PAGE).content


@pytest.mark.parametrize(
    ("body", "status", "kept"),
    [
        ('{"wants_sound": false}', 200, (False, True)),
        ('{"is_available": false}', 200, (True, False)),
        ('{"wants_sound": false, "is_available": false}', 200, (False, False)),
        ("{}", 200, (True, True)),
        ('{"wants_sound": "no"}', 400, (True, True)),
        ('{"role": true}', 400, (True, True)),
        ('{"wants_sound": false, "role": "owner"}', 400, (True, True)),
        ("[]", 400, (True, True)),
        ("nonsense", 400, (True, True)),
    ],
)
def test_the_inboxs_switches_are_kept_and_nothing_else_can_be_set(
    ben: Membership, login: LogIn, body: str, status: int, kept: tuple[bool, bool]
) -> None:
    """A2."""
    response = login(ben).post("/app/acme/preferences/", body, content_type="application/json")

    ben.refresh_from_db()
    assert response.status_code == status
    assert (ben.wants_sound, ben.is_available) == kept
    assert ben.role == "agent"


def test_a_rolled_back_profile_keeps_its_old_photo(ben: Membership) -> None:
    memberships.describe(ben, public_name="Ben", description="", photo=BytesIO(picture()))

    with pytest.raises(Exception, match="not a picture"):
        memberships.describe(ben, public_name="Ben", description="", photo=BytesIO(b"none"))

    assert stored(ben)
