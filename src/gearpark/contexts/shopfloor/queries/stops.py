"""Stops of a shift: what the machines say stood still, cut by the calendar, with the reasons people booked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.engines.calendars import Span, clipped, subtracted, total
from gearpark.engines.lines import Station
from gearpark.engines.oee import Stop, mapping_table, stops

from ..models.figures import StopBooking
from ..types import LineFigures, UnitFigures
from ..types.figures import BookingInfo, ReasonInfo, StopRow
from .figures import bottleneck_codes
from .said import booking_info

MAX_STOPS = 2000  # rows of one shift


def stop_rows(figures: LineFigures, tree: Sequence[ReasonInfo] = ()) -> list[StopRow]:
    """Every stop of every station with planned time in it, newest first; a stop booked in part comes in pieces."""
    slow = set(bottleneck_codes(figures.line))
    rows = [
        row
        for device in figures.line.template.devices
        if isinstance(device, Station)
        for row in unit_stops(figures, figures.units[device.code], tree)
    ]
    rows.sort(key=lambda row: (-row.start_us, row.station not in slow, row.station))
    return rows[:MAX_STOPS]


def unit_stops(figures: LineFigures, unit: UnitFigures, tree: Sequence[ReasonInfo] = ()) -> list[StopRow]:
    """Stops of one unit, oldest first."""
    bookings = {item.id: item for item in figures.said.bookings}
    found = []
    for stop in stops(unit.segments, mapping_table(figures.line.oee_mapping)):
        named = [
            (span, bookings.get(charge.rank[-1]))
            for charge in unit.charges
            for span in clipped(((charge.start_us, charge.end_us),), stop.start_us, stop.end_us)
        ]
        rest = subtracted(((stop.start_us, stop.end_us),), sorted(span for span, _booking in named))
        pieces: list[tuple[Span, BookingInfo | None]] = [*named, *((span, None) for span in rest)]
        for span, booking in sorted(pieces, key=lambda piece: piece[0]):
            row = _row(figures, unit, stop, span, booking, tree)
            if row.planned_us:
                found.append(row)
    return found


def stop_at(figures: LineFigures, station: str, at_us: int) -> StopRow:
    """The stop, or piece of one, that holds an instant; NotFound ``figures.no_stop``."""
    unit = figures.units.get(station)
    rows = unit_stops(figures, unit) if unit is not None else []
    found = next((row for row in rows if row.start_us <= at_us < row.end_us), None)
    if found is None:
        raise NotFound("figures.no_stop", f"Station {station!r} did not stand still in planned time then.")
    return found


def booking(scope: Scope, key: int) -> BookingInfo:
    """One booking, or NotFound ``figures.booking_unknown``."""
    row = StopBooking.objects.of(scope).filter(pk=key).select_related("line").first()
    if row is None:
        raise NotFound("figures.booking_unknown", "There is no such booking that you may see.")
    return booking_info(row, row.line.asset)


def shares(rows: Iterable[StopRow]) -> tuple[int, int]:
    """(booked, all) planned time of stops."""
    listed = list(rows)
    return sum(row.planned_us for row in listed if row.booking), sum(row.planned_us for row in listed)


def _row(
    figures: LineFigures,
    unit: UnitFigures,
    stop: Stop,
    span: Span,
    booking: BookingInfo | None,
    tree: Sequence[ReasonInfo],
) -> StopRow:
    said: Counter[tuple[str, str]] = Counter()
    for part in stop.parts:
        for start, end in clipped(((part.start_us, part.end_us),), *span):
            said[str(part.state), part.reason or ""] += end - start
    words = sorted(said.items(), key=lambda item: (-item[1], item[0]))
    return StopRow(
        station=unit.code,
        start_us=span[0],
        end_us=span[1],
        open=span[1] == figures.until_us and figures.open,
        planned_us=total(clipped(figures.shift.planned, *span)),
        said=tuple((state, reason, time_us) for (state, reason), time_us in words),
        booking=booking,
        suggested=_suggested(tree, [(state, reason) for (state, reason), _time in words]),
    )


def _suggested(tree: Sequence[ReasonInfo], said: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    """Reasons whose alarms the machine named, in the order of how long it did."""
    found = [
        one.code
        for _state, reason in said
        for one in tree
        if reason and any(reason.startswith(alarm) for alarm in one.alarms)
    ]
    return tuple(dict.fromkeys(found))
