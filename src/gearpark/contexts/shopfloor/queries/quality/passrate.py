"""Pass rates from parts, each of a population that is named: first pass, after rework, shipped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils.timezone import localtime

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.engines import quality as engine
from gearpark.kit.tenant import acting

from ...models import Line, Serial
from ...models.quality import Escape, PassTarget
from ...types.quality import DEFAULT_TARGET, PassCount, PassTargetInfo, Population
from ...types.work import SerialStatus

MAX_GAPS = 5_000  # failures whose places are read; with more of them nobody needs a high-yield chart
DEFAULT_CONFIDENCE = 0.95
FINE = (SerialStatus.GOOD.value, SerialStatus.SHIPPED.value)
_BAD = {
    Population.FIRST: Q(status=SerialStatus.SCRAP.value) | Q(rework_loops__gt=0) | Q(escape__isnull=False),
    Population.AFTER_REWORK: Q(status=SerialStatus.SCRAP.value) | Q(escape__isnull=False),
    Population.SHIPPED: Q(escape__isnull=False),
}
_ALL = {
    Population.FIRST: Q(status__in=(*FINE, SerialStatus.SCRAP.value)),
    Population.AFTER_REWORK: Q(status__in=(*FINE, SerialStatus.SCRAP.value)),
    Population.SHIPPED: Q(status=SerialStatus.SHIPPED.value),
}


def pass_counts(
    scope: Scope, population: Population, since_at: datetime, until_at: datetime, *, line: str = ""
) -> PassCount:
    """Good and failed pieces that left their route in [since_at, until_at), and the gaps between failures.

    First pass: a part that was scrapped, mended or found bad later has failed. After rework: scrapped or found bad
    later. Shipped: of the parts that went to customers, those found bad afterwards.
    """
    with acting(scope):
        rows = Serial.objects.of(scope).filter(_ALL[population], done_at__gte=since_at, done_at__lt=until_at)
        if line:
            rows = rows.filter(order__line__asset=line)
        bad = rows.filter(_BAD[population])
        pieces, failed = rows.count(), bad.count()
        gaps, tail = _gaps(rows, bad, pieces)
    return PassCount(population, pieces - failed, failed, gaps, since_at, tail)


def _gaps(rows: Any, bad: Any, pieces: int) -> tuple[tuple[int, ...], int]:
    """Pieces up to and including each failure since the one before, and those since the last. One query a failure."""
    gaps, seen = [], 0
    for done_at, key in bad.order_by("done_at", "id").values_list("done_at", "id")[:MAX_GAPS]:
        place = rows.filter(Q(done_at__lt=done_at) | Q(done_at=done_at, id__lte=key)).count()
        gaps.append(place - seen)
        seen = place
    return tuple(gaps), pieces - seen


def targets_of(scope: Scope) -> dict[str, PassTargetInfo]:
    """Line asset -> what it promises; a line without its own promise has the default, counted from the year's start.

    Needs ``acting``.
    """
    rows = {row.line_id: row for row in PassTarget.objects.of(scope)}
    found = {}
    for line in Line.objects.of(scope).order_by("org", "asset"):
        row = rows.get(line.pk)
        found[line.asset] = PassTargetInfo(
            line_asset=line.asset,
            target=row.target if row else DEFAULT_TARGET,
            confidence=row.confidence if row else DEFAULT_CONFIDENCE,
            since_at=row.since_at if row else None,
            set_by=row.set_by if row else "",
        )
    return found


def promise_of(scope: Scope, line: str) -> PassTargetInfo:
    """What one line promises; "": the default for all lines together. NotFound ``shopfloor.line_unknown``."""
    if not line:
        return PassTargetInfo("", DEFAULT_TARGET, DEFAULT_CONFIDENCE, None, "")
    found = targets_of(scope).get(line)
    if found is None:
        raise NotFound("shopfloor.line_unknown", f"There is no line {line!r} that you may see.")
    return found


def rate_of(count: PassCount, target: PassTargetInfo) -> engine.PassRate | None:
    """What the pieces show; None before the first piece."""
    if count.good + count.bad == 0:
        return None
    return engine.pass_rate(count.good, count.bad, target=target.target, confidence=target.confidence)


def year_start(now: datetime) -> datetime:
    """Midnight of the year's first day at the site, in UTC."""
    return localtime(now).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def escapes(scope: Scope, most: int = 100) -> list[tuple[str, datetime, str, str]]:
    """Parts found bad after they had left as good, newest first: (serial, found at, reason, by). Needs ``acting``."""
    rows = Escape.objects.of(scope).select_related("serial").order_by("-at", "-id")[:most]
    return [(row.serial.serial, row.at, row.reason, row.by) for row in rows]
