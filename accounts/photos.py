"""Photos of members: every upload becomes a small square picture of our own making."""

from io import BytesIO
from typing import BinaryIO
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

SIDE = 256
MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def new_name() -> str:
    """A file name that nobody can guess and that never means another picture."""
    return f"{uuid4().hex}.webp"


def portrait(upload: BinaryIO) -> "ContentFile[bytes]":
    """The middle of the picture, upright, as a square WebP of 256 pixels without metadata.

    Raises ValidationError for what is no picture, and for one too large to open (A31, A32).
    """
    content = upload.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValidationError(_("This picture is too large. Choose one below 8 MB."))
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as picture:
            # The size stands in the header: a bomb is refused before it is unpacked.
            if picture.width * picture.height > MAX_PIXELS:
                raise ValidationError(_("This picture has too many pixels. Choose a smaller one."))
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ValidationError(
            _("This is not a picture that we can read. Use JPEG, PNG, WebP or GIF.")
        ) from None
    square = ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS)
    # A new image: nothing that came with the old one, such as a place or a comment, goes along.
    clean = Image.new("RGBA", square.size)
    clean.paste(square)
    out = BytesIO()
    clean.save(out, "WEBP", quality=85, method=6)
    return ContentFile(out.getvalue())
