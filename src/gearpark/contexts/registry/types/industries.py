"""GB/T 4754-2017 industry classes: code and Chinese name. Table: ``industries.csv`` (restated from the standard)."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path


@cache
def _table() -> dict[str, str]:
    with (Path(__file__).parent / "industries.csv").open(encoding="utf-8", newline="") as handle:
        return {row["code"]: row["name_zh"] for row in csv.DictReader(handle)}


def is_industry(code: str) -> bool:
    """True for a section (C), division (C34), group (C345) or class (C3453) of the standard."""
    return code in _table()


def industry_name(code: str) -> str:
    """The standard's Chinese name, or ""."""
    return _table().get(code, "")
