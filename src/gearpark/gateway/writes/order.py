"""One command to write, as it comes over the bus."""

from __future__ import annotations

import hashlib
import json
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gearpark.base.limits import MAX_TEXT_VALUE
from gearpark.base.problems import Problem

MAX_WORDS = 400  # characters of who and why
Raw = float | bool | str


@dataclass(frozen=True, slots=True)
class WriteOrder:
    """What to write where, and until when.

    expected        only if the signal has this value now (None: whatever it is)
    expected_range  only if its value now lies within (low, high)
    """

    id: str
    connection: str
    tag: str
    value: Raw
    deadline_us: int
    expected: Raw | None = None
    expected_range: tuple[float, float] | None = None
    who: str = ""
    why: str = ""

    @property
    def fingerprint(self) -> str:
        """Equal for equal commands; the deadline may be moved, what is written may not."""
        said = [self.connection, self.tag, self.value, self.expected, self.expected_range]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def parse_order(raw: Mapping[str, Any]) -> WriteOrder:
    """Request arguments -> WriteOrder, or ``gateway.command_invalid``."""
    try:
        made = WriteOrder(
            id=str(uuid.UUID(str(raw["command_id"]))),
            connection=_words(raw["connection_id"]),
            tag=_words(raw["tag"]),
            value=_value(raw["value"]),
            deadline_us=_whole(raw["deadline_us"]),
            expected=None if raw.get("expected") is None else _value(raw["expected"]),
            expected_range=_range(raw.get("expected_range")),
            who=_words(raw.get("who", "")),
            why=_words(raw.get("why", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Problem(
            "gateway.command_invalid", f"The command cannot be read ({error}); nothing was written."
        ) from error
    return made


def same(one: object, two: object) -> bool:
    """Equal values; numbers as far as single precision carries them, true and false as 1 and 0."""
    if isinstance(one, int | float) and isinstance(two, int | float):
        return math.isclose(float(one), float(two), rel_tol=1e-6, abs_tol=1e-12)
    return one == two


def _value(raw: Any) -> Raw:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int | float):
        if not math.isfinite(raw):
            raise ValueError("value is not finite")
        return float(raw)
    if isinstance(raw, str) and len(raw) <= MAX_TEXT_VALUE:
        return raw
    raise ValueError("value is neither a number, true or false, nor a text")


def _range(raw: Any) -> tuple[float, float] | None:
    if raw is None:
        return None
    low, high = (float(one) for one in raw)
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError("expected_range")
    return low, high


def _words(raw: Any) -> str:
    if not isinstance(raw, str) or len(raw) > MAX_WORDS:
        raise ValueError(f"{str(raw)[:40]!r} is no text of at most {MAX_WORDS} characters")
    return raw


def _whole(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise ValueError("deadline_us is not a whole number")
    return raw
