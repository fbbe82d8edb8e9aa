"""A shift's figures as one plain document: what is published, printed, and compared with what was published before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gearpark.base.scope import Scope
from gearpark.engines.calendars import Shift
from gearpark.engines.lines import Station
from gearpark.engines.oee import Account, Element, Loss, kpis
from gearpark.kit.tenant import acting

from ..types import Alarm, LineFigures, UnitFigures
from .summary import board

VERSION = 1
MINUTE_US = 60_000_000
MAX_ALARMS = 40
MAX_LOSSES = 60
LETTERS = {
    "running": "R", "starved": "S", "blocked": "B", "idle": "I", "setup": "U", "down": "D", "planned_stop": "P",
    "no_data": "N",
}  # fmt: skip
STATES = {letter: state for state, letter in LETTERS.items()}


def document(figures: LineFigures) -> dict[str, Any]:
    """Plain data of one shift; equal inputs give equal documents."""
    line, shift, account = figures.line, figures.shift, figures.account
    return {
        "v": VERSION,
        "line": line.asset,
        "org": line.org,
        "name_en": line.name_en,
        "name_zh": line.name_zh,
        "path": line.path,
        "zone": line.calendar.zone_name,
        "shift": _shift(shift),
        "until_us": figures.until_us,
        "open": figures.open,
        "plan": figures.plan,
        "due": figures.plan_now,
        "counts": {
            "made": figures.made,
            "scrap": figures.scrap,
            "produced": account.counts.produced,
            "outside": account.counts.outside,
            "across_gap": account.counts.across_gap,
            "doubtful": account.counts.doubtful,
        },
        "elements": dict(figures.elements),
        "pri_us": account.ideal_cycle_us,
        "losses": [_loss(loss) for loss in account.losses[:MAX_LOSSES]],
        "flags": sorted(str(flag) for flag in account.flags),
        "hours": [
            [row.start_us, row.end_us, round(row.plan, 3), row.made, row.begun] for row in figures.hours
        ],
        "units": {
            device.code: _unit(figures, device)
            for device in line.template.devices
            if isinstance(device, Station)
        },
        "alarms": [_alarm(alarm) for alarm in figures.alarms[:MAX_ALARMS]],
        "alarm_count": len(figures.alarms),
        "defects": [list(item) for item in figures.said.parts.defects] if figures.said.parts else None,
        "first_pass_by": "parts" if figures.said.parts else "counters",
        "mapping": account.mapping,
        "states_mapping": line.states_mapping,
        "bottleneck": line.bottleneck,
        "machines": len(line.template.ends_of(line.bottleneck)),
        "calendar": line.calendar.name,
        "inputs": dict(figures.inputs),
        "revision": figures.revision,
        "fresh_us": figures.fresh_us,
    }


def shift_document(scope: Scope, asset: str, now: datetime, day: str = "", shift: str = "") -> dict[str, Any]:
    """The figures document of one shift of a line (empty: the running one)."""
    with acting(scope):
        return document(board(scope, asset, now, day, shift))


def shift_kpis(scope: Scope, asset: str, now: datetime, day: str = "", shift: str = "") -> dict[str, Any]:
    """KPI code -> value (shares 0..1, ratios, pieces an hour, seconds), with the elements they are made of."""
    with acting(scope):
        figures = board(scope, asset, now, day, shift)
    values = {}
    for found in kpis(figures.elements):
        value = None if found.value is None else float(found.value)
        values[found.code] = value / 1e6 if value is not None and found.formula.unit == "time" else value
    return {
        "line": asset,
        "day": figures.shift.day.isoformat(),
        "shift": figures.shift.code,
        "mapping": figures.account.mapping,
        "revision": figures.revision,
        "kpis": values,
        "elements": figures.elements,
    }


def _shift(shift: Shift) -> dict[str, Any]:
    return {
        "code": shift.code,
        "day": shift.day.isoformat(),
        "start_us": shift.start_us,
        "end_us": shift.end_us,
        "breaks": [list(span) for span in shift.breaks],
        "title_en": shift.title_en,
        "title_zh": shift.title_zh,
    }


def _loss(loss: Loss) -> dict[str, Any]:
    return {
        "code": loss.code,
        "reason": loss.reason,
        "booked": loss.booked,
        "time_us": loss.time_us,
        "times": loss.times,
        "machine": [list(item) for item in loss.machine],
    }


def _unit(figures: LineFigures, station: Station) -> dict[str, Any]:
    unit = figures.units[station.code]
    account: Account = unit.account
    return {
        "op": station.op,
        "title_en": station.title_en,
        "title_zh": station.title_zh,
        "band": minutes(figures.shift, unit),
        "apt_us": account.times_us[Element.APT],
        "pbt_us": account.busy_us,
        "made": account.counts.produced,
        "scrap": account.counts.scrap,
        "failures": unit.failed.events if unit.failed else None,
    }


def minutes(shift: Shift, unit: UnitFigures) -> str:
    """The unit's state minute by minute, one letter each: the state that filled most of the minute."""
    count = -(-(shift.end_us - shift.start_us) // MINUTE_US)
    filled: list[dict[str, int]] = [{} for _ in range(count)]
    for item in unit.segments:
        letter = LETTERS.get(str(item.state), "N")
        first = (item.start_us - shift.start_us) // MINUTE_US
        last = -(-(item.end_us - shift.start_us) // MINUTE_US)
        for slot in range(max(0, first), min(count, last)):
            begin = shift.start_us + slot * MINUTE_US
            spent = min(item.end_us, begin + MINUTE_US) - max(item.start_us, begin)
            filled[slot][letter] = filled[slot].get(letter, 0) + spent
    return "".join(
        max(slot, key=lambda letter: (slot[letter], letter)) if slot else " " for slot in filled
    ).rstrip()


def runs_of(band: str) -> list[tuple[int, int, str]]:
    """(first minute, length, state) of a band, blanks left out."""
    made: list[tuple[int, int, str]] = []
    for at, letter in enumerate(band):
        state = STATES.get(letter)
        if state is None:
            continue
        if made and made[-1][2] == state and made[-1][0] + made[-1][1] == at:
            made[-1] = (made[-1][0], made[-1][1] + 1, state)
        else:
            made.append((at, 1, state))
    return made


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "unit": alarm.unit,
        "code": alarm.code,
        "text": alarm.text,
        "start_us": alarm.start_us,
        "end_us": alarm.end_us,
    }


def inputs_changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Which kinds of input differ between two documents."""
    old, new = before["inputs"], after["inputs"]
    return [kind for kind in sorted({*old, *new}) if old.get(kind) != new.get(kind)]
