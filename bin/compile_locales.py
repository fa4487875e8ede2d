"""Compile locale/**/*.po to .mo files without gettext's programs, which a fresh machine does not have."""

from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent


def compile_locales(folder: Path) -> list[Path]:
    """Write every .mo beside its .po and return them."""
    written = []
    for source in sorted(folder.rglob("*.po")):
        target = source.with_suffix(".mo")
        polib.pofile(str(source)).save_as_mofile(str(target))
        written.append(target)
    return written


if __name__ == "__main__":
    for file in compile_locales(ROOT / "locale"):
        print(file.relative_to(ROOT))
