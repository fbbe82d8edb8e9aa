"""Forecasts of lines' shifts, and how good they were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from gearpark.base.scope import Scope
from gearpark.kit.tenant import ScopedQuerySet

from ..models import Forecast
from ..types import ForecastInfo, ForecastScore

FRESH = timedelta(minutes=10)  # older forecasts are not shown as the line's
LOOK_BACK = timedelta(days=30)
BANDS = ((0.0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.0))  # share of the shift that was left
MAX_READ = 20_000


def newest_forecast(scope: Scope, asset: str, now: datetime) -> ForecastInfo | None:
    """The newest forecast of a line's running shift; None when there is none that is fresh."""
    row = (
        Forecast.objects.of(scope)
        .select_related("revision__model")
        .defer("revision__document", "revision__layout", "sample")
        .filter(line=asset, at__gt=now - FRESH, at__lte=now, ends_at__gt=now)
        .order_by("-at")
        .first()
    )
    return None if row is None else forecast_info(row)


def forecast_rows(scope: Scope, asset: str = "") -> ScopedQuerySet[Forecast]:
    """Kept forecasts, newest first."""
    rows = (
        Forecast.objects.of(scope)
        .select_related("revision__model")
        .defer("revision__document", "revision__layout", "sample", "path")
    )
    return rows.filter(line=asset) if asset else rows


def of_shift(scope: Scope, asset: str, starts_at: datetime) -> list[ForecastInfo]:
    """All forecasts of one shift in the order they were made."""
    rows = forecast_rows(scope, asset).filter(starts_at=starts_at).order_by("at")
    return [forecast_info(row, with_path=False) for row in rows[:MAX_READ]]


def scores(scope: Scope, asset: str, now: datetime) -> list[ForecastScore]:
    """Forecasts of the last month whose shifts are over, by how much of the shift was left."""
    rows = (
        Forecast.objects.of(scope)
        .filter(line=asset, happened__isnull=False, crps__isnull=False, at__gt=now - LOOK_BACK)
        .values_list("at", "starts_at", "ends_at", "mean", "low", "high", "happened", "crps")[:MAX_READ]
    )
    banded: dict[tuple[float, float], list[tuple[bool, float, float]]] = {band: [] for band in BANDS}
    for at, starts, ends, mean, low, high, happened, crps in rows:
        left = (ends - at) / (ends - starts)
        for band in BANDS:
            if band[0] < left <= band[1] and happened is not None and crps is not None:
                banded[band].append((low <= happened <= high, mean - happened, crps))
    return [_score(band, found) for band, found in banded.items() if found]


def _score(band: tuple[float, float], found: Sequence[tuple[bool, float, float]]) -> ForecastScore:
    count = len(found)
    return ForecastScore(
        left_from=band[0],
        left_to=band[1],
        count=count,
        share=sum(inside for inside, _, _ in found) / count,
        bias=sum(bias for _, bias, _ in found) / count,
        crps=sum(crps for _, _, crps in found) / count,
    )


def forecast_info(row: Forecast, *, with_path: bool = True) -> ForecastInfo:
    return ForecastInfo(
        org=row.org,
        line=row.line,
        day=row.day,
        shift=row.shift,
        at=row.at,
        ends_at=row.ends_at,
        model_id=row.revision.model_id,
        revision=row.revision.number,
        made=row.made,
        target=row.target,
        mean=row.mean,
        low=row.low,
        middle=row.middle,
        high=row.high,
        reaches=row.reaches,
        path=tuple((s, a, b, c) for s, a, b, c in row.path) if with_path else (),
        happened=row.happened,
        crps=row.crps,
    )
