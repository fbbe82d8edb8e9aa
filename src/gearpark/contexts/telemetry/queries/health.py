"""Gateways' health documents, read with suspicion, as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gearpark.base.time import parse_iso

from ..types import ConnectionState, Health, JournalHealth

HEALTH_FRESH_S = 10.0  # a gateway speaks every two seconds; five missed words make it silent


def when(value: Any) -> datetime | None:
    """ISO text, seconds or microseconds since 1970 -> aware UTC; None for anything else."""
    try:
        if isinstance(value, str) and value:
            return parse_iso(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return datetime.fromtimestamp(value / 1e6 if value > 1e11 else value, UTC)
    except (ValueError, OverflowError, OSError, ArithmeticError):
        return None
    except Exception as error:  # parse_iso answers with a Problem
        if getattr(error, "code", ""):
            return None
        raise
    return None


def number(value: Any, fallback: float = 0.0) -> float:
    """A finite number, or the fallback."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return fallback
    return float(value)


def connection_health(raw: Mapping[str, Any]) -> Health:
    """One connection's part of a health document."""
    try:
        state = ConnectionState(str(raw.get("state", "")))
    except ValueError:
        state = ConnectionState.CONNECTING
    offset = raw.get("clock_offset_s")
    return Health(
        state=state,
        since_at=when(raw.get("since_us") or raw.get("since")),
        last_value_at=when(raw.get("last_value_us") or raw.get("last_value_at")),
        points_per_s=number(raw.get("points_per_s")),
        reconnects=int(number(raw.get("reconnects"))),
        last_error=str(raw.get("last_error") or "")[:400],
        clock_offset_s=None if offset is None else number(offset),
        detail={str(key): value for key, value in raw.items()},
    )


def journal_health(raw: Mapping[str, Any]) -> JournalHealth:
    """The journal's part of a health document."""
    return JournalHealth(
        rows=int(number(raw.get("rows"))),
        bytes=int(number(raw.get("bytes"))),
        oldest_at=when(raw.get("oldest_us") or raw.get("oldest_at")),
        budget_share=number(raw.get("budget_share")),
    )
