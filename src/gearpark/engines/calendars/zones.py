"""Wall clock of a site -> instant, monotone across daylight-saving changes.

A wall time that happens twice (autumn) means its first passing; one that does not happen (spring) means the instant of
the jump. So a later wall time is never an earlier instant, and neighbouring shifts never overlap nor leave a hole.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gearpark.base.problems import Problem
from gearpark.base.time import from_us, to_us

_SECOND_US = 1_000_000


def zone_of(name: str) -> ZoneInfo:
    """IANA name -> zone, or Problem ``calendars.zone_unknown``."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Problem(
            "calendars.zone_unknown", f"{name!r} is not a time zone; use an IANA name such as Asia/Shanghai."
        ) from error


def instant_us(zone: ZoneInfo, day: date, minute: int) -> int:
    """Wall time ``minute`` minutes after local midnight of ``day`` (may run past 1440) -> microseconds UTC."""
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    first = wall.replace(tzinfo=zone, fold=0)
    at = to_us(first.astimezone(UTC))
    if from_us(at).astimezone(zone).replace(tzinfo=None) == wall:
        return at
    # In a spring gap fold 1 lies before the jump and fold 0 after it: search the second the offset changes.
    low, high = to_us(wall.replace(tzinfo=zone, fold=1).astimezone(UTC)), at
    before = from_us(low).astimezone(zone).utcoffset()
    while high - low > _SECOND_US:
        middle = (low + high) // 2 // _SECOND_US * _SECOND_US
        if from_us(middle).astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def local_day(zone: ZoneInfo, at_us: int) -> date:
    """Local date of an instant."""
    return from_us(at_us).astimezone(zone).date()
