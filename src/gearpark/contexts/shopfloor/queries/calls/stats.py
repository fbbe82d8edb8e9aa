"""Calls in figures: what is called for most, how long answers and repairs take, how often somebody had to be told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from gearpark.base.scope import Scope

from ...models.calls import Call, CallEscalation
from ...types.calls import CallStatus, CallStep

MAX_CALLS = 20_000
BOUNDS_S = (30, 60, 120, 180, 300, 600, 900, 1800)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a Pareto: how many calls, how long they stood in all, and the running share of that time."""

    code: str
    name_en: str
    name_zh: str
    calls: int
    seconds: float
    running: float

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.name_en or self.code


@dataclass(frozen=True, slots=True)
class Times:
    """One kind of time over many calls, seconds; ``bins`` counts by ``BOUNDS_S`` (the last: longer)."""

    calls: int
    middle_s: float | None
    p90_s: float | None
    bins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CallStats:
    """Calls raised in a stretch, without those that were mistakes.

    response  from the call until somebody stood there; repair: from there until it was closed
    """

    calls: int
    standing: int
    cancelled: int
    accept: Times
    response: Times
    repair: Times
    escalations: dict[CallStep, int]
    by_reason: tuple[Bar, ...]
    by_type: tuple[Bar, ...]
    by_station: tuple[Bar, ...]


def call_stats(
    scope: Scope, start: datetime, end: datetime, *, line: str = "", type_code: str = ""
) -> CallStats:
    """Figures of the calls raised in [start, end). Two SQL queries."""
    rows = (
        Call.objects.of(scope)
        .filter(raised_at__gte=start, raised_at__lt=end)
        .select_related("type", "line", "reason")
    )
    rows = rows.filter(line__asset=line) if line else rows
    rows = rows.filter(type__code=type_code) if type_code else rows
    every = list(rows.order_by("raised_at")[:MAX_CALLS])
    calls = [row for row in every if row.status != CallStatus.CANCELLED.value]
    steps = (
        CallEscalation.objects.of(scope)
        .filter(call__in=[row.pk for row in calls])
        .values_list("step", flat=True)
    )
    told = Counter(steps)
    return CallStats(
        calls=len(calls),
        standing=sum(1 for row in calls if row.closed_at is None),
        cancelled=len(every) - len(calls),
        accept=_times([_between(row.raised_at, row.accepted_at) for row in calls]),
        response=_times([_between(row.raised_at, row.on_site_at) for row in calls]),
        repair=_times([_between(row.on_site_at, row.closed_at) for row in calls]),
        escalations={step: told.get(step.value, 0) for step in CallStep},
        by_reason=_bars([(row.reason.code, row.reason.name_en, row.reason.name_zh, row) for row in calls if row.reason], end),
        by_type=_bars([(row.type.code, row.type.name_en, row.type.name_zh, row) for row in calls], end),
        by_station=_bars(
            [(f"{row.line.asset} {row.station}".strip(), f"{row.line.name_en} {row.station}".strip(),
              f"{row.line.name_zh} {row.station}".strip(), row) for row in calls], end),
    )  # fmt: skip


def _between(begin: datetime | None, end: datetime | None) -> float | None:
    return None if begin is None or end is None else max((end - begin).total_seconds(), 0.0)


def _times(values: Sequence[float | None]) -> Times:
    known = sorted(value for value in values if value is not None)
    bins = [0] * (len(BOUNDS_S) + 1)
    for value in known:
        bins[next((i for i, bound in enumerate(BOUNDS_S) if value <= bound), len(BOUNDS_S))] += 1
    if not known:
        return Times(0, None, None, tuple(bins))
    return Times(
        len(known), median(known), known[min(len(known) - 1, round(0.9 * (len(known) - 1)))], tuple(bins)
    )


def _bars(named: Sequence[tuple[str, str, str, Call]], end: datetime, most: int = 12) -> tuple[Bar, ...]:
    seconds: dict[str, float] = defaultdict(float)
    count: Counter[str] = Counter()
    names = {}
    for code, english, chinese, row in named:
        seconds[code] += ((row.closed_at or end) - row.raised_at).total_seconds()
        count[code] += 1
        names[code] = (english, chinese)
    whole, run, found = sum(seconds.values()) or 1.0, 0.0, []
    for code in sorted(seconds, key=lambda key: (-seconds[key], key))[:most]:
        run += seconds[code]
        found.append(Bar(code, *names[code], count[code], seconds[code], run / whole))
    return tuple(found)
