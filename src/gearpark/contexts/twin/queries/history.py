"""What a shop floor's line did as the history its model is calibrated from and held against."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us
from gearpark.contexts.shopfloor.public import LineSpells, Spell, line_spells, lines
from gearpark.engines.linesim.history import PREPARING, History, Interval
from gearpark.engines.linesim.model import Line
from gearpark.engines.linesim.model.line import StationInfo

STATES = {"running": "busy", "blocked": "blocked", "down": "down", "planned_stop": "off"}  # others: starved
TOLD_APART = 2  # modes of failure told apart by their length


def line_history(scope: Scope, asset: str, line: Line, now: datetime, days: float) -> History:
    """The last days of a line, on the clock of its planned time.

    Problems ``twin.line_unlike`` where the model's machines are not the line's, ``twin.history_empty`` where nothing
    was heard, and those of the stretch (``shopfloor.stretch_wrong``).
    """
    if line.plan.calendars:
        raise Problem(
            "twin.calendars_own",
            "The model has calendars of its own, so planned time of the line does not fit it: calibrate it from a file.",
        )
    found = line_spells(scope, asset, now - timedelta(days=days), now)
    machines = machine_devices(scope, asset, line)
    raw = line.document.raw["stations"]
    made: dict[str, list[Interval]] = {}
    for info in line.stations:
        for machine in info.machines:
            spells = found.units.get(machines.get(machine, ""), ())
            if spells:
                made[machine] = list(_intervals(spells, raw[info.name]))
    if not made:
        raise Problem(
            "twin.history_empty",
            "Nothing was heard of the line in that time: choose more days, or connect its machines.",
        )
    return _trimmed(made, found)


def machine_devices(scope: Scope, asset: str, line: Line) -> dict[str, str]:
    """Machine of the model -> device of the line, carriers left out. Problem ``twin.line_unlike``."""
    info = next(one for one in lines(scope) if one.asset == asset)
    groups = info.template.groups
    made: dict[str, str] = {}
    for station in line.stations:
        if not station.carrier:
            made |= fitting(station, [device.code for device in groups.get(station.name, ())])
    return made


def fitting(station: StationInfo, codes: list[str]) -> dict[str, str]:
    """A station's machines with the devices they stand for. Problem ``twin.line_unlike``."""
    if len(codes) != len(station.machines):
        raise Problem(
            "twin.line_unlike",
            f"The model has {len(station.machines)} machines at {station.name}, the line {len(codes)}: build the model from the line.",
            station=station.name,
        )
    return dict(zip(station.machines, codes, strict=True))


def _intervals(spells: Sequence[Spell], told: Mapping[str, Any]) -> Iterator[Interval]:
    """Spells in the model's words.

    A machine that tells its parts and runs without one is being emptied or filled: its carrier's time, not its work.
    So is what it runs on after it was blocked with the same part.
    """
    tells = any(spell.part for spell in spells)
    done = ""
    for spell in spells:
        state = STATES.get(spell.state, "starved")
        if spell.state == "setup":
            state = _preparing(told)
        if state == "busy" and tells and not spell.part:
            state = "starved"
        if state == "busy" and spell.part and spell.part == done:
            state = "blocked"
        if state == "blocked":
            done = spell.part
        failure = _mode(told.get("fail"), minor=spell.minor) if state == "down" else ""
        yield Interval(state, spell.start_s, spell.end_s, spell.cut, serial=spell.part, failure=failure)


def _preparing(told: Mapping[str, Any]) -> str:
    """What a machine's set-up is in the model: where it knows both, which one it is nobody tells."""
    if told.get("tools"):
        return PREPARING if told.get("setup") else "tools"
    return "setup"


def _mode(given: Any, *, minor: bool) -> str:
    """Name of the way of failing: of two, the first is taken for the long stops as line types write them."""
    modes = given if isinstance(given, list) else []
    if len(modes) != TOLD_APART:
        return ""
    return str(modes[1 if minor else 0].get("name", ""))


def _trimmed(machines: dict[str, list[Interval]], found: LineSpells) -> History:
    """History from the first moment anything is known."""
    first = min(rows[0].start_s for rows in machines.values())
    moved = {
        name: [replace(one, start_s=one.start_s - first, end_s=one.end_s - first) for one in rows]
        for name, rows in machines.items()
    }
    digest = hashlib.blake2b(repr(sorted(moved.items())).encode(), digest_size=8).hexdigest()
    begin = from_us(found.first_us or 0).isoformat(timespec="minutes")
    good = tuple(at - first for at in found.good_s if at >= first)
    return History(moved, found.planned_s - first, begin, digest, good)
