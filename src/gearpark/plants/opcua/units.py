"""Engineering units (UN/ECE Recommendation 20) of the analog signals."""

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
    "K": ("KEL", "K", "kelvin"),
    "kg": ("KGM", "kg", "kilogram"),
    "mm/s": ("C16", "mm/s", "millimetre per second"),
    "bar": ("BAR", "bar", "bar"),
    "cm3/min": ("G49", "cm³/min", "cubic centimetre per minute"),
    "L/min": ("L2", "L/min", "litre per minute"),
    "m/min": ("2X", "m/min", "metre per minute"),
    "m/s": ("MTS", "m/s", "metre per second"),
    "mm/min": ("H81", "mm/min", "millimetre per minute"),
    "N": ("NEW", "N", "newton"),
    "cN": ("", "cN", "centinewton"),
    "kN": ("B47", "kN", "kilonewton"),
    "mbar": ("MBR", "mbar", "millibar"),
    "kPa": ("KPA", "kPa", "kilopascal"),
    "A": ("AMP", "A", "ampere"),
    "kA": ("B22", "kA", "kiloampere"),
    "uA": ("B84", "µA", "microampere"),
    "V": ("VLT", "V", "volt"),
    "mV": ("2Z", "mV", "millivolt"),
    "kV": ("KVT", "kV", "kilovolt"),
    "mW": ("C31", "mW", "milliwatt"),
    "ppm": ("59", "ppm", "parts per million"),
    "HRC": ("", "HRC", "Rockwell hardness, scale C"),
    "mPa.cm3/s": ("", "mPa·cm³/s", "millipascal cubic centimetre per second"),
}


@cache
def unit_information(unit: str) -> ua.EUInformation:
    """EUInformation of a short unit; the id is the common code read as a big-endian number, -1 without one (OPC 10000-8)."""
    code, symbol, name = UNITS[unit]
    unit_id = int.from_bytes(code.encode("ascii"), "big") if code else -1
    return ua.EUInformation(
        _UNECE_URI, ua.Int32(unit_id), ua.LocalizedText(symbol, "en"), ua.LocalizedText(name, "en")
    )


def unit_range(low: float, high: float) -> ua.Range:
    return ua.Range(low, high)
