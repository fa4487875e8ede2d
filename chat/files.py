"""Files of messages: what comes in, and the signed addresses under which it goes out."""

import base64
import re
import secrets
import struct
import time
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.urls import reverse

from accounts.models import Membership
from accounts.tenancy import current_account
from chat import images, wire
from chat.masking import mask
from chat.models import Attachment
from chat.refusals import RefusedError

MAX_PER_MESSAGE = 5
MAX_UNSENT = 50
"""Files that one author may have uploaded without sending them."""

LIFETIME = 24 * 3600
"""Seconds that an address lives, and up to an hour more."""

_signer = Signer(salt="chat.files", sep=".")


# --- Addresses ---------------------------------------------------------------------------------


# Bits of one byte. An address without the second is a member's, which opens less.
_THUMBNAIL, _VISITORS = 1, 2


@dataclass(frozen=True)
class Claim:
    """What a signed address says: this file of this account, until then, and whom it was made for."""

    account_id: UUID
    attachment_id: UUID
    is_thumbnail: bool
    is_visitors: bool
    expires: int

    def sign(self) -> str:
        packed = struct.pack(
            ">16s16sBI",
            self.account_id.bytes,
            self.attachment_id.bytes,
            self.is_thumbnail * _THUMBNAIL | self.is_visitors * _VISITORS,
            self.expires,
        )
        return _signer.sign(base64.urlsafe_b64encode(packed).decode().rstrip("="))

    @classmethod
    def read(cls, signed: str) -> Self | None:
        """The claim, or None when it is not ours or has ended (A7, A33)."""
        try:
            packed = base64.urlsafe_b64decode(_signer.unsign(signed) + "==")
            account, attachment, kind, expires = struct.unpack(">16s16sBI", packed)
        except (BadSignature, ValueError, struct.error):
            return None
        if expires <= time.time():
            return None
        return cls(
            UUID(bytes=account),
            UUID(bytes=attachment),
            bool(kind & _THUMBNAIL),
            bool(kind & _VISITORS),
            expires,
        )


def claimed(claim: Claim) -> Attachment | None:
    """The file that an address says, if it is there. An address that was made for members opens
    nothing while the file's conversation is restricted (Art. 18 GDPR)."""
    found = Attachment.objects.filter(pk=claim.attachment_id)
    if not claim.is_visitors:
        found = found.filter(message__conversation__restricted_at=None)
    return found.first()


def expiry() -> datetime:
    """When an address made now ends: on the hour, so that pages loaded twice hold the same text
    and browsers their cache."""
    return datetime.fromtimestamp(_expires(), UTC)


def address(attachment: Attachment, *, for_visitor: bool, thumbnail: bool = False) -> str:
    """Where the file can be had until `expiry()` by whoever holds the address, and no longer than
    the row exists; for members, also not while it is restricted."""
    claim = Claim(attachment.account_id, attachment.pk, thumbnail, for_visitor, _expires())
    return reverse("file", args=[claim.sign(), attachment.name])


def _expires() -> int:
    hour = 3600
    return (int(time.time()) // hour + 1) * hour + LIFETIME


# --- What comes in -----------------------------------------------------------------------------


def accept(upload: "UploadedFile[bytes]", *, author: str | Membership) -> Attachment:
    """Keep an uploaded file until its author sends it with a message.

    `author` is a member, or a visitor's verified public id. The type is decided by the content;
    images are drawn anew, so that nothing but their pixels remains (A31). Raises RefusedError:
    EMPTY for nothing, TOO_LONG above MAX_UPLOAD_BYTES, INVALID for an image that cannot be drawn
    or is too large to draw (A32), TOO_MANY for an author with fifty unsent files.
    """
    if not upload.size:
        raise RefusedError(wire.Refusal.EMPTY)
    if upload.size > settings.MAX_UPLOAD_BYTES:
        raise RefusedError(wire.Refusal.TOO_LONG)
    account_id = author.account_id if isinstance(author, Membership) else current_account()
    assert account_id is not None, "files are accepted inside an account"
    owner = Attachment(account_id=account_id)
    if isinstance(author, Membership):
        owner.member = author
        unsent = Attachment.objects.filter(message=None, member=author)
    else:
        owner.visitor_public_id = author
        unsent = Attachment.objects.filter(message=None, visitor_public_id=author)
    if unsent[:MAX_UNSENT].count() >= MAX_UNSENT:
        raise RefusedError(wire.Refusal.TOO_MANY)
    content = upload.read()
    name = clean_name(upload.name or "")
    if not isinstance(author, Membership):
        name = mask(name)
    if kind := images.recognise(content):
        image = images.redraw(content, kind)
        if image is None:
            raise RefusedError(wire.Refusal.INVALID)
        return _keep(owner, _renamed(name, kind), image.content, kind.content_type, image)
    return _keep(owner, name, content, content_type(content), None)


def _keep(
    attachment: Attachment, name: str, content: bytes, kind: str, image: images.Redrawn | None
) -> Attachment:
    # Named at random and without an ending: nothing that serves or opens the folder by mistake
    # can take a file for what its sender called it.
    place = f"files/{attachment.account_id.hex}/{secrets.token_hex(16)}"
    attachment.name = name
    attachment.content_type = kind
    attachment.size = len(content)
    kept = [default_storage.save(place, ContentFile(content))]
    try:
        attachment.file.name = kept[0]
        if image:
            attachment.width, attachment.height = image.width, image.height
            kept.append(default_storage.save(f"{place}-400", ContentFile(image.thumbnail)))
            attachment.thumbnail.name = kept[1]
        attachment.save(force_insert=True)
    except BaseException:
        for path in kept:
            default_storage.delete(path)
        raise
    return attachment


def delete(attachment: Attachment) -> None:
    """Remove the row now and its bytes after the commit. Its addresses are dead at once."""
    places = [file.name for file in (attachment.file, attachment.thumbnail) if file.name]
    attachment.delete()
    transaction.on_commit(lambda: _remove(places), robust=True)


def sweep_unsent(*, before: datetime, limit: int = 500) -> int:
    """Delete files uploaded before this time and never sent. Returns how many it took."""
    old = Attachment.objects.filter(message=None, created_at__lt=before).order_by("created_at")
    taken = list(old.select_for_update(skip_locked=True)[:limit])
    for attachment in taken:
        delete(attachment)
    return len(taken)


def _remove(places: list[str]) -> None:
    for place in places:
        default_storage.delete(place)


_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "application/ogg"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
)


def content_type(content: bytes) -> str:
    """The type by the first bytes. What is not on the list is bytes and nothing else: SVG and HTML
    must never be answered as what a browser would run (A31)."""
    for offset, signature, kind in _SIGNATURES:
        if content.startswith(signature, offset):
            return kind
    return "application/octet-stream"


_SPACES = re.compile(r"\s+")
_FORBIDDEN = re.compile(r'[<>:"|?*]')


def clean_name(name: str) -> str:
    """A name to save a file under: no folders, no control or direction characters, 255 characters
    at most with the ending kept (A28, A32)."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(
        " " if character.isspace() else character
        for character in last
        if character.isspace() or not unicodedata.category(character).startswith("C")
    )
    tidy = _SPACES.sub(" ", _FORBIDDEN.sub("_", visible)).strip(" .")
    if not tidy:
        return "file"
    stem, dot, ending = tidy.rpartition(".")
    if len(tidy) > 255 and dot and stem and len(ending) <= 20:
        return f"{stem[: 254 - len(ending)]}.{ending}"
    return tidy[:255]


def _renamed(name: str, kind: images.Kind) -> str:
    """The name with an ending that fits what the image is now."""
    stem, dot, ending = name.rpartition(".")
    if dot and ending.lower() in kind.endings:
        return name
    return f"{(stem if dot and stem else name)[:250]}.{kind.endings[0]}"
