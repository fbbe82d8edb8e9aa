"""A shop floor's line as the state its model starts a forecast from."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.time import to_us
from gearpark.contexts.shopfloor.public import BoardView, LiveUnit
from gearpark.engines.calendars.spans import clipped, total
from gearpark.engines.linesim.live import LiveState, MachineState
from gearpark.engines.linesim.model import Line
from gearpark.engines.linesim.model.line import StationInfo

from .history import fitting

US = 1_000_000
MOST_UNHEARD = 0.5  # share of a line's machines without data above which nothing is forecast
WORKING = {"running": "busy", "setup": "setup", "blocked": "blocked", "down": "down"}


def live_state(view: BoardView, line: Line, now: datetime) -> LiveState:
    """What the machines are at, what lies in the buffers, what is made; planned time that is left of the shift.

    A machine nobody hears of, or that stands as planned, counts as starved: the model starts it at once. Parts in hand
    are of the model's first type, for the floor tells no type. Problems ``twin.line_unlike``, ``twin.line_unheard``.
    """
    figures = view.figures
    now_us = to_us(now)
    left = total(clipped(figures.shift.planned, now_us, figures.shift.end_us))
    machines = _machines(view, line, now_us)
    unheard = sum(1 for unit in view.units.values() if unit.state == "no_data")
    if unheard > MOST_UNHEARD * len(view.units):
        raise Problem(
            "twin.line_unheard",
            f"{unheard} of {len(view.units)} devices of the line send nothing.",
            unheard=unheard,
            of=len(view.units),
        )
    return LiveState(
        left_s=max(left / US, 1.0),
        machines=machines,
        buffers=_buffers(view, line),
        good=figures.made,
        target=figures.plan,
        moment=now.isoformat(),
    )


def _machines(view: BoardView, line: Line, now_us: int) -> dict[str, MachineState]:
    groups = view.figures.line.template.groups
    made: dict[str, MachineState] = {}
    for info in line.stations:
        if info.carrier:
            continue  # where a part on the way comes from is not told; carriers start empty
        codes = [device.code for device in groups.get(info.name, ()) if device.code in view.units]
        for name, code in fitting(info, codes).items():
            made[name] = _state(view.units[code], info, line, now_us)
    return made


def _state(unit: LiveUnit, info: StationInfo, line: Line, now_us: int) -> MachineState:
    state = WORKING.get(unit.state, "starved")
    machine = next(m for m in line.plan.machines if m.name in info.machines)
    if state == "setup" and machine.setup is None:
        state = "busy"
    if state == "down" and not machine.modes:
        state = "busy" if unit.part else "starved"
    if state == "starved":
        return MachineState()
    part = line.plan.types[0] if state != "down" or unit.part else ""
    elapsed = max(0.0, (now_us - unit.since_us) / US) if unit.since_us is not None else 0.0
    return MachineState(state=state, elapsed_s=elapsed, part=part)


def _buffers(view: BoardView, line: Line) -> dict[str, tuple[str, ...]]:
    rooms = {place.name: place.capacity for place in line.plan.places if place.kind == "buffer"}
    made: dict[str, tuple[str, ...]] = {}
    for name in line.buffers:
        unit = view.units.get(name)
        if unit is not None and unit.level:
            most = rooms.get(name, -1)
            level = int(unit.level) if most < 0 else min(int(unit.level), most)
            made[name] = (line.plan.types[0],) * level
    return made
