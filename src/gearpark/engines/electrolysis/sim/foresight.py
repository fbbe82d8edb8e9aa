"""How well anode effects are foreseen, event by event, and how many are prevented by acting on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gearpark.base.problems import Problem

from ..cell.state import DAY_S
from ..parameters import Parameters
from .limits import WARM_H, check_option, check_options
from .run import HOUR_S, Line
from .scenarios import Scenario

LEADS_MIN = (5, 10, 20)
REACH_MIN = 60  # a warning holds for this long; one that stands longer counts again
MAX_SEEDS = 20


def seeds_of(text: str) -> list[int]:
    """Seeds written with commas between."""
    try:
        seeds = [int(part) for part in text.split(",")]
    except ValueError as error:
        raise Problem(
            "electrolysis.seeds", "Seeds are whole numbers with commas between, as in 1,2,3."
        ) from error
    check_option("seeds", len(seeds), 1, MAX_SEEDS)
    return seeds


class Watch:
    """A minute's warnings and effects of all cells."""

    def __init__(self) -> None:
        self.warned: list[np.ndarray[Any, Any]] = []
        self.effects: list[np.ndarray[Any, Any]] = []

    def __call__(self, line: Line) -> None:
        self.warned.append(line.controls["predicted"] > 0.0)
        self.effects.append(line.cells["b_effects"].copy())


def first_ones(begins: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Effects that are no repeat of another, and minutes in which a repeat would be none of them (one cell)."""
    firsts: list[int] = []
    after = np.zeros(len(begins), bool)
    for at in np.flatnonzero(begins):
        if not after[at]:
            firsts.append(int(at))
        after[at + 1 : at + 1 + REACH_MIN] = True
    return np.array(firsts, int), after


def raisings(warned: np.ndarray[Any, Any]) -> list[int]:
    """Minutes at which a cell was warned of: each raising, and again after every ``REACH_MIN`` that it stands."""
    made: list[int] = []
    for minute in np.flatnonzero(warned):
        if made and warned[made[-1] : minute].all() and minute - made[-1] < REACH_MIN:
            continue
        made.append(int(minute))
    return made


def matched(warned: np.ndarray[Any, Any], begins: np.ndarray[Any, Any]) -> tuple[list[int], int]:
    """Of one cell: lead of each effect in minutes (0: not foreseen), and false warnings.

    A warning is true when an effect begins within ``REACH_MIN``. The lead of an effect is that of the first warning
    in that time, if it stood for at least half of the time since. An effect within ``REACH_MIN`` of another one is its
    repeat: neither it nor a warning of it counts.
    """
    events, after = first_ones(begins)
    starts = raisings(warned & ~after)
    leads, used = [], set()
    for event in events:
        near = [at for at in starts if event - REACH_MIN <= at < event]
        leads.append(int(event - near[0]) if near and warned[near[0] : event].mean() >= 0.5 else 0)
        used.update(near)
    return leads, len([at for at in starts if at not in used])


def _one(
    p: Parameters, q: Parameters, case: Scenario, act: bool, options: tuple[int, ...]
) -> tuple[Line, Watch, int]:
    cells, hours, seed, workers = options
    ruled = q.with_values({**case.control, "predict_on": float(act)})
    line = Line(p.with_values(case.cell), ruled, case, cells, seed)
    line.run_to(WARM_H * HOUR_S, workers)
    before, watch = int(line.cells["b_effects"].sum()), Watch()
    watch(line)
    line.run_to(hours * HOUR_S, workers, each_minute=watch)
    return line, watch, int(line.cells["b_effects"].sum()) - before


def foresight(
    p: Parameters,
    q: Parameters,
    case: Scenario,
    seeds: Sequence[int],
    cells: int,
    hours: int,
    workers: int = 1,
) -> dict[str, Any]:
    """Advice only: recall by lead and false warnings; then the same seeds with the controller acting on them."""
    leads: list[int] = []
    false, advised, acted = 0, 0, 0
    for seed in seeds:
        check_options(cells, hours, seed)
        _, watch, count = _one(p, q, case, False, (cells, hours, seed, workers))
        warned, begins = (
            np.array(watch.warned),
            np.diff(np.array(watch.effects), axis=0, prepend=watch.effects[:1]) > 0,
        )
        for cell in range(cells):
            seen, wrong = matched(warned[:, cell], begins[:, cell])
            leads += seen
            false += wrong
        advised += count
        acted += _one(p, q, case, True, (cells, hours, seed, workers))[2]
    days = len(seeds) * cells * (hours - WARM_H) * HOUR_S / DAY_S
    return {
        "cell_days": round(days, 1),
        "effects": len(leads),
        "recall": {f"{lead}_min": round(float(np.mean(np.array(leads) >= lead)), 3) if leads else None for lead in LEADS_MIN},
        "median_lead_min": float(np.median([lead for lead in leads if lead])) if any(leads) else None,
        "false_warnings_per_cell_day": round(false / days, 4),
        "paired": {
            "effects_advice_only": advised,
            "effects_acting": acted,
            "prevented_share": round(1.0 - acted / advised, 3) if advised else None,
        },
    }  # fmt: skip
