"""What a plan is made from and what it says. Masses in tonnes, shares in per cent by mass, shifts from 0."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell at the beginning of the plan.

    row, place  where it stands; neighbours have places one apart in one row
    tap_t       metal to be tapped; 0: none in this plan
    most_t      metal that may be tapped without going below its least level
    fe, si      of its metal
    tap_due     shift by which it has to be tapped
    anode_due   shifts in which an anode is due
    """

    number: int
    row: int
    place: int
    tap_t: float = 0.0
    most_t: float = 0.0
    fe: float = 0.0
    si: float = 0.0
    tap_due: int = 0
    anode_due: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade: most iron and silicon; ``premium`` a tonne over the plainest metal."""

    name: str
    fe: float
    si: float
    premium: float = 0.0


@dataclass(frozen=True, slots=True)
class Order:
    """So much of a grade in a shift; purer metal serves too. ``shift`` None: in any of the plan."""

    grade: str
    tonnes: float
    shift: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What crew, crane and ladles allow.

    shifts        of the plan
    changes       anodes changed in a shift, at most
    taps          cells tapped in a shift, at most
    early, late   shifts an anode may be changed before and after it is due
    ladle_t       what a ladle holds; ladle_least_t: with less it is not sent
    ladle_cells   cells in one ladle, at most
    reach         places between the first and the last cell of a ladle, at most
    ladle_cost    money of one ladle's trip
    """

    shifts: int = 3
    changes: int = 90
    taps: int = 110
    early: int = 1
    late: int = 1
    ladle_t: float = 9.0
    ladle_least_t: float = 3.0
    ladle_cells: int = 3
    reach: int = 12
    ladle_cost: float = 200.0


@dataclass(frozen=True, slots=True)
class Case:
    """All that a plan is made from."""

    cells: tuple[Cell, ...]
    grades: tuple[Grade, ...]
    orders: tuple[Order, ...] = ()
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True)
class Ladle:
    """One ladle: cells in the order of their places, and what is in it. ``grade`` it is counted for, "" below them all."""

    shift: int
    cells: tuple[int, ...]
    tonnes: float
    fe: float
    si: float
    grade: str


@dataclass(frozen=True, slots=True)
class Change:
    """An anode change: in which shift, and in which it was due."""

    cell: int
    shift: int
    due: int


@dataclass(frozen=True, slots=True)
class Short:
    """An order that is not met: how much is missing, and what no blending at all could have given more."""

    grade: str
    shift: int | None
    asked_t: float
    planned_t: float
    possible_t: float
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan. ``untapped``: cells with metal left in them; ``unchanged``: (cell, due) of anodes not changed in time.

    premium  sum of premiums of the ladles' own grades, less what their trips cost; gap: the largest relative gap of a step that ran into its time limit, 0 when all are proven
    """

    ladles: tuple[Ladle, ...]
    changes: tuple[Change, ...]
    untapped: tuple[int, ...]
    unchanged: tuple[tuple[int, int], ...]
    short: tuple[Short, ...]
    tonnes: dict[str, float]
    premium: float
    gap: float
