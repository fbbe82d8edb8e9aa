"""OPC UA values as Gearpark stores them: a number, a text, or nothing, with all 32 bits of the status."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from asyncua import ua

from gearpark.base.time import EPOCH
from gearpark.base.wire import SignalKind, Status, Value

MICROSECOND = timedelta(microseconds=1)
OVERFLOW = 0x0480  # InfoType DataValue (bit 10) with the Overflow bit (7), Part 4, 7.39
SEVERITY = 0xC0000000
BAD = 0x80000000
NUMBERS = frozenset({SignalKind.ANALOG, SignalKind.COUNTER})
UNKNOWN_BEFORE = datetime(1602, 1, 1, tzinfo=UTC)  # servers send FILETIME 0 for "no time"


def standard(number: int) -> ua.NodeId:
    """Node id of the standard namespace."""
    return ua.NodeId(ua.Int32(number))


class Unusable(Exception):
    """A value that is not a number or text; ``args[0]`` is the reason counted in the health document."""


def micros(at: datetime | None) -> int | None:
    """asyncua's datetime -> microseconds UTC; None for none, and for FILETIME 0."""
    if at is None:
        return None
    aware = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    return None if aware < UNKNOWN_BEFORE else (aware - EPOCH) // MICROSECOND


def convert(raw: Any, numeric: bool, words: dict[int, str] | None) -> Value:
    """The variant's content -> float or text.

    numeric  the signal is a number (analog, counter): text is refused; else numbers become text
    words    enumeration: number -> name
    Raises Unusable: ``array``, ``structure``, ``bytes``, ``text_for_number``, ``no_value``, ``type_<name>``.
    """
    kind = type(raw)
    if kind is float or kind is int:
        if numeric:
            return float(raw)
        if words is not None and raw in words:
            return words[raw]
        return str(raw) if kind is int else repr(raw)
    if kind is bool:
        return float(raw)
    if kind is str:
        return _text(raw, numeric)
    if raw is None:
        raise Unusable("no_value")
    return _uncommon(raw, numeric, words)


def _text(raw: str, numeric: bool) -> Value:
    if not numeric:
        return raw
    try:
        return float(raw)
    except ValueError:
        raise Unusable("text_for_number") from None


def _uncommon(raw: Any, numeric: bool, words: dict[int, str] | None) -> Value:
    if isinstance(raw, int):  # asyncua's enumerations
        return convert(int(raw), numeric, words)
    if isinstance(raw, ua.LocalizedText):
        return _text(raw.Text or "", numeric)
    if isinstance(raw, ua.QualifiedName):
        return _text(raw.Name or "", numeric)
    if isinstance(raw, datetime):
        return _text((raw if raw.tzinfo else raw.replace(tzinfo=UTC)).isoformat(), numeric)
    if isinstance(raw, list | tuple):
        raise Unusable("array")
    if isinstance(raw, bytes):
        raise Unusable("bytes")
    if isinstance(raw, ua.ExtensionObject) or hasattr(raw, "__dataclass_fields__"):
        raise Unusable("structure")
    return _text(str(raw), numeric)


def status_of(data: ua.DataValue) -> int:
    """All 32 bits; Good when the server left it out."""
    code = data.StatusCode
    return int(Status.GOOD) if code is None else int(code.value)
