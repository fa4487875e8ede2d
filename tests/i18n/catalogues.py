"""The texts that the code marks for translation, read from the code, and the catalogues, read from disk."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.conf import settings
from django.utils.translation.template import templatize

Text = tuple[str | None, str, str | None]
"""Context, text, plural."""

LANGUAGES = ("de", "cs")
ROOT = settings.BASE_DIR
APPS = ("accounts", "chat", "chatapp", "privacy", "widget")

# How many of the first arguments are texts, and whether the first one is a context.
CALLS = {
    "_": (1, False),
    "gettext": (1, False),
    "gettext_lazy": (1, False),
    "gettext_noop": (1, False),
    "ngettext": (2, False),
    "ngettext_lazy": (2, False),
    "pgettext": (2, True),
    "pgettext_lazy": (2, True),
    "npgettext": (3, True),
    "npgettext_lazy": (3, True),
}
_LITERAL = r"""u?(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
_CALL = re.compile(
    rf"\b(n?p?gettext|_)\(\s*({_LITERAL})(?:\s*,\s*({_LITERAL}))?(?:\s*,\s*({_LITERAL}))?"
)


def _text(name: str, arguments: list[str]) -> Text:
    count, has_context = CALLS[name]
    context = arguments[0] if has_context else None
    said = arguments[1:count] if has_context else arguments[:count]
    return context, said[0], said[1] if len(said) > 1 else None


def in_templates() -> Iterator[Text]:
    """What the templates mark, as Django's own reader of templates finds it."""
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            for call in _CALL.finditer(templatize(path.read_text())):
                name, *literals = call.groups()
                yield _text(name, [ast.literal_eval(each) for each in literals if each])


def in_python() -> Iterator[Text]:
    """What the Python code marks."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _name(node.func) in CALLS:
                    said = [
                        each.value
                        for each in node.args
                        if isinstance(each, ast.Constant) and isinstance(each.value, str)
                    ]
                    yield _text(_name(node.func), said)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def used() -> set[Text]:
    """Every text that people may see, once. A plural and its singular alone count as the plural."""
    found = {*in_templates(), *in_python()}
    plurals = {(context, text) for context, text, plural in found if plural}
    return {each for each in found if each[2] or each[:2] not in plurals}


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))


def english_of(language: str, *packages: Path) -> set[str]:
    """The English texts that read otherwise in that language, ours and the packages', long enough to be no name."""
    files = [ROOT / "locale", *packages]
    entries = [
        entry
        for folder in files
        for entry in polib.pofile(str(folder / language / "LC_MESSAGES" / "django.po"))
    ]
    return {
        entry.msgid
        for entry in entries
        if len(entry.msgid) > 11
        and entry.msgstr
        and entry.msgid not in entry.msgstr
        and not re.search(r"[%{<]", entry.msgid)
    }
