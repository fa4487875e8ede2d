"""German and Czech know every text, with nothing lost on the way."""

import re
from collections import Counter

import polib
import pytest
from django.utils.translation import gettext, ngettext, npgettext, override, pgettext

from tests.i18n.catalogues import LANGUAGES, catalogue, used

pytestmark = pytest.mark.parametrize("language", LANGUAGES)

_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|</?\w+[^>]*>|&\w+;")


def forms(entry: polib.POEntry) -> list[str]:
    """All translations of an entry: one, or one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_the_code_and_the_catalogue_name_the_same_texts(language: str) -> None:
    """A missing text would be shown in English, and a left-over one misleads whoever translates."""
    known = {
        (entry.msgctxt, entry.msgid, entry.msgid_plural or None) for entry in catalogue(language)
    }

    assert used() == known


def test_every_text_has_its_translation_in_every_plural_form(language: str) -> None:
    texts = catalogue(language)
    found = re.search(r"nplurals=(\d)", texts.metadata["Plural-Forms"])
    assert found

    assert not [entry.msgid for entry in texts if entry.fuzzy or entry.obsolete]
    assert not [entry.msgid for entry in texts if not all(forms(entry))]
    assert {len(forms(entry)) for entry in texts if entry.msgid_plural} == {int(found[1])}


def test_translations_keep_placeholders_and_markup(language: str) -> None:
    changed = [
        (entry.msgid, form)
        for entry in catalogue(language)
        for form in forms(entry)
        if Counter(_PLACEHOLDER.findall(form)) != Counter(_PLACEHOLDER.findall(entry.msgid))
    ]

    assert not changed


def test_translations_begin_and_end_like_the_text(language: str) -> None:
    """No blank gained, and no sentence that lost its full stop or question mark."""
    ends = re.compile(r"[.?:,]?$")
    odd = [
        (entry.msgid, form)
        for entry in catalogue(language)
        for form in forms(entry)
        if form != form.strip() or ends.findall(form)[0] != ends.findall(entry.msgid)[0]
    ]

    assert not odd


def test_running_code_speaks_what_the_catalogue_says(language: str) -> None:
    """The compiled catalogue is the committed one: `make setup` compiles, gettext is not needed."""
    silent = []
    with override(language):
        for entry in catalogue(language):
            context, text, plural = entry.msgctxt, entry.msgid, entry.msgid_plural
            if plural:
                said = {
                    npgettext(context, text, plural, number)
                    if context
                    else ngettext(text, plural, number)
                    for number in (1, 2, 5)
                }
            else:
                said = {pgettext(context, text) if context else gettext(text)}
            if not said <= set(forms(entry)):
                silent.append((text, said))

    assert not silent
