"""A line as the kernel needs it: machines, places, sources, people, calendars, by name, durations in seconds.

The model file (``model``) is turned into a plan; a plan is turned into arrays (``arrays``). Tests and benchmarks write
plans directly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .laws import Law

UNLIMITED = -1
EXIT_NAME, SCRAP_NAME = "exit", "scrap"


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to fail.

    clock    ``busy``: time to failure counts work only (operation-dependent); ``time``: every hour on shift
    crew     skill of who repairs; empty: repair begins at once
    restart  the interrupted work begins anew after the repair
    """

    name: str
    ttf: Law
    ttr: Law
    clock: str = "busy"
    crew: str = ""
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that is changed every ``every`` cycles."""

    every: int
    time: Law


@dataclass(frozen=True, slots=True)
class Way:
    """Where parts go after a machine: ``share`` of them to ``place``. ``rework`` passes are counted."""

    place: str
    share: float = 1.0
    rework: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """A carrier's errand: one part from ``source`` to ``target``."""

    source: str
    target: str
    time: Law


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine or carrier.

    takes    (place, quantity) rows; several rows make an assembly, the first part of the first row goes on
    work     law of the work, one, or one a part type
    ways     routing, one list, or one a part type
    skills   skill needed by phase: work, load, setup, tool
    setup    one law, or a square matrix by row (from type, to type)
    """

    name: str
    station: str
    takes: tuple[tuple[str, int], ...] = ()
    work: tuple[Law, ...] = ()
    ways: tuple[tuple[Way, ...], ...] = ()
    batch: tuple[int, int] = (1, 1)
    load: Law | None = None
    setup: tuple[Law, ...] = ()
    tools: tuple[Tool, ...] = ()
    skills: Mapping[str, str] = field(default_factory=dict)
    need: int = 1
    modes: tuple[Mode, ...] = ()
    calendar: str = ""
    max_loops: int = 1_000_000
    gives: tuple[tuple[str, int], ...] = ()
    flows: tuple[Flow, ...] = ()  # not empty: a carrier
    also: str = ""  # place to take from when the first has nothing

    @property
    def carrier(self) -> bool:
        return bool(self.flows)


@dataclass(frozen=True, slots=True)
class Place:
    """A buffer (``capacity`` parts, UNLIMITED), a supply, an exit or a scrap bin."""

    name: str
    kind: str = "buffer"  # buffer, supply, exit, scrap
    capacity: int = UNLIMITED


@dataclass(frozen=True, slots=True)
class Order:
    """``quantity`` parts of type ``kind`` (index), released at ``release_s``."""

    name: str
    kind: int
    quantity: int
    release_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Source:
    """What feeds a place: without end (``saturated``), by ``arrivals``, or by ``orders``.

    mix      share by part type (index); ``lot`` parts of one type in a row, lots levelled or drawn
    loses    arrivals without room are lost; otherwise the source waits
    """

    name: str
    place: str
    rule: str = "saturated"
    every: Law | None = None
    batch: int = 1
    mix: tuple[tuple[int, float], ...] = ((0, 1.0),)
    lot: int = 1
    pick: str = "level"
    loses: bool = False
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True, slots=True)
class People:
    """A group of equal people with skills."""

    name: str
    count: int
    skills: tuple[str, ...]
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """On from the first of ``changes`` to the second, and so on; repeated every ``period_s``."""

    name: str
    changes: tuple[float, ...]
    period_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole line; ``limit`` parts inside at most (CONWIP)."""

    machines: Sequence[Machine]
    places: Sequence[Place]
    sources: Sequence[Source]
    people: Sequence[People] = ()
    calendars: Sequence[Calendar] = ()
    types: tuple[str, ...] = ("part",)
    limit: int = UNLIMITED
    start_s: float = 0.0  # where in the calendars' periods time zero lies


def serial(
    work: Sequence[Law],
    buffers: Sequence[int],
    modes: Sequence[Sequence[Mode]] | None = None,
    source: Source | None = None,
    first_buffer: int = UNLIMITED,
) -> Plan:
    """A plain serial line: one machine a station, ``buffers[k]`` between stations k and k + 1."""
    count = len(work)
    names = [f"s{k + 1:02d}" for k in range(count)]
    saturated = source is None
    places = [Place("b01", "supply" if saturated else "buffer", first_buffer)]
    places += [Place(f"b{k + 2:02d}", capacity=size) for k, size in enumerate(buffers)]
    places.append(Place(EXIT_NAME, "exit"))
    machines = [
        Machine(
            name=names[k],
            station=names[k],
            takes=((f"b{k + 1:02d}", 1),),
            work=(work[k],),
            ways=((Way(places[k + 1].name),),),
            modes=tuple(modes[k]) if modes else (),
        )
        for k in range(count)
    ]
    return Plan(machines, places, [source or Source("supply", "b01")])
