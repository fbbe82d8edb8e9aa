"""Values as people type them, with a unit or without, kept exactly in the attribute's own unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, DecimalException, InvalidOperation
from functools import cache
from typing import Any

import pint

from gearpark.base.problems import Problem

from .types import Attribute, Better, Kind, ProductClass, Value, Values

MAX_TEXT = 200
PLACES = Decimal("0.000001")
NEAR_SHARE = Decimal("0.01")
YES = frozenset({"1", "yes", "true", "on", "是", "y"})
NO = frozenset({"0", "no", "false", "off", "否", "n"})
# units as they are written in the trade, beside those the library knows
ALSO = {"°": "deg", "度": "deg", "′": "arcmin", "N·m": "N*m", "Nm": "N*m", "牛米": "N*m", "毫米": "mm", "厘米": "cm",
        "米": "m", "公斤": "kg", "千克": "kg", "克": "g", "吨": "t", "斤": "catty", "r/min": "rpm", "转/分": "rpm",
        "°C": "degC", "℃": "degC", "%": "percent", "千瓦": "kW", "兆帕": "MPa", "μm": "um", "丝": "cmm", "kn*m": "kN*m",
        "nm": "N*m", "n*m": "N*m", "kw": "kW", "mpa": "MPa", "kwh": "kWh", "v": "V", "degc": "degC"}  # fmt: skip
OWN = {"HRC": "HRC", "dB": "dB"}  # scales that are no multiples of anything


@cache
def _units() -> Any:
    made: Any = pint.UnitRegistry(non_int_type=Decimal, autoconvert_offset_to_baseunit=True)
    made.define("catty = 0.5 * kilogram")
    made.define("cmm = 0.01 * millimeter")
    return made


def read_value(attribute: Attribute, text: str) -> Value:
    """A value out of text. Problem ``products.value`` says which attribute and what is wrong."""
    given = text.strip()
    if attribute.kind is Kind.FLAG:
        if given.lower() in YES | NO:
            return given.lower() in YES
        raise _wrong(attribute, given, "say yes or no")
    if attribute.kind is Kind.CHOICE:
        for choice in attribute.choices:
            if given.lower() in (choice.code.lower(), choice.en.lower(), choice.zh.lower()):
                return choice.code
        raise _wrong(
            attribute, given, "choose one of " + ", ".join(choice.en for choice in attribute.choices)
        )
    if attribute.kind is Kind.TEXT:
        if len(given) > MAX_TEXT or not given:
            raise _wrong(attribute, given[:20], f"give at most {MAX_TEXT} characters")
        return given
    return _number(attribute, given)


def _number(attribute: Attribute, given: str) -> Decimal:
    digits = given.replace(",", "").replace("\N{MINUS SIGN}", "-")
    end = len(digits)
    while end and not (digits[end - 1].isdigit() or digits[end - 1] == "."):
        end -= 1
    try:
        number = Decimal(digits[:end].strip())
    except InvalidOperation:
        raise _wrong(attribute, given, "give a number") from None
    if not number.is_finite():
        raise _wrong(attribute, given, "give a number")
    number = _in_unit(attribute, number, digits[end:].strip(), given)
    if attribute.kind is Kind.WHOLE and number != number.to_integral_value():
        raise _wrong(attribute, given, "give a whole number")
    if (attribute.low is not None and number < attribute.low) or (
        attribute.high is not None and number > attribute.high
    ):
        raise _wrong(
            attribute, given, f"it must be from {attribute.low} to {attribute.high} {attribute.unit}".strip()
        )
    return number


def _in_unit(attribute: Attribute, number: Decimal, unit: str, given: str) -> Decimal:
    typed = ALSO.get(unit, unit)
    wanted = "percent" if attribute.unit == "%" else attribute.unit
    if not typed or typed == wanted or (attribute.unit in OWN and unit == attribute.unit):
        return number
    if not wanted or attribute.unit in OWN:
        raise _wrong(
            attribute, given, f"its unit is {attribute.unit}" if attribute.unit else "it has no unit"
        )
    try:
        made = _units().Quantity(number, typed).to(wanted).magnitude
        return Decimal(made).quantize(PLACES).normalize()
    except (pint.errors.PintError, DecimalException, AttributeError, TypeError, ValueError):
        raise _wrong(attribute, given, f"its unit is {attribute.unit}") from None


def read_values(kind: ProductClass, raw: Mapping[str, str]) -> tuple[Values, dict[str, Problem]]:
    """Values of a thing and what is wrong, by attribute; empty texts are left out, needed ones are missed."""
    made: Values = {}
    wrong: dict[str, Problem] = {}
    for key in raw:
        if kind.attribute(key) is None:
            wrong[key] = Problem(
                "products.attribute_unknown", f"{kind.en} has no attribute {key!r}.", attribute=key
            )
    for attribute in kind.attributes:
        text = str(raw.get(attribute.key, "")).strip()
        try:
            if text:
                made[attribute.key] = read_value(attribute, text)
            elif attribute.key in kind.needed and not wrong.get(attribute.key):
                raise Problem("products.value_missing", f"{attribute.en} is needed.", attribute=attribute.key)
        except Problem as problem:
            wrong[attribute.key] = problem
    return made, wrong


def kept(values: Values) -> dict[str, Any]:
    """Values as JSON keeps them: numbers as text, so that none is changed by binary fractions."""
    return {
        key: f"{value.normalize():f}" if isinstance(value, Decimal) else value
        for key, value in values.items()
    }


def from_kept(kind: ProductClass, raw: Mapping[str, Any]) -> Values:
    """The other way round; what the class does not know any more is left out."""
    made: Values = {}
    for attribute in kind.attributes:
        value = raw.get(attribute.key)
        if value is not None:
            made[attribute.key] = Decimal(value) if attribute.numeric else value
    return made


def fits(attribute: Attribute, asked: Value, offered: Value | None) -> bool:
    """Whether an offered value serves somebody who asks for ``asked``: the same, or better than it."""
    if offered is None:
        return False
    if not isinstance(asked, Decimal) or not isinstance(offered, Decimal):
        return str(asked).lower() == str(offered).lower()
    if attribute.better is Better.LESS:
        return offered <= asked
    if attribute.better is Better.MORE:
        return offered >= asked
    if attribute.better is Better.NEAR:
        return abs(offered - asked) <= abs(asked) * NEAR_SHARE
    return offered == asked


def span_of(attribute: Attribute, asked: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """The range of values that fit, None for an open end."""
    if attribute.better is Better.LESS:
        return None, asked
    if attribute.better is Better.MORE:
        return asked, None
    if attribute.better is Better.NEAR:
        room = abs(asked) * NEAR_SHARE
        return asked - room, asked + room
    return asked, asked


def _wrong(attribute: Attribute, given: str, why: str) -> Problem:
    return Problem(
        "products.value",
        f"{attribute.en}: {given!r} cannot be used; {why}.",
        attribute=attribute.key,
        given=given,
        why=why,
    )
