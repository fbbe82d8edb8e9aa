"""Gauges: the register, one gauge with its checks, what a bad check makes suspect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us

from ...models.care import CareFile, Gauge, GaugeCheck, GaugeClass
from ...types.care import Blocked, CheckKind, GaugeState
from .. import setup
from .blocks import gauge_reason

MAX_CHECKS = 120


@dataclass(frozen=True, slots=True)
class GaugePage:
    """One gauge with its newest checks (newest first) and why it must not be used.

    suspect_since  the last check that was good, when the newest one that was bad as found came after it
    """

    gauge: Gauge
    checks: Sequence[GaugeCheck]
    blocked: Blocked | None
    blocked_since: datetime | None
    suspect_since: datetime | None
    suspect: bool


def gauge_rows(scope: Scope) -> QuerySet[Any]:
    """Gauges with class, line and ``master_at``, their newest good check with a master part."""
    master = Max("checks__at", filter=Q(checks__kind=CheckKind.MASTER.value, checks__left_good=True))
    return Gauge.objects.of(scope).select_related("gauge_class", "line").annotate(master_at=master)


def gauge_class_rows(scope: Scope) -> QuerySet[Any]:
    """Kinds of gauges with how many are registered."""
    return GaugeClass.objects.of(scope).annotate(
        n_gauges=Count("gauges", filter=~Q(gauges__state=GaugeState.SCRAPPED.value))
    )


def gauge_class(scope: Scope, key: int) -> GaugeClass:
    """One kind of gauge, or NotFound ``care.gauge_class_unknown``."""
    row = GaugeClass.objects.of(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("care.gauge_class_unknown", "There is no such kind of gauge that you may see.")
    return row


def gauge_class_choices(scope: Scope, org: str) -> list[tuple[str, str, str]]:
    """(code, English name, Chinese name) of an organisation's kinds of gauges."""
    rows = GaugeClass.objects.of(scope).filter(org=org)
    return list(rows.values_list("code", "name_en", "name_zh"))


def gauge_page(scope: Scope, key: int, now: datetime) -> GaugePage:
    """Everything of one gauge, or NotFound ``care.gauge_unknown``."""
    row = gauge_rows(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("care.gauge_unknown", "There is no such gauge that you may see.")
    rows = GaugeCheck.objects.of(scope).filter(gauge=row).defer("certificate__content")
    checks = list(rows.select_related("certificate")[:MAX_CHECKS])
    reason, since = gauge_reason(row, _shift_began(row, now), now)
    bad = next((check for check in checks if not check.found_good), None)
    good = next((c for c in checks if c.found_good and (bad is None or c.at < bad.at)), None)
    freed = bad is not None and any(c.at > bad.at and c.found_good for c in checks)
    return GaugePage(row, checks, reason, since, good.at if good else None, bad is not None and not freed)


def _shift_began(row: Gauge, now: datetime) -> datetime | None:
    if row.line is None:
        return None
    shift = setup.line_info(row.line).calendar.last_shift(to_us(now))
    return from_us(shift.start_us) if shift is not None and shift.end_us > to_us(now) else None


def care_file(scope: Scope, key: int) -> CareFile:
    """One stored file with its content, or NotFound ``care.file_unknown``."""
    row = CareFile.objects.of(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("care.file_unknown", "There is no such file that you may see.")
    return row
