"""Words of what people add to figures, and of figures that were published: bookings, reasons, revisions, hand-over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from gearpark.engines.calendars import Spans
from gearpark.engines.oee import Booking

WORK = "shopfloor.work"  # right: book reasons, write hand-over notes
LEAD = "shopfloor.edit"  # right: hand a shift over, set targets and reasons; a leader's booking outranks an operator's
OPERATOR_RANK, LEADER_RANK = 0, 1


class RevisionReason(StrEnum):
    """Why a figure was published (again)."""

    FIRST = "first"
    LATE_DATA = "late_data"
    BOOKING = "booking_changed"
    SETUP = "setup_changed"  # plan, calendar, bottleneck or mapping
    PARTS = "parts_changed"  # orders, rework and inspection of serials
    SEVERAL = "several"


class NoteKind(StrEnum):
    """What a hand-over note is about, in the order a leader reads them (safety first)."""

    SAFETY = "safety"
    QUALITY = "quality"
    MACHINE = "machine"
    MATERIAL = "material"
    ORDER = "order"
    PEOPLE = "people"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ReasonInfo:
    """One node of a stop-reason tree: the template's, or one that the firm added (``own``).

    loss     loss code of the OEE mapping
    alarms   beginnings of alarm codes that suggest it
    """

    code: str
    parent: str
    title_en: str
    title_zh: str
    loss: str
    own: bool = False
    active: bool = True
    alarms: tuple[str, ...] = ()
    id: int = 0
    version: int = 0

    def title(self, language: str) -> str:
        return (self.title_zh if language.startswith("zh") else self.title_en) or self.title_en or self.code


@dataclass(frozen=True, slots=True)
class BookingInfo:
    """A reason booked to a stop of one station; ``end_us`` None: until that stop ends."""

    id: int
    org: str
    line: str
    on: date
    shift: str
    station: str
    start_us: int
    end_us: int | None
    reason: str
    loss: str
    note: str
    by: str
    at: datetime
    rank: int
    version: int

    def booking(self) -> Booking:
        """For the engine: leaders outrank operators, later bookings earlier ones."""
        return Booking(self.start_us, self.end_us, self.reason, self.loss, (self.rank, self.id))


@dataclass(frozen=True, slots=True)
class PartsFacts:
    """What the serials of a shift say. None where no serial was followed on the line.

    inspected, passed  parts first seen at the output station, and those of them good without rework
    reworked           parts sent back
    defects            (reason, parts scrapped), most first
    """

    inspected: int
    passed: int
    reworked: int
    defects: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What a shift's figures rest on beside the lake: bookings, registered orders, serials.

    orders  span list in which an order ran on the line; None: the mapping does not ask
    """

    bookings: tuple[BookingInfo, ...] = ()
    orders: Spans | None = None
    parts: PartsFacts | None = None


@dataclass(frozen=True, slots=True)
class StopRow:
    """One stop of one station, or the part of it that nobody booked yet.

    planned_us   its planned time: what is charged
    said         the machine's (state, reason, time_us), longest first
    booking      the booking that names it; None: not booked
    suggested    reason codes that its alarms suggest
    """

    station: str
    start_us: int
    end_us: int
    open: bool
    planned_us: int
    said: tuple[tuple[str, str, int], ...]
    booking: BookingInfo | None = None
    suggested: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.station}:{self.start_us}"


@dataclass(frozen=True, slots=True)
class RevisionInfo:
    """One published state of one shift's figures."""

    id: int
    org: str
    line: str
    on: date
    shift: str
    number: int
    revision: str
    reason: RevisionReason
    mapping: str
    published_at: datetime
    document: Mapping[str, Any]
    changes: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class NoteInfo:
    """One hand-over note; an open point stands in every following shift until somebody closes it."""

    id: int
    org: str
    line: str
    on: date
    shift: str
    kind: NoteKind
    text: str
    point: bool
    by: str
    at: datetime
    version: int
    closed_at: datetime | None = None
    closed_by: str = ""
    closing: str = ""

    @property
    def open(self) -> bool:
        return self.point and self.closed_at is None


@dataclass(frozen=True, slots=True)
class HandoverInfo:
    """The hand-over of one shift: its notes, open points from before, and who signed.

    carried   open points written in earlier shifts
    """

    line: str
    on: date
    shift: str
    notes: tuple[NoteInfo, ...] = ()
    carried: tuple[NoteInfo, ...] = ()
    handed_by: str = ""
    handed_at: datetime | None = None
    taken_by: str = ""
    taken_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class ShiftKpis:
    """Elements of one shift, published or running (``number`` 0)."""

    line: str
    on: date
    shift: str
    start_us: int
    end_us: int
    elements: Mapping[str, int | None]
    number: int
    revision: str
    mapping: str


@dataclass(frozen=True, slots=True)
class FiguresPublished:
    """Event: the figures of a shift were published, the first time or anew."""

    org: str
    line_asset: str
    on: date
    shift: str
    number: int
    revision: str
    reason: RevisionReason


@dataclass(frozen=True, slots=True)
class BookingWanted:
    """A reason as a person wants it booked to a stop; ``end_us`` None: the rest of the stop."""

    station: str
    start_us: int
    reason: str
    end_us: int | None = None
    note: str = ""
