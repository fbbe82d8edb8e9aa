"""Words of orders and work: what is made, on which route, by which order, as which serial. Times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

WORK = "shopfloor.work"  # right: sign on to a station, report pieces, stops and calls
RELEASE = "shopfloor.release"  # right: release routings, instructions, programs and orders
QUALITY = "shopfloor.quality"  # right: limits, studies, dispositions, overrides of interlocks


class RoutingStatus(StrEnum):
    DRAFT = "draft"
    RELEASED = "released"
    RETIRED = "retired"


class OrderStatus(StrEnum):
    """A work order's life; ``held`` remembers what it goes back to by its counts."""

    DRAFT = "draft"
    RELEASED = "released"
    RUNNING = "running"
    HELD = "held"
    DONE = "done"
    CLOSED = "closed"
    CANCELLED = "cancelled"


OPEN_ORDERS = (OrderStatus.RELEASED, OrderStatus.RUNNING)  # parts may be started


class OrderSource(StrEnum):
    """Who made the order: a person, or a line that reported a number nobody had planned."""

    PLANNED = "planned"
    LINE = "line"


class Tracking(StrEnum):
    """Every part under its own serial, or only counted under the order's lot."""

    SERIAL = "serial"
    LOT = "lot"


class SerialStatus(StrEnum):
    """Where a part stands: on the line, stopped by a hold, finished good, scrapped, gone to the customer."""

    OPEN = "open"
    HELD = "held"
    GOOD = "good"
    SCRAP = "scrap"
    SHIPPED = "shipped"


class RunResult(StrEnum):
    """How one pass of one part through one operation ended."""

    GOOD = "good"
    SCRAP = "scrap"
    REWORK = "rework"
    ABORTED = "aborted"  # taken off without being done; counts for nothing


class RunSource(StrEnum):
    """Who says so: the machine, a person at a terminal, a signed disposition, another system."""

    LINE = "line"
    TERMINAL = "terminal"
    DISPOSITION = "disposition"
    API = "api"


class Decision(StrEnum):
    """What a quality person decides about a part that is held."""

    USE_AS_IS = "use-as-is"
    REWORK = "rework"
    SCRAP = "scrap"
    RETURN = "return"  # back to whoever delivered it; it leaves the route like scrap


class ReportKind(StrEnum):
    """What a terminal may report."""

    START = "start"
    GOOD = "good"
    SCRAP = "scrap"
    REWORK = "rework"
    ABORT = "abort"
    HOLD = "hold"
    CHECK = "check"
    CONSUME = "consume"
    COUNT = "count"
    SIGN_OFF = "sign-off"


RETURNED = "returned"  # scrap reason of a part given back
END_NOT_SEEN = "end-not-seen"  # reason of a run that was closed because the part was seen elsewhere


@dataclass(frozen=True, slots=True)
class OperationDone:
    """Event: a serial finished an operation, reported by a person or followed from machine signals.

    at           when the part left the station
    good         False: scrapped (``scrap_reason`` set) or sent to rework (``scrap_reason`` empty)
    """

    org: str
    serial_id: int
    serial: str
    order_id: int | None
    line_asset: str
    station: str
    op: int
    at: datetime
    good: bool
    scrap_reason: str = ""


@dataclass(frozen=True, slots=True)
class SerialDone:
    """Event: a serial left its route, good or scrapped."""

    org: str
    serial_id: int
    serial: str
    status: SerialStatus
    at: datetime
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class StationHeld:
    """Event: a station was held (``held``) or its hold was cleared."""

    org: str
    line_asset: str
    station: str
    held: bool
    source: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RunSeen:
    """One pass of a part through a station as a line reports it. Natural key: station, serial, begun_at.

    ended_at  None while the part is on the station
    op        None: the station's operation in the line's template
    order     order number the machine gave; an unknown one is registered
    variant   product variant, used only where order or serial are not known yet
    """

    serial: str
    station: str
    begun_at: datetime
    ended_at: datetime | None = None
    result: RunResult = RunResult.GOOD
    reason: str = ""
    op: int | None = None
    order: str = ""
    variant: str = ""
    lot: str = ""
    rework_to: int | None = None


@dataclass(frozen=True, slots=True)
class RunsRecorded:
    """What ``record_runs`` did.

    serial_ids  serial text -> id, for every serial of the batch
    added       runs that were new
    ended       runs known as open that got their end
    known       runs that were there already, unchanged
    conflicts   natural keys of runs that were ended already with another end or result; the first stands
    """

    serial_ids: dict[str, int]
    added: int
    ended: int
    known: int
    conflicts: tuple[tuple[str, str, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class AtStation:
    """Where, when and by whom something is done.

    at        when it happened, by the terminal's clock
    operator  id of the signed-on person; None: whoever asks
    by        the operator's name as it is kept with the run; "": the actor's
    """

    line_asset: str
    station: str
    at: datetime
    operator: int | None = None
    source: RunSource = RunSource.TERMINAL
    by: str = ""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One pass of one part through one operation."""

    id: int
    serial_id: int
    serial: str
    order_id: int | None
    line_asset: str
    station: str
    op: int
    attempt: int
    begun_at: datetime
    ended_at: datetime | None
    result: RunResult | None
    reason: str
    by: str
    source: RunSource
    status: SerialStatus  # the serial's, after this run
    next_op: int | None


@dataclass(frozen=True, slots=True)
class Block:
    """Why an operation must not start.

    code     stable word: ``order_held``, ``sequence``, ``program``, ``tool``, ``gauge``, ``test``, ``station_held``...
    facts    what the sentence names: order, tool, gauge, person
    signed   True: a quality person may sign it away; False: it must be put right
    """

    code: str
    facts: dict[str, str] = field(default_factory=dict)
    signed: bool = True


@dataclass(frozen=True, slots=True)
class StationHoldInfo:
    """A station that must not start a part until somebody clears it."""

    id: int
    org: str
    line_asset: str
    station: str
    reason: str
    source: str
    by: str
    since_at: datetime
