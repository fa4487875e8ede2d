"""Images drawn anew: what comes out has the pixels of what went in, and nothing else of it."""

import io
import threading
from dataclasses import dataclass

from PIL import Image, ImageOps, ImageSequence

MAX_PIXELS = 40_000_000
"""Of one image, and of all frames of an animation together. Looked up before anything is drawn."""
MAX_FRAMES = 300
MAX_SIDE = 16_000
THUMBNAIL = 400

# Drawing takes up to 4 bytes a pixel, twice: two at a time bound the memory of a process.
_drawing = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Kind:
    """An image format that we draw."""

    format: str
    content_type: str
    endings: tuple[str, ...]


PNG = Kind("PNG", "image/png", ("png",))
JPEG = Kind("JPEG", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif"))
GIF = Kind("GIF", "image/gif", ("gif",))
WEBP = Kind("WEBP", "image/webp", ("webp",))


@dataclass(frozen=True)
class Redrawn:
    """The new file and its thumbnail (WebP, at most 400 px a side). Sizes in pixels."""

    content: bytes
    thumbnail: bytes
    width: int
    height: int


def recognise(content: bytes) -> Kind | None:
    """The image format by the first bytes, or None."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return WEBP
    return None


def redraw(content: bytes, kind: Kind) -> Redrawn | None:
    """Draw the image anew, upright, without metadata; animations keep moving within MAX_FRAMES and
    MAX_PIXELS and stand still above. None when it cannot be drawn or one frame is too large."""
    with _drawing:
        try:
            with Image.open(io.BytesIO(content), formats=[kind.format]) as source:
                if source.width * source.height > MAX_PIXELS or max(source.size) > MAX_SIDE:
                    return None
                return _draw(source, kind)
        # Pillow's readers raise whatever the broken bytes lead them to.
        except (
            OSError,
            ValueError,
            SyntaxError,
            IndexError,
            KeyError,
            TypeError,
            EOFError,
            OverflowError,
            AttributeError,
            Image.DecompressionBombError,
        ):
            return None


def _draw(source: Image.Image, kind: Kind) -> Redrawn:
    frames, durations = _frames(source) if kind in (GIF, WEBP) else ([], [])
    first = frames[0] if frames else _bare(ImageOps.exif_transpose(source), kind)
    drawn = io.BytesIO()
    if len(frames) > 1:
        first.save(
            drawn,
            kind.format,
            save_all=True,
            append_images=frames[1:],
            duration=durations,
            loop=0,
            **({"disposal": 2} if kind is GIF else {}),
        )
    elif kind is JPEG:
        first.save(drawn, "JPEG", quality=86, optimize=True, progressive=True)
    elif kind is WEBP:
        first.save(drawn, "WEBP", quality=86)
    else:
        first.save(drawn, kind.format, optimize=True)
    small = first if first.mode in ("RGB", "RGBA") else first.convert("RGBA")
    small = small.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    thumbnail = io.BytesIO()
    small.save(thumbnail, "WEBP", quality=80)
    return Redrawn(drawn.getvalue(), thumbnail.getvalue(), first.width, first.height)


def _frames(source: Image.Image) -> tuple[list[Image.Image], list[int]]:
    """All frames with their milliseconds; only the first when they are too many to draw."""
    budget = MAX_PIXELS // (source.width * source.height)
    frames: list[Image.Image] = []
    durations: list[int] = []
    for frame in ImageSequence.Iterator(source):
        if len(frames) == min(budget, MAX_FRAMES):
            return frames[:1], durations[:1]
        frames.append(_bare(frame, WEBP))
        durations.append(int(frame.info.get("duration", 100)))
    return frames, durations


def _bare(image: Image.Image, kind: Kind) -> Image.Image:
    """The pixels on a new canvas: comments, profiles, positions and text chunks stay behind."""
    see_through = kind is not JPEG and image.has_transparency_data
    mode = "RGBA" if see_through else "RGB"
    canvas = Image.new(mode, image.size)
    canvas.paste(image.convert(mode))
    return canvas
