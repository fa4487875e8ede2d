"""Numbers of cards and bank accounts are hidden before anything is stored (S25).

All but the last four characters become `•`; a bank account keeps its country too. What separates
the groups stays, so that a sentence keeps its shape. A number that only looks like one, because
its check digits do not fit, is left alone, and so is a telephone number that begins with `+`.
"""

import re
from collections.abc import Iterator
from typing import Any

BULLET = "•"
SHOWN = 4
SHORTEST_CARD, LONGEST_CARD = 13, 19

# How many characters an account number has in each country (ISO 13616).
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
    "BI": 27, "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DJ": 27,
    "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FK": 18, "FO": 18, "FR": 27,
    "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32,
    "LI": 21, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19,
    "MN": 20, "MR": 27, "MT": 31, "MU": 30, "NI": 28, "NL": 18, "NO": 15, "OM": 23, "PK": 24,
    "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "RU": 33, "SA": 24, "SC": 31,
    "SD": 18, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "SO": 23, "ST": 25, "SV": 28, "TL": 23,
    "TN": 24, "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
}  # fmt: skip

_GAP = "[ \u00a0\u2009\u202f\u2010\u2011\u2013-]"
_IBAN = re.compile(
    rf"(?<![A-Za-z0-9])[A-Za-z]{{2}}[0-9]{{2}}(?:{_GAP}?[A-Za-z0-9]){{11,30}}", re.ASCII
)
_RUN = re.compile(rf"\+?[\d{BULLET}](?:{_GAP}{{0,2}}[\d{BULLET}])*")


def mask(text: str) -> str:
    """The text with every card and bank account number hidden. Doing it again changes nothing."""
    return _RUN.sub(_hide_cards, _hide_ibans(text))


def mask_json(value: Any) -> Any:
    """The same for everything in a JSON value; a number that is a card's becomes text."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        masked = mask(str(value))
        return masked if BULLET in masked else value
    if isinstance(value, dict):
        return {mask(key): mask_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [mask_json(each) for each in value]
    return value


def _hide_ibans(text: str) -> str:
    parts: list[str] = []
    done = at = 0
    while found := _IBAN.search(text, at):
        end = _end_of_iban(found.group(), found.start())
        if end is None or (end < len(text) and text[end].isalnum()):
            at = found.start() + 1
            continue
        number = text[found.start() : end]
        parts += [text[done : found.start()], number[:2], _hidden(number[2:])]
        done = at = end
    return "".join([*parts, text[done:]])


def _end_of_iban(found: str, start: int) -> int | None:
    """Where the account number ends that begins here; None when it is none."""
    length = IBAN_LENGTHS.get(found[:2].upper())
    places = [place for place, character in enumerate(found) if character.isalnum()]
    if length is None or len(places) < length:
        return None
    number = "".join(found[place] for place in places[:length])
    turned = number[4:] + number[:4]
    if int("".join(str(int(character, 36)) for character in turned)) % 97 != 1:
        return None
    return start + places[length - 1] + 1


def _hide_cards(found: re.Match[str]) -> str:
    run = found.group()
    if run.startswith("+"):
        return run
    text = list(run)
    at = 0
    while (window := next(_cards(run, at), None)) is not None:
        start, end = window
        text[start:end] = _hidden(run[start:end])
        at = end
    return "".join(text)


def _cards(run: str, at: int) -> Iterator[tuple[int, int]]:
    """Where card numbers stand in a run of digits, from here on: whole groups, nothing between."""
    digits = [place for place in range(at, len(run)) if run[place].isdecimal()]
    for first, start in enumerate(digits):
        if not _begins_group(run, start) or run[start] == "0" or _ends_hidden(run, start):
            continue
        for last in range(first + LONGEST_CARD - 1, first + SHORTEST_CARD - 2, -1):
            if last >= len(digits):
                continue
            end = digits[last] + 1
            number = [int(run[place]) for place in digits[first : last + 1]]
            if _ends_group(run, end) and BULLET not in run[start:end] and _luhn(number):
                yield start, end
                break


def _begins_group(run: str, place: int) -> bool:
    return place == 0 or not (run[place - 1].isdecimal() or run[place - 1] == BULLET)


def _ends_group(run: str, end: int) -> bool:
    return end == len(run) or not (run[end].isdecimal() or run[end] == BULLET)


def _ends_hidden(run: str, place: int) -> bool:
    """Whether the digit here is one of the four that a hidden number shows."""
    hidden = run.rfind(BULLET, 0, place)
    shown = sum(character.isdecimal() for character in run[hidden:place])
    return hidden >= 0 and shown < SHOWN


def _luhn(number: list[int]) -> bool:
    if len(set(number)) == 1:
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        total += digit if place % 2 == 0 else sum(divmod(digit * 2, 10))
    return total % 10 == 0


def _hidden(number: str) -> str:
    """The number with all but its last characters hidden; what separates groups stays."""
    places = [place for place, character in enumerate(number) if character.isalnum()]
    hidden = set(places[:-SHOWN])
    return "".join(
        BULLET if place in hidden else character for place, character in enumerate(number)
    )
