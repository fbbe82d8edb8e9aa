"""Files in, plain answers out."""

from __future__ import annotations

import dataclasses
import math
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from gearpark.base.problems import Problem
from gearpark.engines.quality.cases.tables import Table, read_table

from .. import read_text

MAX_FILE_BYTES = 200_000_000
POINTS = frozenset(
    {"values", "labels", "lcl", "ucl", "center", "z", "high", "low", "contributions"}
)  # left out of words


def text_of(path: str | Path) -> str:
    """A file's text. Raises ``quality.file``."""
    return read_text(path, MAX_FILE_BYTES, lambda why: Problem("quality.file", why))


def table_of(name: str) -> Table:
    """The table in a file."""
    return read_table(name, text_of(name))


def numbers_in(text: str | None) -> list[float]:
    """Numbers separated by commas."""
    try:
        return [float(part) for part in (text or "").split(",") if part.strip()]
    except ValueError as error:
        raise Problem(
            "quality.parameter", f"{text!r} is no list of numbers.", name="list", value=text
        ) from error


def plain(value: Any) -> Any:
    """JSON-ready: dataclasses as objects, arrays as lists, what is no number as null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {
            key if isinstance(key, str) else " / ".join(map(str, key)): plain(v) for key, v in value.items()
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    return value


def answer(found: dict[str, Any], as_json: bool) -> None:
    """Print an answer; in words without the columns of points."""
    from .. import emit

    made = plain(found)
    if not as_json:
        made = {k: v for k, v in made.items() if not (k in POINTS and isinstance(v, list) and len(v) > 12)}
    emit(made, as_json)
