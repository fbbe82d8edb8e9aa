"""Booking reasons to stops: one or many at once, changed, split, merged, taken back. Optimistic lock on every change.

A booking belongs to one shift of one line and names planned time in which its station stood still. What is already
named by somebody of the same or a higher rank is not booked over: whoever comes second is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.engines.calendars import Shift
from gearpark.kit.audit import record
from gearpark.kit.events import tell
from gearpark.kit.tenant import acting, require

from ..models import Line
from ..models.figures import MAX_NOTE, StopBooking
from ..queries import setup
from ..queries.reasons import reason as known_reason
from ..queries.shifts import chosen_shift
from ..queries.stops import stop_at
from ..queries.summary import of_shift
from ..types import LineChanged, LineFigures, LineInfo
from ..types.figures import LEAD, LEADER_RANK, OPERATOR_RANK, WORK, BookingWanted, StopRow

MAX_AT_ONCE = 200
OPERATOR_BOOKS_US = (
    24 * 3_600_000_000
)  # operators may book until so long after the shift's end; leaders always


def book(
    scope: Scope, asset: str, day: str, shift: str, wanted: Sequence[BookingWanted], now: datetime
) -> list[int]:
    """Book reasons to stops of one shift, all or none; returns the bookings' ids in the order asked for.

    Problems: ``figures.too_many_bookings``, ``figures.no_stop``, ``figures.reason_unknown``, ``figures.booking_end``,
    ``figures.too_late``, ``kit.conflict`` (somebody booked that stop meanwhile).
    """
    require(scope, WORK)
    if not 0 < len(wanted) <= MAX_AT_ONCE:
        raise Problem("figures.too_many_bookings", f"Choose one to {MAX_AT_ONCE} stops at a time.")
    with acting(scope):
        info, chosen = _open_shift(scope, asset, day, shift, now)
        _lock(scope, info)
        figures = of_shift(scope, info, chosen, to_us(now))
        made = [_new(scope, figures, one, now) for one in wanted]
        tell(LineChanged(info.org, info.asset))
        return [int(row.pk) for row in made]


def change_booking(
    scope: Scope,
    key: int,
    version: int,
    now: datetime,
    *,
    reason: str,
    note: str = "",
    end_us: int | None = None,
) -> int:
    """Give a booking another reason, note or end (None: as it is); returns its new version."""
    require(scope, WORK)
    with acting(scope):
        row, info = _held(scope, key, version, now)
        before = _facts(row)
        found = known_reason(scope, info, reason)
        row.reason, row.loss, row.note = found.code, found.loss, note.strip()[:MAX_NOTE]
        if end_us is not None:
            _check_end(row, end_us, info, now)
            row.end_at = from_us(end_us)
        _sign(scope, row, now)
        row.save()
        record(scope, "shopfloor.booking_changed", "stop", _key(info, row), before, _facts(row), org=row.org)
        tell(LineChanged(info.org, info.asset))
        return row.version


def split_booking(scope: Scope, key: int, version: int, at_us: int, reason: str, now: datetime) -> int:
    """Cut a booking in two at an instant inside it; the later part gets ``reason``. Returns the new booking's id."""
    require(scope, WORK)
    with acting(scope):
        row, info = _held(scope, key, version, now)
        found = known_reason(scope, info, reason)
        end_us = to_us(row.end_at) if row.end_at else _stop_end(scope, info, row, now)
        if not to_us(row.start_at) < at_us < end_us:
            raise Problem(
                "figures.booking_end", "Cut inside the booked stretch: after its start, before its end."
            )
        before = _facts(row)
        later = StopBooking(
            org=row.org, line_id=row.line_id, on=row.on, shift=row.shift, station=row.station,
            start_at=from_us(at_us), end_at=row.end_at, reason=found.code, loss=found.loss, note="",
        )  # fmt: skip
        row.end_at = from_us(at_us)
        _sign(scope, row, now)
        _sign(scope, later, now, first=True)
        row.save()
        later.save()
        after = {"first": _facts(row), "second": _facts(later)}
        record(scope, "shopfloor.booking_split", "stop", _key(info, row), before, after, org=row.org)
        tell(LineChanged(info.org, info.asset))
        return int(later.pk)


def merge_bookings(scope: Scope, versions: Mapping[int, int], now: datetime) -> int:
    """Make several bookings of one station and shift one, from the first start to the last end; the first one's reason.

    Production between them stays production: a booking is only ever charged to stops. Returns the id that is left.
    """
    require(scope, WORK)
    if len(versions) < 2 or len(versions) > MAX_AT_ONCE:
        raise Problem("figures.merge", "Choose at least two bookings of one station and one shift.")
    with acting(scope):
        held = [_held(scope, key, version, now) for key, version in versions.items()]
        rows = sorted((row for row, _info in held), key=lambda row: (row.start_at, row.pk))
        info = held[0][1]
        if len({(row.line_id, row.on, row.shift, row.station) for row in rows}) > 1:
            raise Problem("figures.merge", "Choose at least two bookings of one station and one shift.")
        first, others = rows[0], rows[1:]
        before = [_facts(row) for row in rows]
        ends = [row.end_at for row in rows]
        known = [end for end in ends if end is not None]
        first.end_at = None if rows[-1].end_at is None else max(known)
        if first.end_at is None:
            first.end_at = from_us(_stop_end(scope, info, rows[-1], now))
        _sign(scope, first, now)
        first.save()
        for row in others:
            row.delete()
        record(
            scope, "shopfloor.bookings_merged", "stop", _key(info, first), {"bookings": before}, _facts(first),
            org=first.org,
        )  # fmt: skip
        tell(LineChanged(info.org, info.asset))
        return int(first.pk)


def remove_booking(scope: Scope, key: int, version: int, now: datetime) -> None:
    """Take a booking back: the stop speaks in the machine's words again."""
    require(scope, WORK)
    with acting(scope):
        row, info = _held(scope, key, version, now)
        before = _facts(row)
        row.delete()
        record(scope, "shopfloor.booking_removed", "stop", before["key"], before, None, org=info.org)
        tell(LineChanged(info.org, info.asset))


def _open_shift(scope: Scope, asset: str, day: str, shift: str, now: datetime) -> tuple[LineInfo, Shift]:
    info = setup.line(scope, asset)
    chosen = chosen_shift(info, to_us(now), day, shift)
    _check_time(scope, chosen, now)
    return info, chosen


def _check_time(scope: Scope, shift: Shift, now: datetime) -> None:
    if not scope.may(LEAD) and to_us(now) > shift.end_us + OPERATOR_BOOKS_US:
        raise Problem(
            "figures.too_late",
            "This shift ended more than a day ago: only a line leader may still book its stops.",
            status=403,
        )


def _lock(scope: Scope, info: LineInfo) -> None:
    """Bookings of one line are made one after the other."""
    Line.objects.of(scope).filter(pk=info.id).select_for_update().first()


def _new(scope: Scope, figures: LineFigures, wanted: BookingWanted, now: datetime) -> StopBooking:
    info, shift = figures.line, figures.shift
    stop = stop_at(figures, wanted.station, wanted.start_us)
    found = known_reason(scope, info, wanted.reason)
    rank = _rank(scope)
    taken = _taken(scope, info, shift, stop, rank)
    if taken is not None and (taken.by, taken.reason) == (scope.actor, found.code):
        return taken  # a second touch, or a report sent twice
    if taken is not None:
        raise Problem(
            "kit.conflict",
            f"This stop was booked meanwhile by {taken.by}; nothing was changed. Look again and change that booking.",
            status=409,
        )
    end_us = wanted.end_us
    if end_us is not None and not stop.start_us < end_us <= stop.end_us:
        raise Problem(
            "figures.booking_end", "A booking ends inside its stop: after its start, not after its end."
        )
    if end_us is None and not stop.open:
        end_us = stop.end_us
    row = StopBooking(
        org=info.org, line_id=info.id, on=shift.day, shift=shift.code, station=wanted.station,
        start_at=from_us(stop.start_us), end_at=None if end_us is None else from_us(end_us), reason=found.code,
        loss=found.loss, note=wanted.note.strip()[:MAX_NOTE],
    )  # fmt: skip
    _sign(scope, row, now, first=True)
    row.save()
    record(scope, "shopfloor.stop_booked", "stop", _key(info, row), None, _facts(row), org=row.org)
    return row


def _taken(scope: Scope, info: LineInfo, shift: Shift, stop: StopRow, rank: int) -> StopBooking | None:
    """The booking that names this stop already, of the same rank or a higher one. Figures may be seconds old: ask the table."""
    rows = StopBooking.objects.of(scope).filter(
        line_id=info.id, on=shift.day, shift=shift.code, station=stop.station, rank__gte=rank
    )
    if stop.booking is not None and stop.booking.rank >= rank:
        return rows.filter(pk=stop.booking.id).first()
    return rows.filter(start_at=from_us(stop.start_us)).first()


def _held(scope: Scope, key: int, version: int, now: datetime) -> tuple[StopBooking, LineInfo]:
    """The row, locked, when nobody changed it since ``version`` and the person may change it."""
    row = StopBooking.objects.of(scope).filter(pk=key).select_for_update().first()
    if row is None:
        raise NotFound("figures.booking_unknown", "There is no such booking that you may see.")
    if row.version != version:
        raise Problem(
            "kit.conflict",
            f"{row.by} changed this booking meanwhile; nothing was changed. Look again.",
            status=409,
        )
    line = Line.objects.of(scope).select_related("calendar").get(pk=row.line_id)
    info = setup.line_info(line)
    chosen = chosen_shift(info, to_us(now), row.on.isoformat(), row.shift)
    _check_time(scope, chosen, now)
    if row.rank > _rank(scope):
        raise Problem(
            "figures.leader_booked",
            "A line leader booked this stop; only a leader may change it.",
            status=403,
        )
    return row, info


def _check_end(row: StopBooking, end_us: int, info: LineInfo, now: datetime) -> None:
    shift = chosen_shift(info, to_us(now), row.on.isoformat(), row.shift)
    if not to_us(row.start_at) < end_us <= shift.end_us:
        raise Problem("figures.booking_end", "A booking ends after its start and within its shift.")


def _stop_end(scope: Scope, info: LineInfo, row: StopBooking, now: datetime) -> int:
    """Where the stop of an open booking ends, as far as it is known."""
    shift = chosen_shift(info, to_us(now), row.on.isoformat(), row.shift)
    figures = of_shift(scope, info, shift, to_us(now))
    return max(stop_at(figures, row.station, to_us(row.start_at)).end_us, to_us(row.start_at) + 1)


def _rank(scope: Scope) -> int:
    return LEADER_RANK if scope.may(LEAD) else OPERATOR_RANK


def _sign(scope: Scope, row: StopBooking, now: datetime, *, first: bool = False) -> None:
    row.by, row.at, row.rank = scope.actor, now, max(row.rank or 0, _rank(scope))
    if not first:
        row.version += 1


def _key(info: LineInfo, row: StopBooking) -> str:
    return f"{info.asset} {row.on.isoformat()} {row.shift} {row.station}"


def _facts(row: StopBooking) -> dict[str, Any]:
    return {
        "key": f"{row.station} {row.on.isoformat()} {row.shift}",
        "start_at": row.start_at.isoformat(),
        "end_at": row.end_at.isoformat() if row.end_at else None,
        "reason": row.reason,
        "loss": row.loss,
        "note": row.note,
        "rank": row.rank,
        "version": row.version,
    }
