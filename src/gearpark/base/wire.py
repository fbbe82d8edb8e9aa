"""What travels: observations with OPC UA status codes as quality.

All 32 bits of the OPC UA StatusCode are kept; the two top bits are the severity (00 good, 01 uncertain, 10 bad).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple

Value = float | str | None


class Status(IntEnum):
    """OPC UA StatusCodes Gearpark writes itself (values of Schema/StatusCode.csv, OPC Foundation)."""

    GOOD = 0
    UNCERTAIN_LAST_USABLE = 0x40900000
    UNCERTAIN_NO_COMMUNICATION = 0x408F0000
    BAD_TIMEOUT = 0x800A0000
    BAD_NO_COMMUNICATION = 0x80310000
    BAD_WAITING_FOR_INITIAL_DATA = 0x80320000
    BAD_NOT_CONNECTED = 0x808A0000
    BAD_DEVICE_FAILURE = 0x808B0000
    BAD_OUT_OF_SERVICE = 0x808D0000
    BAD_NO_DATA = 0x809B0000
    BAD_DATA_LOST = 0x809D0000  # the gap marker
    BAD_OUT_OF_RANGE = 0x803C0000


class Quality(StrEnum):
    """The four words pages show. ``STALE`` is decided by age at reading time, never stored."""

    GOOD = "good"
    UNCERTAIN = "uncertain"
    BAD = "bad"
    STALE = "stale"


def quality_of(status: int) -> Quality:
    """Severity bits of a StatusCode -> word."""
    severity = (status >> 30) & 0b11
    if severity == 0:
        return Quality.GOOD
    return Quality.UNCERTAIN if severity == 1 else Quality.BAD


class Observation(NamedTuple):
    """One value of one tag at one source instant.

    tag     ``asset/signal``
    at_us   source time, microseconds since 1970 UTC; never re-stamped
    value   float (numbers, counts, booleans as 0/1), text, or None (no value: see status)
    status  OPC UA StatusCode, 32 bits
    """

    tag: str
    at_us: int
    value: Value
    status: int = 0


class SignalKind(StrEnum):
    """How a signal behaves: decides roll-up, dead band and drawing."""

    ANALOG = "analog"  # a measured number
    STATE = "state"  # one of a few words
    COUNTER = "counter"  # grows, may wrap or reset
    TEXT = "text"  # anything else: program names, serials
    CONDITION = "condition"  # alarm: "" or NORMAL when none


@dataclass(frozen=True, slots=True)
class SignalInfo:
    """What is known of one signal before any value came.

    name      signal name, unique in the asset
    kind      SignalKind
    unit      UCUM-like short unit ("mm", "kW", "Cel", "%"); "" when none
    address   where the connector finds it (OPC UA node id, MTConnect data item id)
    interval_s expected seconds between fresh observations; None when the source only reports changes
    """

    name: str
    kind: SignalKind
    unit: str = ""
    address: str = ""
    interval_s: float | None = None
    title_en: str = ""
    title_zh: str = ""


@dataclass(frozen=True, slots=True)
class AssetInfo:
    """A machine found at an endpoint, or wanted from one.

    id        stable asset id
    type      asset type code ("machining-centre", "robot", "leak-tester", "mtconnect-device" ...)
    name      what people call it
    path      ISA-95 path below the park, ``enterprise/site/area/line/unit`` (may change; the id does not)
    """

    id: str
    type: str
    name: str
    path: str = ""
    signals: tuple[SignalInfo, ...] = ()
    manufacturer: str = ""
    model: str = ""
    serial_number: str = ""
