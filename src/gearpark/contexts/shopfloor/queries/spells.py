"""What the devices of a line did, spell by spell, on the clock of its planned time: what a model is calibrated from."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

from gearpark.base.ids import tag
from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import to_us
from gearpark.engines.calendars import Spans
from gearpark.engines.oee import mapping_table

from ..types import LineInfo, LineSpells, Spell, StateSegment
from . import source
from .figures import EDGE_US, output_pieces, state_segments
from .history import LineHistory
from .observed import rows
from .setup import line

MAX_DAYS = 60
PART = "part_serial"
US = 1e6
WORKING = ("running", "blocked", "setup", "down")  # states with a part in hand


def line_spells(scope: Scope, asset: str, start: datetime, end: datetime) -> LineSpells:
    """Spells of every station and vehicle of a line in [start, end), planned time only; work is cut where parts change.

    Problems ``shopfloor.line_unknown``; ``shopfloor.stretch_wrong`` for a stretch that ends before it begins or is
    longer than ``MAX_DAYS``.
    """
    if not timedelta(0) < end - start <= timedelta(days=MAX_DAYS):
        raise Problem(
            "shopfloor.stretch_wrong",
            f"Choose a stretch that ends after it begins, of {MAX_DAYS} days at most.",
            most=MAX_DAYS,
        )
    info = line(scope, asset)
    start_us, end_us = to_us(start), to_us(end)
    history = LineHistory(info, start_us - EDGE_US)
    history.update(source.reader(), end_us)
    silent, signals = history.silences(start_us), history.signals()
    planned = info.calendar.planned(start_us, end_us)
    parts = _parts(info, start_us, end_us)
    shortest = mapping_table(info.oee_mapping).minor_stop_us
    clock = _Clock(planned)
    units = {}
    for device in info.template.devices:
        name = info.asset_of(device.code)
        found = state_segments(info, signals.get(name, {}), start_us, end_us, silent)
        units[device.code] = tuple(
            spell
            for one in _cut(found, parts.get(name, []))
            for spell in _spell(clock, one, shortest, start_us, end_us)
        )
    first = min((spells[0].start_s for spells in units.values() if spells), default=None)
    good = tuple(
        clock.at(step.at_us)
        for step in output_pieces(info, signals).steps
        if start_us <= step.at_us < end_us
        for _ in range(step.pieces)
    )
    return LineSpells(None if first is None else clock.instant_us(first), clock.length_s, units, good)


def _parts(info: LineInfo, start_us: int, end_us: int) -> dict[str, list[tuple[int, str]]]:
    """asset -> (instant, serial from then on), in order."""
    assets = {
        tag(info.asset_of(device.code), PART): info.asset_of(device.code) for device in info.template.devices
    }
    read = source.reader().observations(info.org, list(assets), start_us, end_us)
    return {
        assets[name]: [(at, str(value)) if value is not None else (at, "") for at, _, value in rows(series)]
        for name, series in read.items()
    }


def _cut(segments: list[StateSegment], parts: list[tuple[int, str]]) -> Iterator[tuple[StateSegment, str]]:
    """Segments with the part in hand; a segment in which the part changes becomes several."""
    instants = [at for at, _ in parts]
    for one in segments:
        first = bisect_right(instants, one.start_us)
        begin, serial = one.start_us, parts[first - 1][1] if first else ""
        if one.state in WORKING:
            for at, after in parts[first:]:
                if at >= one.end_us:
                    break
                if after != serial:
                    yield StateSegment(begin, at, one.state, one.reason), serial
                    begin, serial = at, after
        yield StateSegment(begin, one.end_us, one.state, one.reason), serial


def _spell(
    clock: _Clock, cut: tuple[StateSegment, str], shortest: int, start_us: int, end_us: int
) -> Iterator[Spell]:
    one, serial = cut
    if one.state == "no_data" or one.end_us <= start_us:
        return
    begin, end = clock.at(max(one.start_us, start_us)), clock.at(min(one.end_us, end_us))
    if end > begin:
        yield Spell(
            begin,
            end,
            one.state,
            serial if one.state in WORKING else "",
            minor=one.state == "down" and one.end_us - one.start_us < shortest,
            cut=one.start_us <= start_us
            or one.end_us >= end_us
            or end - begin < (one.end_us - one.start_us) / US - 1,
        )


class _Clock:
    """Instants as seconds of planned time since the first planned one."""

    def __init__(self, planned: Spans) -> None:
        self.starts = [start for start, _ in planned]
        self.ends = [end for _, end in planned]
        self.before = [0.0]
        for start, end in planned:
            self.before.append(self.before[-1] + (end - start) / US)
        self.length_s = self.before[-1]

    def at(self, instant_us: int) -> float:
        k = bisect_right(self.starts, instant_us) - 1
        if k < 0:
            return 0.0
        return self.before[k] + (min(instant_us, self.ends[k]) - self.starts[k]) / US

    def instant_us(self, second: float) -> int:
        k = min(bisect_right(self.before, second), len(self.starts)) - 1
        return self.starts[k] + round((second - self.before[k]) * US)
