"""What people type into a search box, taken apart: ``m3 z20 斜齿轮 6级 42CrMo4 <=500元`` is filters and words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache

from gearpark.base.problems import Problem

from .classes import attributes, classes
from .types import Attribute, Kind, Value
from .values import read_value, span_of
from .words import normal

MAX_QUERY = 200  # characters
_NUMBER = r"\d+(?:\.\d+)?"
_BOUND = re.compile(
    rf"([a-z][a-z_]*|[\u3400-\u9fff]+)?\s*(<=|>=|<|>|=|≤|≥|≦|≧)\s*({_NUMBER})\s*([a-z°%\u3400-\u9fff/*·]*)"
)
_PRICE_RANGE = re.compile(rf"({_NUMBER})\s*[-~至到]\s*({_NUMBER})\s*(?:元|块|cny|rmb|yuan)")
_CLASS = re.compile(r"(?:(?:class|grade|iso)\s*(1[0-2]|[1-9])\b)|(?:(1[0-2]|[1-9])\s*级)")
_MONEY = frozenset({"元", "块", "cny", "rmb", "yuan", "价格", "单价", "price"})


@dataclass(frozen=True, slots=True)
class Bound:
    """One filter: an attribute (or ``price``) within a range, or one of its choices."""

    key: str
    low: Decimal | None = None
    high: Decimal | None = None
    choice: str = ""
    asked: Value | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A typed search: filters, classes meant, and the words that are left."""

    bounds: tuple[Bound, ...] = ()
    classes: tuple[str, ...] = ()
    words: str = ""


@dataclass(slots=True)
class _Reader:
    text: str
    bounds: list[Bound] = field(default_factory=list)

    def take(self, pattern: re.Pattern[str], use: Callable[[re.Match[str]], Bound | None]) -> None:
        """Cut out every match that ``use`` makes a filter of."""

        def cut(match: re.Match[str]) -> str:
            bound = use(match)
            if bound is None:
                return match.group(0)
            self.bounds.append(bound)
            return " "

        self.text = pattern.sub(cut, self.text)


@lru_cache(maxsize=2_048)
def read_query(text: str) -> Query:
    """Take a query apart. What is not understood as a filter stays among the words; nothing is refused."""
    reader = _Reader(f" {normal(text)[:MAX_QUERY]} ")
    reader.take(_PRICE_RANGE, lambda m: Bound("price", Decimal(m[1]), Decimal(m[2])))
    reader.take(_BOUND, _compared)
    reader.take(_CLASS, lambda m: _better("flank_class", m[1] or m[2]))
    for pattern, key in _symbols():
        reader.take(pattern, lambda m, key=key: _better(key, m[1]))  # type: ignore[misc]
    for pattern, key, code in _choices():
        reader.take(pattern, lambda m, key=key, code=code: Bound(key, choice=code, asked=code))  # type: ignore[misc]
    words = " ".join(reader.text.split())
    return Query(_once(reader.bounds), _classes_of(words), words)


def _compared(match: re.Match[str]) -> Bound | None:
    name, sign, number, unit = match[1] or "", match[2], match[3], match[4]
    value = Decimal(number)
    if name in _MONEY or unit in _MONEY:
        key = "price"
    else:
        attribute = _named().get(name)
        if attribute is None:
            return None
        try:
            read = read_value(attribute, f"{number} {unit}")
        except Problem:
            return None
        if not isinstance(read, Decimal):
            return None
        key, value = attribute.key, read
    if sign in ("<=", "<", "≤", "≦"):
        return Bound(key, high=value)
    return Bound(key, low=value) if sign in (">=", ">", "≥", "≧") else Bound(key, value, value, asked=value)


def _better(key: str, number: str) -> Bound | None:
    """The range that serves somebody who asks for this number."""
    attribute = attributes()[key]
    try:
        asked = read_value(attribute, number)
    except Problem:
        return None
    if not isinstance(asked, Decimal):
        return None
    low, high = span_of(attribute, asked)
    return Bound(key, low, high, asked=asked)


@cache
def _symbols() -> tuple[tuple[re.Pattern[str], str], ...]:
    """(pattern, attribute) of how people write some attributes: m3, z20, 模数3."""
    extra = {"module_mm": "模数|module", "teeth": "齿数|teeth", "ratio": "速比|传动比|ratio"}
    made = []
    for one in attributes().values():
        if one.symbol:
            names = "|".join([normal(one.symbol), *([extra[one.key]] if one.key in extra else [])])
            pattern = re.compile(rf"(?<![a-z0-9])(?:{names})\s*=?\s*({_NUMBER})(?![a-z0-9.])")
            made.append((pattern, one.key))
    return tuple(made)


@cache
def _named() -> dict[str, Attribute]:
    """Attributes by key, key without unit, symbol and titles."""
    made: dict[str, Attribute] = {}
    for one in attributes().values():
        for name in (one.key, one.key.rsplit("_", 1)[0], normal(one.symbol), normal(one.en), normal(one.zh)):
            if name and one.numeric:
                made.setdefault(name, one)
    return made


@cache
def _choices() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    """(pattern, attribute, code) of choices that name themselves: materials, alloys, treatments; longest first."""
    made = []
    for key in ("material", "alloy", "temper", "heat", "finishing", "protection"):
        for choice in attributes()[key].choices:
            names = {normal(choice.code), normal(choice.en), normal(choice.zh)}
            made += [(word, key, choice.code) for word in names if len(word) > 1 and word != "none"]
    made.append(("a00", "alloy", "Al99.70"))
    made.sort(key=lambda item: (-len(item[0]), item))
    whole = r"(?<![a-z0-9.\-]){}(?![a-z0-9.\-])"
    return tuple((re.compile(whole.format(re.escape(word))), key, code) for word, key, code in made)


def _classes_of(words: str) -> tuple[str, ...]:
    """Classes whose own name (not a part of a longer one) is among the words; they rank, they do not filter."""
    found = []
    for one in classes().values():
        names = [normal(name) for name in (one.en, one.zh, *one.also)]
        if any(name in words for name in names):
            found.append(one.code)
    return tuple(found)


def _once(bounds: Sequence[Bound]) -> tuple[Bound, ...]:
    """Bounds of one attribute joined: the tighter ends hold."""
    made: dict[str, Bound] = {}
    for bound in bounds:
        before = made.get(bound.key)
        if before is None or bound.choice or before.choice:
            made[bound.key] = bound
            continue
        lows = [x for x in (before.low, bound.low) if x is not None]
        highs = [x for x in (before.high, bound.high) if x is not None]
        made[bound.key] = Bound(
            bound.key, max(lows, default=None), min(highs, default=None), asked=bound.asked or before.asked
        )
    return tuple(made.values())


def is_choice(key: str) -> bool:
    attribute = attributes().get(key)
    return attribute is not None and attribute.kind in (Kind.CHOICE, Kind.FLAG)
