"""Product classes, their typed attributes and the values of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What an attribute holds."""

    NUMBER = "number"
    WHOLE = "whole"
    CHOICE = "choice"
    TEXT = "text"
    FLAG = "flag"


class Better(StrEnum):
    """What a buyer who asks for a value also takes."""

    SAME = "same"
    LESS = "less"
    MORE = "more"
    NEAR = "near"  # within NEAR_SHARE of it


Value = Decimal | str | bool  # number and whole; choice and text; flag
Values = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Choice:
    code: str
    en: str
    zh: str

    def title(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


@dataclass(frozen=True, slots=True)
class Attribute:
    """One typed attribute. Numbers are kept in ``unit``; ``low`` to ``high`` is what a thing can be at all."""

    key: str
    en: str
    zh: str
    kind: Kind
    unit: str = ""
    symbol: str = ""
    better: Better = Better.SAME
    low: Decimal | None = None
    high: Decimal | None = None
    choices: tuple[Choice, ...] = ()

    @property
    def numeric(self) -> bool:
        return self.kind in (Kind.NUMBER, Kind.WHOLE)

    def title(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

    def choice(self, code: str) -> Choice | None:
        return next((choice for choice in self.choices if choice.code == code), None)

    def shown(self, value: Value, language: str = "en") -> str:
        """A value as people read it, with its unit."""
        if isinstance(value, bool):
            yes, no = ("是", "否") if language.startswith("zh") else ("yes", "no")
            return yes if value else no
        if isinstance(value, Decimal):
            text = f"{value.normalize():f}"
            return f"{text}{_SPACED.get(self.unit, ' ' + self.unit)}" if self.unit else text
        found = self.choice(value)
        return found.title(language) if found else value


@dataclass(frozen=True, slots=True)
class ProductClass:
    """A class of the catalogue. ``check`` names the engineering check of its listings: ``gear``, ``alloy`` or none."""

    code: str
    en: str
    zh: str
    unspsc: str
    unit: str
    malls: tuple[str, ...]
    attributes: tuple[Attribute, ...]
    needed: frozenset[str]
    also: tuple[str, ...] = ()
    check: str = ""

    def title(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en

    def attribute(self, key: str) -> Attribute | None:
        return next((one for one in self.attributes if one.key == key), None)


_SPACED = {"%": " %", "deg": "°", "arcmin": "′", "degC": " °C", "N*m": " N·m"}
