"""Time: aware UTC inside, microseconds since the epoch on the wire, local time only on pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from .problems import Problem

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_ISO = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:?\d\d)?")


def now_utc() -> datetime:
    """The clock, read in one place; functions below the edges take ``now`` as a parameter."""
    return datetime.now(UTC)


def to_us(at: datetime) -> int:
    """Aware datetime -> microseconds since 1970-01-01 UTC."""
    if at.tzinfo is None:
        raise Problem(
            "base.time_naive", f"{at.isoformat()} has no time zone; give one, for example +08:00 or Z."
        )
    return (at - EPOCH) // MICROSECOND


def from_us(us: int) -> datetime:
    """Microseconds since 1970-01-01 UTC -> aware UTC datetime."""
    return EPOCH + timedelta(microseconds=us)


def parse_iso(text: str) -> datetime:
    """ISO 8601 text with a time zone -> aware UTC datetime.

    Fractions finer than a microsecond (real adapters send seven digits) are cut, not rounded, so that the same
    text always gives the same instant and never a later one.
    """
    match = _ISO.fullmatch(text.strip())
    if not match:
        raise Problem(
            "base.time_unreadable", f"{text[:60]!r} is not an ISO 8601 time such as 2026-11-23T08:00:00Z."
        )
    stamp, fraction, zone = match.groups()
    if zone is None:
        raise Problem(
            "base.time_naive", f"{text[:60]!r} has no time zone; add Z or an offset such as +08:00."
        )
    try:
        at = datetime.fromisoformat(stamp + ("+00:00" if zone == "Z" else zone))
    except ValueError as error:
        raise Problem("base.time_unreadable", f"{text[:60]!r} is not a calendar time: {error}.") from error
    return at.astimezone(UTC).replace(microsecond=int(((fraction or "") + "000000")[:6]))
