"""Figures of a shift as a pure function of how the line is set up, what was observed and what people said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gearpark.engines.calendars import Shift, Spans, clipped, intersection, merged, slots, subtracted, total
from gearpark.engines.lines import Device, Station
from gearpark.engines.oee import (
    Account,
    Element,
    Failures,
    Pieces,
    Step,
    account,
    combined,
    count,
    elements_of,
    failures,
    known_time,
    mapping_table,
    plan_at,
    project,
    resolved,
    with_scrap,
)
from gearpark.engines.states import intervals, mapping

from ..types import Alarm, HourRow, LineFigures, LineInfo, StateSegment, UnitFigures
from ..types.figures import Said
from .observed import STATE_SIGNALS, Series, alarms, digest, pieces, short_hash

EDGE_US = 3_600_000_000  # looked at beyond the shift's edges, so that a stop cut by an edge keeps its length
MAX_ALARMS = 200

NOTHING_SAID = Said()

Signals = Mapping[str, Series]  # signal -> observations of one asset


def line_figures(
    line: LineInfo,
    shift: Shift,
    plan: int,
    observed: Mapping[str, Signals],
    now_us: int,
    silent: Spans = (),
    said: Said = NOTHING_SAID,
) -> LineFigures:
    """All figures of one shift of one line.

    observed     asset id -> signal -> observations, each with the newest one before the shift
    silent       stretches in which nothing at all was heard of the line: no state is carried through them
    said         bookings, orders and serials of the shift
    """
    until = max(shift.start_us, min(now_us, shift.end_us))
    units = {
        device.code: unit_figures(
            line, device, observed.get(line.asset_of(device.code), {}), shift, until, silent, said
        )
        for device in line.template.devices
    }
    scrap = [_scrap(line, observed, station) for station in line.template.stations]
    whole = line_account(line, units, scrap, shift, until)
    made = output_pieces(line, observed)
    steps = tuple(step for step in made.steps if shift.start_us <= step.at_us < until)
    span = ((shift.start_us - EDGE_US, until),)
    known = subtracted(span, unseen(line, units, shift, until))
    seen = {f"{asset}/{name}": series for asset, names in observed.items() for name, series in names.items()}
    inputs = {"data": digest(seen, (silent,)), "setup": short_hash(_facts(line, shift, plan)), **_heard(said)}
    return LineFigures(
        line=line,
        shift=shift,
        until_us=until,
        plan=plan,
        plan_now=plan_at(plan, shift.planned, until),
        made=sum(step.pieces for step in steps),
        scrap=sum(found.total(shift.start_us, until) for found in scrap),
        steps=steps,
        projection=project(steps, shift.planned, until, known=known),
        account=whole,
        units=units,
        hours=_hours(shift, plan, steps, until),
        alarms=_alarms(line, observed, shift, until),
        revision=short_hash(sorted(inputs.items())),
        fresh_us=_fresh(observed),
        elements=line_elements(line, units, whole, shift, until, said),
        inputs=inputs,
        said=said,
    )


def unit_figures(
    line: LineInfo,
    device: Device,
    signals: Signals,
    shift: Shift,
    until: int,
    silent: Spans = (),
    said: Said = NOTHING_SAID,
) -> UnitFigures:
    """One device over the shift so far: segments, account, pieces."""
    segments = state_segments(line, signals, shift.start_us, until, silent)
    station = device if isinstance(device, Station) else None
    made = pieces(signals.get("part_count"), station.part_s if station else None)
    scrapped = pieces(signals.get("scrap_count"), station.part_s if station else None)
    table = mapping_table(line.oee_mapping)
    ideal = round(station.part_s * 1e6) if station else None
    known = known_time(segments, table)
    counts = count(made, [scrapped], shift.planned, known, shift.start_us, until, cycle_us=ideal or 0)
    span = (shift.start_us, until)
    inside = tuple(
        StateSegment(max(s.start_us, span[0]), min(s.end_us, span[1]), s.state, s.reason)
        for s in segments
        if s.end_us > span[0] and s.start_us < span[1]
    )
    last = segments[-1] if segments else StateSegment(until, until, "no_data")
    mine = [item.booking() for item in said.bookings if item.station == device.code]
    charges = resolved(mine, segments, table) if mine else ()
    return UnitFigures(
        code=device.code,
        asset=line.asset_of(device.code),
        segments=inside,
        account=account(
            segments, shift.planned, span, counts, ideal, table, orders=said.orders, charges=charges
        ),
        steps=tuple(step for step in made.steps if span[0] <= step.at_us < span[1]),
        state=last.state,
        reason=last.reason,
        since_us=last.start_us,
        readings=made.readings,
        charges=charges,
        failed=failures(segments, shift.planned, span, table, charges),
    )


def state_segments(
    line: LineInfo, signals: Signals, start_us: int, until_us: int, silent: Spans = ()
) -> list[StateSegment]:
    """State intervals from an hour before ``start_us`` to ``until_us``; silent stretches are no data."""
    begin = start_us - EDGE_US
    read = {name: series for name, series in signals.items() if name in STATE_SIGNALS}
    found = [
        StateSegment(item.start_us, item.end_us, str(item.state), item.reason or "")
        for item in intervals(read, begin, until_us, mapping(line.states_mapping))
    ]
    return _hushed(found, clipped(silent, begin, until_us)) if silent else found


def _hushed(segments: Sequence[StateSegment], silent: Spans) -> list[StateSegment]:
    """Segments with the silent stretches cut out and put back as no data."""
    kept = [
        StateSegment(start, end, item.state, item.reason)
        for item in segments
        for start, end in subtracted(((item.start_us, item.end_us),), silent)
    ]
    kept += [StateSegment(start, end, "no_data") for start, end in silent]
    return sorted(kept, key=lambda item: item.start_us)


def line_account(
    line: LineInfo, units: Mapping[str, UnitFigures], scrap: Sequence[Pieces], shift: Shift, until: int
) -> Account:
    """Bottleneck mode: time and pieces of the bottleneck's machines taken together, scrap of the whole line."""
    group = bottleneck_codes(line)
    together = combined([_without_scrap(units[code].account) for code in group])
    span = ((shift.start_us, until),) if until > shift.start_us else ()
    planned = clipped(shift.planned, shift.start_us, until)
    scrapped = sum(count(found, (), planned, span, shift.start_us, until).produced for found in scrap)
    return with_scrap(together, scrapped)


def line_elements(
    line: LineInfo, units: Mapping[str, UnitFigures], whole: Account, shift: Shift, until: int, said: Said
) -> dict[str, int | None]:
    """ISO 22400-2 elements of the line: times of its bottleneck, sums over its stations, parts where they are followed."""
    group = [units[code] for code in bottleneck_codes(line)]
    stations = [units[station.code].account for station in line.template.stations]
    first = min(station.op for station in line.template.stations)
    failed = [unit.failed for unit in group if unit.failed is not None]
    output = units.get(line.template.output)
    passed = None
    if said.parts is not None:
        passed = (said.parts.passed, said.parts.inspected)
    elif output is not None and output.readings and output.account.counts.good >= 0:
        passed = (output.account.counts.good, output.account.counts.produced)
    return elements_of(
        whole,
        Failures((), sum(one.events for one in failed), sum(one.restore_us for one in failed)),
        stations=stations,
        execution_us=_execution_us(line, units, shift, until),
        first_operation=sum(
            units[station.code].account.counts.produced
            for station in line.template.stations
            if station.op == first
        ),
        first_pass=passed,
        reworked=said.parts.reworked if said.parts is not None else None,
        maintenance_us=sum(unit.account.times_us[Element.STOP] for unit in group),
    )


def _execution_us(line: LineInfo, units: Mapping[str, UnitFigures], shift: Shift, until: int) -> int:
    """Clock time of the plan in which at least one bottleneck machine was there for orders (known, no planned stop)."""
    table = mapping_table(line.oee_mapping)
    there = merged(
        (item.start_us, item.end_us)
        for code in bottleneck_codes(line)
        for item in units[code].segments
        if table.rule(item.state).element not in (Element.STOP, Element.UNKNOWN)
    )
    return total(intersection(there, clipped(shift.planned, shift.start_us, until)))


def bottleneck_codes(line: LineInfo) -> tuple[str, ...]:
    """Station codes of the bottleneck: a parallel group, or one station."""
    return tuple(code for code in line.template.ends_of(line.bottleneck) if code in _station_codes(line))


def _station_codes(line: LineInfo) -> frozenset[str]:
    return frozenset(station.code for station in line.template.stations)


def _without_scrap(source: Account) -> Account:
    return with_scrap(source, 0) if source.counts.scrap else source


def _scrap(line: LineInfo, observed: Mapping[str, Signals], station: Station) -> Pieces:
    return pieces(observed.get(line.asset_of(station.code), {}).get("scrap_count"), station.part_s)


def output_pieces(line: LineInfo, observed: Mapping[str, Signals]) -> Pieces:
    """Good pieces as the line's output counted them."""
    station = line.template.device(line.template.output)
    cycle = station.part_s if isinstance(station, Station) else None
    return pieces(observed.get(line.asset_of(station.code), {}).get("good_count"), cycle)


def unseen(line: LineInfo, units: Mapping[str, UnitFigures], shift: Shift, until: int) -> Spans:
    """Stretches of the shift so far in which no machine of the bottleneck has data."""
    both: Spans = ((shift.start_us, until),) if until > shift.start_us else ()
    for code in bottleneck_codes(line):
        silent = merged((s.start_us, s.end_us) for s in units[code].segments if s.state == "no_data")
        both = intersection(both, silent)
    return both


def _hours(shift: Shift, plan: int, steps: Sequence[Step], until: int) -> tuple[HourRow, ...]:
    return tuple(
        HourRow(
            start,
            end,
            plan_at(plan, shift.planned, end) - plan_at(plan, shift.planned, start),
            sum(step.pieces for step in steps if start <= step.at_us < end),
            start < until,
        )
        for start, end in slots(shift)
    )


def _alarms(line: LineInfo, observed: Mapping[str, Signals], shift: Shift, until: int) -> tuple[Alarm, ...]:
    found: list[Alarm] = []
    for device in line.template.devices:
        asset = line.asset_of(device.code)
        signals = observed.get(asset, {})
        spans = alarms(signals.get("alarm"), signals.get("alarm_text"), until)
        found += [
            Alarm(line.org, line.asset, device.code, asset, s.code, s.text, s.start_us, s.end_us)
            for s in spans
            if s.end_us is None or s.end_us > shift.start_us
        ]
    found.sort(key=lambda alarm: (alarm.end_us is not None, -alarm.start_us, alarm.asset, alarm.code))
    return tuple(found[:MAX_ALARMS])


def _fresh(observed: Mapping[str, Signals]) -> int | None:
    newest = [int(max(s.at_us)) for names in observed.values() for s in names.values() if len(s.at_us)]
    return max(newest, default=None)


def _heard(said: Said) -> dict[str, str]:
    """Hashes of what people and orders said; "" for nothing, so that it tells nothing from something."""
    booked = [
        (b.station, b.start_us, b.end_us, b.reason, b.loss, b.rank, b.id)
        for b in sorted(said.bookings, key=lambda b: b.id)
    ]
    return {
        "bookings": short_hash(booked) if booked else "",
        "orders": "" if said.orders is None else short_hash(said.orders),
        "parts": "" if said.parts is None else short_hash(said.parts),
    }


def _facts(line: LineInfo, shift: Shift, plan: int) -> tuple[object, ...]:
    return (
        line.asset,
        line.template.code,
        line.calendar.name,
        shift.key,
        shift.planned,
        plan,
        line.states_mapping,
        line.oee_mapping,
        line.bottleneck,
        sorted(line.bindings.items()),
    )
