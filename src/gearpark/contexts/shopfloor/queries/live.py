"""What every device of a line shows at this moment, from the newest values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from gearpark.base.ids import tag
from gearpark.base.scope import Scope
from gearpark.base.time import to_us
from gearpark.base.wire import Value, quality_of
from gearpark.contexts.telemetry.public import Latest, TagInfo, latest_of, tags_of_assets
from gearpark.engines.lines import Buffer, Device, Role, Transport
from gearpark.engines.states import intervals, mapping
from gearpark.lake.series import Series

from ..types import LineFigures, LineInfo, LiveUnit
from . import setup, source, summary
from .observed import STATE_SIGNALS
from .shifts import chosen_shift

SHOWN_SIGNALS = ("part_serial", "level", "capacity", "position", "x", "y")
PUSHED = ("item_state", "operation_mode", "packml_state", "suspend_reason", "part_serial", "alarm")


def live_tags(line: LineInfo, device: Device) -> list[str]:
    """Tags the board reads of one device."""
    asset = line.asset_of(device.code)
    names = [*STATE_SIGNALS, "part_serial"]
    if isinstance(device, Buffer):
        names += ["level", "capacity"]
    elif isinstance(device, Transport):
        vehicle = line.template.types[device.type].role is Role.VEHICLE
        names += ["x", "y"] if vehicle else ["position"]
    return [tag(asset, name) for name in names]


@dataclass(frozen=True, slots=True)
class BoardView:
    """One line's shift with its devices: now, or as they stood at the end of a shift that is over.

    watched  tags a live stream may be asked for; empty for a shift that is over
    """

    figures: LineFigures
    units: dict[str, LiveUnit]
    watched: tuple[TagInfo, ...] = ()


def board_view(scope: Scope, asset: str, now: datetime, day: str = "", code: str = "") -> BoardView:
    """Everything the line board shows of one shift, chosen by day and code (empty: the running one)."""
    figures = summary.board(scope, asset, now, day, code)
    if not figures.open:
        return BoardView(figures, _past_units(figures))
    watched = _live_tags(scope, figures.line)
    return BoardView(figures, _units(figures, latest_of(watched, now), to_us(now)), tuple(watched))


def live_units(scope: Scope, asset: str, now: datetime) -> list[LiveUnit]:
    """Every device of the line now: newest values where the bus speaks for them, else the last state known."""
    line, now_us = setup.line(scope, asset), to_us(now)
    shift = chosen_shift(line, now_us)
    figures = source.young(line, shift, now_us) or summary.of_shift(scope, line, shift, now_us)
    newest = latest_of(_live_tags(scope, line), now)
    return list(_units(figures, newest, now_us).values())


def _live_tags(scope: Scope, line: LineInfo) -> list[TagInfo]:
    wanted = {name for device in line.template.devices for name in live_tags(line, device)}
    known = tags_of_assets(scope, [line.asset_of(device.code) for device in line.template.devices])
    return [info for infos in known.values() for info in infos if info.tag in wanted]


def _units(figures: LineFigures, newest: Mapping[str, Latest], now_us: int) -> dict[str, LiveUnit]:
    line = figures.line
    return {device.code: live_unit(line, device, newest, figures, now_us) for device in line.template.devices}


def _past_units(figures: LineFigures) -> dict[str, LiveUnit]:
    """Devices as they stood when the shift ended, from the lake."""
    line, until = figures.line, figures.until_us
    shown = {
        name
        for device in line.template.devices
        for name in live_tags(line, device)
        if name.rsplit("/", 1)[1] in SHOWN_SIGNALS
    }
    stored = source.reader().latest(line.org, sorted(shown), before=until)
    newest = {
        name: Latest(
            name,
            int(series.at_us[0]),
            series.value(0),
            int(series.status[0]),
            quality_of(int(series.status[0])),
        )
        for name, series in stored.items()
    }
    return _units(figures, newest, until)


def live_unit(
    line: LineInfo, device: Device, newest: Mapping[str, Latest], figures: LineFigures, now_us: int
) -> LiveUnit:
    """One device from its newest values; the state is read with the line's own state mapping."""
    asset = line.asset_of(device.code)
    mine = {
        name: newest[key] for name in (*STATE_SIGNALS, *SHOWN_SIGNALS) if (key := tag(asset, name)) in newest
    }
    heard = {name: value for name, value in mine.items() if value.at_us is not None}
    known = figures.units[device.code]
    state, reason, since = known.state, known.reason, known.since_us
    fresh = {name: heard[name] for name in STATE_SIGNALS if name in heard and heard[name].source == "bus"}
    if fresh:
        now_state, now_reason = _state_of(line, fresh, now_us)
        if (now_state, now_reason) != (state, reason):
            since = max(value.at_us or 0 for value in fresh.values())
        state, reason = now_state, now_reason
    if state == "no_data":
        heard = {}  # what nobody vouches for is not drawn: no part, no level, no place
    return LiveUnit(
        code=device.code,
        asset=asset,
        state=state,
        reason=reason,
        since_us=since,
        part=_text(heard, "part_serial"),
        alarm=_text(heard, "alarm"),
        level=_number(heard, "level"),
        capacity=_number(heard, "capacity")
        or (float(device.capacity) if isinstance(device, Buffer) else None),
        **_place(device, heard),
        age_s=min((value.age_s for value in heard.values() if value.age_s is not None), default=None),
    )


def _state_of(line: LineInfo, fresh: Mapping[str, Latest], now_us: int) -> tuple[str, str]:
    series = {name: _series(value) for name, value in fresh.items()}
    (*_, last) = intervals(series, now_us - 1, now_us, mapping(line.states_mapping))
    return str(last.state), last.reason or ""


def _series(value: Latest) -> Series:
    number = float(value.value) if isinstance(value.value, int | float) else np.nan
    text = value.value if isinstance(value.value, str) else None
    stale = value.quality.value in ("stale", "bad")
    status = value.status or 0x80310000 if stale else value.status
    return Series(
        np.array([value.at_us], np.int64),
        np.array([number]),
        np.array([text], object),
        np.array([status], np.int64),
    )


def _place(device: Device, heard: Mapping[str, Latest]) -> dict[str, float | None]:
    """Where a mover stands in the drawing: its own coordinates, or its share of the rail."""
    if not isinstance(device, Transport) or device.rail is None:
        return {"x": None, "y": None}
    x, y = _number(heard, "x"), _number(heard, "y")
    if x is not None and y is not None:
        return {"x": x, "y": y}
    share = _number(heard, "position")
    if share is None:
        return {"x": None, "y": None}
    at = device.rail.at(share)
    return {"x": at[0], "y": at[1]}


def _value(heard: Mapping[str, Latest], name: str) -> Value:
    found = heard.get(name)
    return None if found is None or found.quality.value == "bad" else found.value


def _text(heard: Mapping[str, Latest], name: str) -> str:
    value = _value(heard, name)
    return value if isinstance(value, str) else ""


def _number(heard: Mapping[str, Latest], name: str) -> float | None:
    value = _value(heard, name)
    return float(value) if isinstance(value, int | float) else None
