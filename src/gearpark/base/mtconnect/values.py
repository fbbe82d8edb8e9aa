"""What a data item measures: kind, unit, and its texts as values with a status."""

from __future__ import annotations

import math

from .. import shdr
from ..limits import MAX_TEXT_VALUE
from ..problems import Problem
from ..wire import SignalInfo, SignalKind, Status, Value
from .devices import MtcItem

_STATE_TYPES = frozenset({
    "AVAILABILITY", "EXECUTION", "CONTROLLER_MODE", "EMERGENCY_STOP", "FUNCTIONAL_MODE", "POWER_STATE",
    "DOOR_STATE", "CHUCK_STATE", "DIRECTION", "ROTARY_MODE", "AXIS_COUPLING", "AXIS_STATE", "AXIS_INTERLOCK",
    "ACTUATOR_STATE", "PATH_MODE", "CONTROLLER_MODE_OVERRIDE", "INTERFACE_STATE", "MACHINE_STATE",
    "OPERATING_MODE", "PROCESS_STATE", "PART_STATUS", "VALVE_STATE", "LOCK_STATE", "CHUCK_INTERLOCK",
    "SPINDLE_INTERLOCK", "END_OF_BAR", "EQUIPMENT_MODE", "COMPOSITION_STATE", "CONNECTION_STATUS"
})  # fmt: skip
_COUNTER_TYPES = frozenset({"PART_COUNT", "CYCLE_COUNT", "LOAD_COUNT", "UNLOAD_COUNT", "TRANSFER_COUNT"})
_NUMBER_EVENTS = frozenset(
    {
        "PATH_FEEDRATE_OVERRIDE",
        "AXIS_FEEDRATE_OVERRIDE",
        "ROTARY_VELOCITY_OVERRIDE",
        "TOOL_OFFSET",
        "LINE_NUMBER",
    }
)
_UNITS = {
    "MILLIMETER": "mm", "MILLIMETER/SECOND": "mm/s", "MILLIMETER/SECOND^2": "mm/s2", "MILLIMETER/REVOLUTION": "mm/r",
    "DEGREE": "deg", "DEGREE/SECOND": "deg/s", "REVOLUTION/MINUTE": "r/min", "REVOLUTION/SECOND": "r/s",
    "PERCENT": "%", "CELSIUS": "Cel", "AMPERE": "A", "VOLT": "V", "WATT": "W", "WATT_SECOND": "W.s", "JOULE": "J",
    "KILOGRAM": "kg", "NEWTON": "N", "NEWTON_METER": "N.m", "PASCAL": "Pa", "SECOND": "s", "HERTZ": "Hz", "COUNT": "1",
    "LITER": "L", "LITER/SECOND": "L/s", "DECIBEL": "dB", "OHM": "Ohm", "SIEMENS/METER": "S/m", "CUBIC_MILLIMETER": "mm3",
}  # fmt: skip


def condition_text(level: str, fields: shdr.ConditionFields | None = None) -> str:
    """``FAULT`` + fields -> ``FAULT|81000396|||918 BELLOWS``; only the level when no field is filled."""
    upper = level.upper()
    if fields is None or upper == shdr.UNAVAILABLE or not any(fields):
        return upper
    return "|".join((upper, *fields))


def condition_level(text: str) -> tuple[str, str]:
    """What ``condition_text`` wrote -> (level, native code)."""
    level, _, rest = text.partition("|")
    return level, rest.partition("|")[0]


def kind_of(item: MtcItem) -> SignalKind:
    """How the item's signal behaves; three-dimensional and data-set items are text."""
    if item.category == "CONDITION":
        return SignalKind.CONDITION
    if item.representation not in ("", "VALUE") or item.units.endswith("_3D") or item.type == "PATH_POSITION":
        return SignalKind.TEXT
    if item.category == "SAMPLE":
        return SignalKind.ANALOG
    if item.type in _COUNTER_TYPES:
        return SignalKind.COUNTER
    if item.type in _NUMBER_EVENTS:
        return SignalKind.ANALOG
    return SignalKind.STATE if item.type in _STATE_TYPES else SignalKind.TEXT


def unit_of(item: MtcItem) -> str:
    """Short unit; unknown ones stay as the document writes them, in lower case."""
    return _UNITS.get(item.units, item.units.lower()) if item.units else ""


def signal_info(signal: str, item: MtcItem) -> SignalInfo:
    """What connectors and pages know of the item before a value came. MTConnect reports changes: no interval."""
    title = " ".join(part for part in (item.component_path.replace("/", " "), item.name or item.type) if part)
    return SignalInfo(signal, kind_of(item), unit_of(item), item.id, None, title, "")


def value_of(item: MtcItem, value: str | None) -> tuple[Value, int]:
    """Text of one observation -> (value, status). UNAVAILABLE (any case) or None -> no value, bad status.

    Raises ``mtconnect.not_a_number`` where the item measures and the text does not, ``mtconnect.text_too_long``.
    """
    if value is None or (len(value) == 11 and value.upper() == shdr.UNAVAILABLE):
        return None, int(Status.BAD_NO_COMMUNICATION)
    kind = kind_of(item)
    if kind in (SignalKind.ANALOG, SignalKind.COUNTER):
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not math.isfinite(number) or "_" in value:
            raise Problem(
                "mtconnect.not_a_number", f"{value[:60]!r} is not a number, but {item.type} measures one."
            )
        return number, int(Status.GOOD)
    if len(value) > MAX_TEXT_VALUE:
        raise Problem(
            "mtconnect.text_too_long", f"A text has {len(value)} characters; at most {MAX_TEXT_VALUE}."
        )
    return value, int(Status.GOOD)
