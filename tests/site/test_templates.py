"""Templates as a whole: they compile, their icons exist, and the strict policy lets them work."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
FILES = sorted(
    str(path.relative_to(TEMPLATES))
    for path in TEMPLATES.rglob("*")
    if path.suffix in {".html", ".txt"}
)
# Mail programs, and a file on somebody's own disk, know no style sheets of ours, and no policy of
# ours reaches them.
TAKEN_ALONG = {"privacy/copy.html"}
PAGES = [
    name
    for name in FILES
    if name.endswith(".html") and "/mail/" not in name and name not in TAKEN_ALONG
]


@pytest.mark.parametrize("name", FILES)
def test_the_template_compiles(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_the_icons_it_names_are_in_the_sprite(name: str) -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/icons.svg").read_text()))
    source = (TEMPLATES / name).read_text()
    used = set(re.findall(r'"_icon\.html" with name="([\w-]+)"', source))
    used |= set(re.findall(r'_nav_item\.html" with icon="([\w-]+)"', source))

    assert used <= sprite


@pytest.mark.parametrize("name", PAGES)
def test_it_has_no_inline_script_style_or_handler(name: str) -> None:
    source = (TEMPLATES / name).read_text()
    scripts = re.findall(r"<script\b[^>]*>", source)

    assert all(
        "src=" in tag or 'type="application/json"' in tag or "json_script" in tag for tag in scripts
    )
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=[\"']", source)
