"""A table of a TOML document -> a frozen dataclass, by its annotations: unknown, missing and ill-typed keys are named."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from .faults import Unreadable

T = TypeVar("T")


@cache
def hints(cls: Any) -> dict[str, Any]:
    """Field -> type of a dataclass, in order."""
    found = typing.get_type_hints(cls)
    return {f.name: found[f.name] for f in fields(cls)}


@cache
def needed(cls: Any) -> frozenset[str]:
    """Fields without a default."""
    return frozenset(f.name for f in fields(cls) if f.default is MISSING and f.default_factory is MISSING)


def record(cls: type[T], raw: Mapping[str, Any], where: str, **given: Any) -> T:
    """``raw`` as ``cls``; ``given`` are fields that do not come from the document. ``Unreadable`` names what is wrong."""
    if not isinstance(raw, Mapping):
        raise Unreadable("{0} is not a table", where)
    shape: Any = cls
    known = hints(shape)
    wrong = sorted(set(raw) - (set(known) - set(given)))
    if wrong:
        raise Unreadable("{0}: {1!r} is not a key here", where, wrong[0])
    missing = sorted(needed(shape) - set(raw) - set(given))
    if missing:
        raise Unreadable("{0}: {1!r} is missing", where, missing[0])
    return cls(**{name: cast(known[name], value, f"{where}.{name}") for name, value in raw.items()}, **given)


def records(cls: type[T], raw: Any, where: str, **given: Any) -> tuple[T, ...]:
    """A list of tables as a tuple of ``cls``."""
    return tuple(record(cls, one, f"{where}[{i}]", **given) for i, one in enumerate(listed(raw, where)))


def listed(raw: Any, where: str) -> list[Any]:
    """``raw`` when it is a list; an absent one is empty."""
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise Unreadable("{0} is not a list", where)
    return raw


def cast(kind: Any, value: Any, where: str) -> Any:
    """``value`` as ``kind``: numbers stay numbers, words words; lists become tuples; enums take their words."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        kind = next(k for k in typing.get_args(kind) if k is not type(None))
        return None if value is None else cast(kind, value, where)
    if is_dataclass(kind):
        return value  # made by the reader itself
    if origin is tuple:
        item = typing.get_args(kind)[0]
        return tuple(cast(item, one, f"{where}[{i}]") for i, one in enumerate(listed(value, where)))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        words = [str(word) for word in kind]
        if value not in words:
            raise Unreadable("{0} is {1!r}; it can be {2}", where, value, ", ".join(repr(w) for w in words))
        return kind(value)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        if value != value or value in (float("inf"), float("-inf")):
            raise Unreadable("{0} is not a finite number", where)
        return float(value)
    if kind in (bool, str) and isinstance(value, kind):
        return value
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    word = {float: "a number", int: "a whole number", bool: "true or false", str: "a text"}.get(kind, "known")
    raise Unreadable("{0} is {1!r}, not {2}", where, value, word)
