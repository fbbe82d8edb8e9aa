"""GS1 keys: check digits, element strings (what a label's symbol holds) and Digital Link addresses.

Sources: GS1 General Specifications (application identifiers, check digit, character set 82), GS1 Digital Link URI
Syntax 1.4. Reading any supplier's element string is left to ``biip``, which knows every application identifier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from biip import ParseError
from biip.gs1_messages import GS1Message

from gearpark.base.problems import Problem

GTIN, SERIAL, LOT, SSCC, MADE_ON, COUNT = "01", "21", "10", "00", "11", "37"
MAX_SERIAL = 20  # characters of AI 21 and AI 10
SEPARATOR = "\x1d"  # FNC1 as scanners send it
SYMBOLOGIES = ("]C1", "]e0", "]d2", "]Q3", "]J1")  # what a scanner may put in front
CSET82 = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]*")
_FIXED = {SSCC: 18, GTIN: 14, "11": 6, "12": 6, "13": 6, "15": 6, "17": 6, "20": 2, "410": 13, "414": 13}
_LINK = re.compile(r"/(?:01|00|10|21|22|414)/")


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan says. ``plain`` is the text of a symbol that holds no GS1 keys."""

    gtin: str = ""
    serial: str = ""
    lot: str = ""
    sscc: str = ""
    plain: str = ""


def check_digit(digits: str) -> int:
    """GS1 modulo 10 of the digits before it: weights 3 and 1 alternate from the right."""
    if not digits.isdecimal() or not digits.isascii():
        raise Problem("trace.gs1_key", f"{digits[:40]!r} is not made of digits.")
    return (
        -sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))) % 10
    )


def is_key(text: str, lengths: Sequence[int] = (8, 12, 13, 14)) -> bool:
    """Is this a GTIN (or, with ``lengths`` (18,), an SSCC) whose check digit is right?"""
    if not text.isdecimal() or not text.isascii() or len(text) not in lengths:
        return False
    return check_digit(text[:-1]) == int(text[-1])


def gtin14(text: str) -> str:
    """A GTIN of any length as 14 digits; Problem ``trace.gs1_key`` when it is none."""
    if not is_key(text):
        raise Problem(
            "trace.gs1_key", f"{text[:40]!r} is no GTIN: 8, 12, 13 or 14 digits, the last checks the others."
        )
    return text.zfill(14)


def fits(value: str) -> bool:
    """May this be an AI 21 or AI 10 (20 characters of GS1 character set 82)?"""
    return 1 <= len(value) <= MAX_SERIAL and CSET82.fullmatch(value) is not None


def bracketed(elements: Mapping[str, str]) -> str:
    """Element string as people read it: ``(01)09506000134352(21)A1``. Problem ``trace.gs1_element``."""
    return "".join(f"({ai}){_checked(ai, value)}" for ai, value in elements.items())


def element_string(elements: Mapping[str, str]) -> str:
    """Element string as a symbol holds it, fixed lengths first, FNC1 where a value's end must be told."""
    ordered = sorted(elements.items(), key=lambda item: item[0] not in _FIXED)
    found = ""
    for place, (ai, value) in enumerate(ordered):
        found += ai + _checked(ai, value)
        if ai not in _FIXED and place + 1 < len(ordered):
            found += SEPARATOR
    return found


def _checked(ai: str, value: str) -> str:
    length = _FIXED.get(ai)
    good = CSET82.fullmatch(value) is not None and value != ""
    good = good and (
        len(value) <= MAX_SERIAL if length is None else len(value) == length and value.isdecimal()
    )
    if ai in (GTIN, SSCC):
        good = good and is_key(value, (14, 18))
    if not good:
        raise Problem("trace.gs1_element", f"({ai}) cannot hold {value[:40]!r}.", status=422)
    return value


def digital_link(domain: str, gtin: str, *, serial: str = "", lot: str = "") -> str:
    """``https://<domain>/01/<gtin>[/10/<lot>][/21/<serial>]``; ``domain`` may carry its scheme."""
    base = domain.rstrip("/") if "://" in domain else f"https://{domain.strip('/')}"
    found = f"{base}/{GTIN}/{gtin14(gtin)}"
    for ai, value in ((LOT, lot), (SERIAL, serial)):
        if value:
            found += f"/{ai}/{quote(_checked(ai, value), safe='')}"
    return found


def parse_link(text: str) -> Scanned | None:
    """Keys of a Digital Link, whoever's domain it is on; None when it is none."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or _LINK.search(parts.path) is None:
        return None
    steps = [unquote(step) for step in parts.path.split("/")]
    at = next((place for place, step in enumerate(steps) if step in (GTIN, SSCC, "414")), None)
    if at is None:
        return None
    found = dict(zip(steps[at::2], steps[at + 1 :: 2], strict=False))
    if GTIN in found and not is_key(found[GTIN]):
        return None
    gtin = found.get(GTIN, "")
    return Scanned(
        gtin.zfill(14) if gtin else "", found.get(SERIAL, ""), found.get(LOT, ""), found.get(SSCC, "")
    )


def scanned(text: str) -> Scanned:
    """What a scanner sent: a Digital Link, an element string (with FNC1 or brackets), or plain text."""
    said = text.strip().strip("\r\n")
    for mark in SYMBOLOGIES:
        said = said.removeprefix(mark)
    said = said.removeprefix(SEPARATOR)
    link = parse_link(said)
    if link is not None:
        return link
    found = _parsed(said)
    if not found:
        return Scanned(plain=said)
    return Scanned(found.get(GTIN, ""), found.get(SERIAL, ""), found.get(LOT, ""), found.get(SSCC, ""))


def _parsed(text: str) -> dict[str, str]:
    """AI -> value, empty when the text is no element string that begins with a GTIN or an SSCC."""
    try:
        if text.startswith("("):
            message = GS1Message.parse_hri(text)
        elif text.startswith((GTIN, SSCC)) and len(text) >= 16 and text[2:16].isdecimal():
            message = GS1Message.parse(text)
        else:
            return {}
    except (ParseError, ValueError):
        return {}
    found = {element.ai.ai: element.value for element in message.element_strings}
    keys = {GTIN: 14, SSCC: 18}
    return found if all(is_key(found[ai], (size,)) for ai, size in keys.items() if ai in found) else {}
