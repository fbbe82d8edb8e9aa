"""Engineering units (UN/ECE Recommendation 20) and ranges of the analog signals."""

from __future__ import annotations

from functools import cache

from asyncua import ua

_UNECE_URI = "http://www.opcfoundation.org/UA/units/un/cefact"
# short unit -> common code, symbol, name
UNITS = {
    "1": ("C62", "", "one"),
    "kW": ("KWT", "kW", "kilowatt"),
    "/min": ("RPM", "r/min", "revolutions per minute"),
    "%": ("P1", "%", "per cent"),
    "mm": ("MMT", "mm", "millimetre"),
    "um": ("4H", "µm", "micrometre"),
    "Cel": ("CEL", "°C", "degree Celsius"),
    "mm/s": ("C16", "mm/s", "millimetre per second"),
    "bar": ("BAR", "bar", "bar"),
    "cm3/min": ("G49", "cm³/min", "cubic centimetre per minute"),
}
RANGES = {
    "power_kw": (0.0, 40.0), "spindle_speed": (0.0, 12000.0), "spindle_load": (0.0, 150.0),
    "feed_override": (0.0, 150.0), "axis_x": (-315.0, 315.0), "axis_y": (-250.0, 250.0), "axis_z": (-400.0, 0.0),
    "coolant_temp": (0.0, 60.0), "tool_life": (0.0, 100.0), "vibration": (0.0, 20.0), "position": (0.0, 1.0),
    "motor_temp": (0.0, 120.0), "bath_temp": (0.0, 90.0), "pressure": (0.0, 16.0), "leak_rate_ccm": (0.0, 50.0),
    "bore_1_um": (-100.0, 100.0), "bore_2_um": (-100.0, 100.0), "bore_3_um": (-100.0, 100.0),
    "bore_4_um": (-100.0, 100.0), "flatness_um": (0.0, 100.0), "coaxiality_um": (0.0, 100.0),
    "dowel_position_um": (0.0, 100.0), "part_temp": (0.0, 60.0), "x": (0.0, 2000.0), "y": (0.0, 2000.0),
    "battery": (0.0, 100.0), "level": (0.0, 100.0), "capacity": (0.0, 100.0),
}  # fmt: skip


@cache
def unit_information(unit: str) -> ua.EUInformation:
    """EUInformation of a short unit; the id is the common code read as a big-endian number (OPC 10000-8)."""
    code, symbol, name = UNITS[unit]
    unit_id = int.from_bytes(code.encode("ascii"), "big")
    return ua.EUInformation(
        _UNECE_URI, ua.Int32(unit_id), ua.LocalizedText(symbol, "en"), ua.LocalizedText(name, "en")
    )


@cache
def unit_range(signal: str) -> ua.Range:
    low, high = RANGES[signal]
    return ua.Range(low, high)
