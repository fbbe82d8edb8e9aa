"""Facts and decisions. Lengths in metres, times in seconds before or after now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Point(NamedTuple):
    """A place on the shop's map, metres."""

    x: float
    y: float


class JobState(StrEnum):
    """How far a transport job is. ``picked``: the load is on the vehicle."""

    NEW = "new"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    PICKED = "picked"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Truck:
    """A vehicle as it stands.

    ready      online, in automatic mode, no fault, no emergency stop, and without an order of its own
    battery    charge, 0..1
    silent_s   since anything was heard of it
    idle_s     since it is ready and without a job
    at_home    stands on its parking place
    lost       it is marked as lost already
    """

    id: int
    at: Point | None
    ready: bool
    battery: float
    silent_s: float
    idle_s: float = 0.0
    home: Point | None = None
    at_home: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One transport job.

    due_in_s      until its deadline (negative: overdue)
    truck         the vehicle that has its order
    unanswered_s  since its order was first sent and the vehicle has not taken it up; None: taken up, or none sent
    refused       the vehicle said no, lost its order or failed
    carried_by    the vehicle that has the load, also after its order was lost; None while it stands on the floor
    """

    id: int
    state: JobState
    source: Point
    due_in_s: float
    priority: int = 50
    truck: int | None = None
    unanswered_s: float | None = None
    refused: str = ""
    tries: int = 0
    carried_by: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """Patience and thresholds; every one is a setting of the shop."""

    lost_after_s: float = 60.0  # a vehicle that is silent this long is lost; its jobs go to others
    unanswered_after_s: float = 45.0  # an order nobody takes up is taken back
    most_tries: int = 5
    least_battery: float = 0.2  # below this a vehicle takes no new job
    park_after_s: float = 15.0  # an idle vehicle drives home after this


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the job to the vehicle; ``deliver_only``: it has the load already."""

    job: int
    truck: int
    deliver_only: bool = False


@dataclass(frozen=True, slots=True)
class TakeBack:
    """The vehicle's order is void; the job waits for another vehicle. ``why``: lost, unanswered or refused."""

    job: int
    truck: int
    why: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The job failed: too many tries."""

    job: int
    why: str


@dataclass(frozen=True, slots=True)
class MarkLost:
    truck: int


@dataclass(frozen=True, slots=True)
class Park:
    """Send the idle vehicle to its parking and charging place."""

    truck: int


Decision = Assign | TakeBack | GiveUp | MarkLost | Park
