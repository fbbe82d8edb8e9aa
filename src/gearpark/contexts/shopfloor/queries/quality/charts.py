"""Charts, their limits and their samples as stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Max

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.engines.lines import Characteristic
from gearpark.engines.lines.process import Kind
from gearpark.engines.quality import Limits

from ...models import Line
from ...models.quality import ChartSignal, ControlChart, ControlLimits, Sample
from ...types.quality import ChartInfo, ChartKind, LimitsInfo, SampleRow, SampleSource, SignalInfo
from ..line_types import shape_of

MAX_SAMPLES = 20_000  # of one chart on one page
MAX_SIGNALS = 500


def charts(
    scope: Scope, *, line: str = "", active: bool | None = None, keys: Iterable[int] = ()
) -> list[ChartInfo]:
    """Charts by line, characteristic and maker. Needs ``acting``."""
    rows = ControlChart.objects.of(scope).select_related("line").annotate(version=Max("limits__version"))
    if line:
        rows = rows.filter(line__asset=line)
    if active is not None:
        rows = rows.filter(active=active)
    wanted = list(keys)
    if wanted:
        rows = rows.filter(pk__in=wanted)
    rows = rows.order_by("line__org", "line__asset", "characteristic", "maker", "kind")
    return [info for row in rows if (info := chart_info(row)) is not None]


def chart(scope: Scope, key: int) -> ChartInfo:
    """One chart, or NotFound ``quality.chart_missing``."""
    found = charts(scope, keys=[key])
    if not found:
        raise NotFound("quality.chart_missing", "There is no such control chart that you may see.")
    return found[0]


def chart_info(row: ControlChart) -> ChartInfo | None:
    """Row (with ``line`` and ``version``) -> plain data; None when the line's type no longer has the characteristic."""
    found = shape_of(row.line).characteristic(row.characteristic)
    if found is None:
        return None
    return ChartInfo(
        id=row.pk,
        org=row.org,
        line_asset=row.line.asset,
        line_en=row.line.name_en,
        line_zh=row.line.name_zh,
        characteristic=found,
        maker=row.maker,
        kind=ChartKind(row.kind),
        size=row.size,
        active=row.active,
        version=getattr(row, "version", None) or 0,
    )


def variables(row: Line) -> list[Characteristic]:
    """Characteristics of the line's type that a control chart can show."""
    return [item for item in shape_of(row).characteristics if item.kind is Kind.VARIABLE]


def limits_of(scope: Scope, keys: Sequence[int]) -> dict[int, list[LimitsInfo]]:
    """Chart id -> its approved versions, oldest first."""
    found: dict[int, list[LimitsInfo]] = {key: [] for key in keys}
    rows = ControlLimits.objects.of(scope).filter(chart_id__in=list(keys)).order_by("chart_id", "version")
    for row in rows:
        found[row.chart_id].append(limits_info(row))
    return found


def limits_info(row: ControlLimits) -> LimitsInfo:
    """Row -> plain data."""
    return LimitsInfo(
        id=row.pk,
        version=row.version,
        effective_at=row.effective_at,
        location=Limits.read(row.location),
        spread=Limits.read(row.spread) if row.spread else None,
        rules=tuple(row.rules),
        holds=tuple(row.holds),
        options={name: float(value) for name, value in row.options.items()},
        data_from=row.data_from,
        data_to=row.data_to,
        approved_by=row.approved_by,
        approved_at=row.approved_at,
        note=row.note,
    )


def samples_of(
    scope: Scope,
    found: ChartInfo,
    *,
    since_at: datetime | None = None,
    until_at: datetime | None = None,
    last: int = MAX_SAMPLES,
) -> list[SampleRow]:
    """Samples of a chart by time, at most the ``last`` newest of the stretch."""
    rows = Sample.objects.of(scope).filter(
        line__asset=found.line_asset, characteristic=found.characteristic.code
    )
    if found.maker:
        rows = rows.filter(maker=found.maker)
    if since_at is not None:
        rows = rows.filter(at__gte=since_at)
    if until_at is not None:
        rows = rows.filter(at__lt=until_at)
    return [sample_row(row) for row in reversed(rows.order_by("-at", "-id")[:last])]


def newest_samples(scope: Scope, found: Sequence[ChartInfo], points: int) -> dict[int, list[SampleRow]]:
    """Chart id -> its newest samples for so many points, by time; one statement for all charts. Needs ``acting``."""
    made: dict[int, list[SampleRow]] = {item.id: [] for item in found}
    if not found:
        return made
    orgs = None if scope.park_wide else sorted(scope.orgs or {scope.org})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT w.key, s.id, s.at, s.serial, s.value, s.maker, s.station, s.source, s.by, s.left_out"
            " FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::int[]) w(key, asset, code, maker, n)"
            " JOIN shopfloor_line l ON l.asset = w.asset"
            " CROSS JOIN LATERAL (SELECT * FROM shopfloor_sample t WHERE t.line_id = l.id"
            " AND t.characteristic = w.code AND (w.maker = '' OR t.maker = w.maker)"
            " AND (%s::text[] IS NULL OR t.org = ANY (%s)) ORDER BY t.at DESC LIMIT w.n) s"
            " ORDER BY w.key, s.at, s.id",
            [
                [item.id for item in found],
                [item.line_asset for item in found],
                [item.characteristic.code for item in found],
                [item.maker for item in found],
                [points * item.size for item in found],
                orgs,
                orgs,
            ],
        )
        for key, number, at, serial, value, maker, station, source, by, left_out in cursor.fetchall():
            made[key].append(
                SampleRow(number, at, serial, value, maker, station, SampleSource(source), by, left_out)
            )
    return made


def sample_row(row: Sample) -> SampleRow:
    """Row -> plain data."""
    return SampleRow(
        row.pk, row.at, row.serial, row.value, row.maker, row.station, SampleSource(row.source), row.by, row.left_out
    )  # fmt: skip


def signals(
    scope: Scope,
    *,
    chart_key: int | None = None,
    open_only: bool = False,
    line: str = "",
    most: int = MAX_SIGNALS,
) -> list[SignalInfo]:
    """Signals, newest first."""
    rows = signal_rows(scope)
    if chart_key is not None:
        rows = rows.filter(chart_id=chart_key)
    if open_only:
        rows = rows.filter(closed_at=None)
    if line:
        rows = rows.filter(chart__line__asset=line)
    return [signal_info(row) for row in rows[:most]]


def signal_rows(scope: Scope):  # type: ignore[no-untyped-def]
    """Query set of signals with what ``signal_info`` needs."""
    return ChartSignal.objects.of(scope).select_related("chart__line", "limits").order_by("-at", "-id")


def signal_info(row: ChartSignal) -> SignalInfo:
    """Row -> plain data."""
    return SignalInfo(
        id=row.pk,
        org=row.org,
        chart_id=row.chart_id,
        line_asset=row.chart.line.asset,
        maker=row.chart.maker,
        characteristic=row.chart.characteristic,
        rule=row.rule,
        version=row.limits.version,
        at=row.at,
        found_at=row.found_at,
        serial=row.serial,
        value=row.value,
        z=row.z,
        late=row.late,
        held=row.held,
        cause=row.cause,
        action=row.action,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
    )
