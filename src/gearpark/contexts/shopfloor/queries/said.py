"""What a shift's figures rest on beside the lake: booked reasons, registered orders, what became of its serials."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.db.models import Count, Q

from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.engines.calendars import Shift, Spans, clipped, merged
from gearpark.engines.oee import mapping_table

from ..models import OperationRun, WorkOrder
from ..models.figures import StopBooking
from ..types import LineInfo
from ..types.figures import BookingInfo, PartsFacts, Said
from ..types.work import RunResult

ON_STATION = timedelta(hours=12)  # a part is on one station for at most this long
Pair = tuple[LineInfo, Shift]


def said_of(scope: Scope, pairs: Sequence[Pair], now_us: int) -> dict[str, Said]:
    """Line asset -> what was said of its shift. One line stands once among the pairs."""
    booked = bookings_of(scope, pairs)
    orders = _orders(scope, pairs)
    parts = _parts(scope, pairs, now_us)
    return {
        line.asset: Said(booked.get(line.asset, ()), orders.get(line.asset), parts.get(line.asset))
        for line, _shift in pairs
    }


def bookings_of(scope: Scope, pairs: Sequence[Pair]) -> dict[str, tuple[BookingInfo, ...]]:
    """Line asset -> bookings of its shift, by time."""
    assets = {(line.id, shift.day, shift.code): line.asset for line, shift in pairs}
    rows = StopBooking.objects.of(scope).filter(
        line_id__in={key[0] for key in assets},
        on__in={key[1] for key in assets},
        shift__in={key[2] for key in assets},
    )
    found: dict[str, list[BookingInfo]] = {}
    for row in rows.order_by("start_at", "id"):
        asset = assets.get((row.line_id, row.on, row.shift))
        if asset is not None:
            found.setdefault(asset, []).append(booking_info(row, asset))
    return {asset: tuple(items) for asset, items in found.items()}


def booking_info(row: StopBooking, asset: str) -> BookingInfo:
    return BookingInfo(
        id=row.pk,
        org=row.org,
        line=asset,
        on=row.on,
        shift=row.shift,
        station=row.station,
        start_us=to_us(row.start_at),
        end_us=None if row.end_at is None else to_us(row.end_at),
        reason=row.reason,
        loss=row.loss,
        note=row.note,
        by=row.by,
        at=row.at,
        rank=row.rank,
        version=row.version,
    )


def _orders(scope: Scope, pairs: Sequence[Pair]) -> Mapping[str, Spans]:
    """Line asset -> stretches in which an order ran on it; only of lines whose mapping asks for orders."""
    asking = {
        line.id: (line, shift) for line, shift in pairs if mapping_table(line.oee_mapping).asks_for_orders
    }
    if not asking:
        return {}
    first = min(shift.start_us for _line, shift in asking.values())
    rows = (
        WorkOrder.objects.of(scope)
        .filter(line_id__in=asking, started_at__isnull=False)
        .filter(Q(ended_at=None) | Q(ended_at__gte=from_us(first)))
        .values_list("line_id", "started_at", "ended_at")
    )
    ran: dict[int, list[tuple[int, int]]] = {key: [] for key in asking}
    for key, started, ended in rows:
        if started is not None:
            ran[key].append((to_us(started), to_us(ended) if ended else asking[key][1].end_us))
    return {
        line.asset: clipped(merged(ran[key]), shift.start_us, shift.end_us)
        for key, (line, shift) in asking.items()
    }


def _parts(scope: Scope, pairs: Sequence[Pair], now_us: int) -> Mapping[str, PartsFacts]:
    """Line asset -> facts of the serials that ended an operation in its shift."""
    if not pairs:
        return {}
    wanted = Q()
    for line, shift in pairs:
        wanted |= Q(
            line_id=line.id,
            begun_at__gte=from_us(shift.start_us) - ON_STATION,
            ended_at__gte=from_us(shift.start_us),
            ended_at__lt=from_us(min(shift.end_us, max(now_us, shift.start_us))),
        )
    rows = list(
        OperationRun.objects.of(scope)
        .filter(wanted)
        .values("line_id", "station", "result", "reason", "attempt")
        .annotate(
            parts=Count("serial", distinct=True),
            straight=Count("serial", distinct=True, filter=Q(serial__rework_loops=0)),
        )
    )
    by_line = {line.id: line for line, _shift in pairs}
    found: dict[int, list[Mapping[str, object]]] = {}
    for row in rows:
        found.setdefault(row["line_id"], []).append(row)
    return {by_line[key].asset: _facts(by_line[key], mine) for key, mine in found.items()}


def _facts(line: LineInfo, rows: Iterable[Mapping[str, object]]) -> PartsFacts:
    inspected = passed = reworked = 0
    defects: Counter[str] = Counter()
    for row in rows:
        parts = int(str(row["parts"]))
        if row["station"] == line.template.output and row["attempt"] == 1:
            inspected += parts if row["result"] != RunResult.ABORTED else 0
            passed += int(str(row["straight"])) if row["result"] == RunResult.GOOD else 0
        if row["result"] == RunResult.REWORK:
            reworked += parts
        elif row["result"] == RunResult.SCRAP:
            defects[str(row["reason"])] += parts
    return PartsFacts(
        inspected, passed, reworked, tuple(sorted(defects.items(), key=lambda item: (-item[1], item[0])))
    )
