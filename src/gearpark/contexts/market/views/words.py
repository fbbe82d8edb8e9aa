"""Words of the market in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from gearpark.base.problems import Problem
from gearpark.engines.products import Value, from_kept, product_class
from gearpark.kit.problems import words_of

from ..types import FileKind, Finding, OfferInfo, OfferState, Weight

UNITS = {"piece": _("piece"), "set": _("set"), "kg": _("kg"), "t": _("t"), "m": _("m")}
STATES = {OfferState.DRAFT: _("draft"), OfferState.LISTED: _("listed"), OfferState.WITHDRAWN: _("withdrawn")}
STATE_LOOKS = {OfferState.DRAFT: "waiting", OfferState.LISTED: "good", OfferState.WITHDRAWN: "stopped"}
WEIGHTS = {Weight.ERROR: _("refused"), Weight.WARNING: _("to be known")}
FILES = {
    FileKind.PICTURE: _("picture"),
    FileKind.DATASHEET: _("data sheet"),
    FileKind.DRAWING: _("technical drawing"),
    FileKind.CAD: _("CAD model"),
    FileKind.CERTIFICATE: _("certificate"),
}
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€"}
CENTS = Decimal("0.01")


def language() -> str:
    return get_language() or "en"


def amount(value: Decimal | None, currency: str = "CNY") -> str:
    """An amount with its currency sign, to two digits, more where it has them."""
    if value is None:
        return gettext("on request")
    shown = value.quantize(CENTS) if value == value.quantize(CENTS) else value.normalize()
    return f"{SIGNS.get(currency, currency + ' ')}{shown:,f}"


def quantity(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def unit(code: str) -> str:
    return str(UNITS.get(code, code))


def sentence(found: Finding) -> str:
    """A finding in the reader's language: the catalogue's entry ``finding:<code>``, else the engine's own words."""
    key = f"finding:{found.code}"
    text = gettext(key)
    if text != key:
        with suppress(KeyError, IndexError):
            return text.format(**found.details)
    return words_of(Problem(found.code, found.text, **found.details))


def findings(found: tuple[Finding, ...]) -> list[dict[str, Any]]:
    return [
        {
            "text": sentence(one),
            "word": WEIGHTS[one.weight],
            "look": "bad" if one.weight is Weight.ERROR else "uncertain",
            "figures": one.details,
            "error": one.weight is Weight.ERROR,
        }
        for one in found
    ]


def attribute_rows(kind: str, kept: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The data sheet: title and value of every stated attribute, in the class's order."""
    made, tongue = product_class(kind), language()
    values = from_kept(made, kept)
    return [
        {"key": one.key, "title": one.title(tongue), "value": one.shown(values[one.key], tongue)}
        for one in made.attributes
        if one.key in values
    ]


def shown(kind: str, key: str, value: Value) -> str:
    attribute = product_class(kind).attribute(key)
    return attribute.shown(value, language()) if attribute else str(value)


KEY_FACTS = 5


def key_facts(offer: OfferInfo) -> list[str]:
    """What a card says of a thing: its needed attributes, the short way."""
    made = product_class(offer.kind)
    values = from_kept(made, offer.values)
    tongue = language()
    facts = []
    for one in made.attributes:
        if one.key in made.needed and one.key in values and one.key not in ("hand", "pressure_deg"):
            value = one.shown(values[one.key], tongue)
            facts.append(
                f"{one.symbol} {value}"
                if one.symbol
                else f"{value}"
                if not one.numeric
                else f"{one.title(tongue)} {value}"
            )
    return facts[:KEY_FACTS]
