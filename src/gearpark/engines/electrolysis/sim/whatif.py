"""What other set-points would do, before they go live: one line, parted at a moment, the same troubles on both sides.

The line runs under the set-points of today until it has settled; from then on a copy of it, with every random number
the same, runs under the other ones. Cell by cell the two differ by nothing else, so a few dozen cells tell small
differences.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from gearpark.base.problems import Problem

from ..constants import AL_KG_PER_KAH
from ..control.codes import LINE_SET_POINTS
from ..parameters import Parameters
from .limits import check_option
from .run import HOUR_S, Line
from .scenarios import Scenario

WARM_H, MIN_H, MAX_H, MIN_CELLS, MAX_CELLS = 24, 8, 168, 8, 300
CONFIDENCE = 0.95
BOOKS = ("b_elec", "b_produced", "b_faraday", "b_effects")
STATS = ("s_n", "s_c", "s_c2", "s_t", "s_t2", "s_v", "s_vn", "s_sh")
GOOD = {"kwh_per_kg": -1, "ce_pct": 1, "effects_per_cell_day": -1, "alumina_sd_pct": -1, "temp_sd_c": -1}


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure today and after, mean over the cells, and the mean paired difference with half its 95 % interval.

    verdict  "better", "worse", "same" (no difference told), or "" for a figure that is neither good nor bad
    """

    figure: str
    today: float
    after: float
    difference: float
    half: float
    verdict: str


def whatif(
    p: Parameters, q: Parameters, changes: Mapping[str, float], case: Scenario, *, cells: int = 48, hours: int = 48,
    seed: int = 1, workers: int = 1, progress: Callable[[int, int], None] | None = None,
) -> list[Difference]:  # fmt: skip
    """Differences that ``changes`` of set-points make. ``hours`` after the parting; the first half is left for settling.

    Problems ``electrolysis.parameter`` (no such constant, out of range), ``electrolysis.set_point`` (none changed, or a
    constant that is no set-point), ``electrolysis.option``.
    """
    check_option("cells", cells, MIN_CELLS, MAX_CELLS)
    check_option("hours", hours, MIN_H, MAX_H)
    other = changed(q, changes)
    line = Line(p.with_values(case.cell), q.with_values(case.control), case, cells, seed, p)
    steps = WARM_H + 2 * hours

    def told(at: int) -> Callable[[Line], None]:
        def each_hour(one: Line) -> None:
            if progress is not None:
                progress(at + one.t // HOUR_S, steps)

        return each_hour

    line.run_to(WARM_H * HOUR_S, workers, told(0))
    twin = copy.deepcopy(line)
    twin.q, twin.qs = other.with_values(case.control), other.with_values(case.control).record
    today = _figures(line, hours, workers, told(0))
    after = _figures(twin, hours, workers, told(hours))
    return [_difference(name, today[name], after[name]) for name in today]


def changed(q: Parameters, changes: Mapping[str, float]) -> Parameters:
    """The controller with other set-points. Problems as ``whatif``."""
    strange = [name for name in changes if name not in LINE_SET_POINTS]
    if strange or not changes:
        raise Problem(
            "electrolysis.set_point",
            f"{strange[0]} is no set-point; there are {', '.join(LINE_SET_POINTS)}."
            if strange
            else "No set-point is changed.",
            names=", ".join(LINE_SET_POINTS),
        )
    return q.with_values(changes)


def _figures(
    line: Line, hours: int, workers: int, told: Callable[[Line], None]
) -> dict[str, np.ndarray[Any, Any]]:
    """Figures cell by cell over the second half of ``hours``."""
    begun = line.t + hours // 2 * HOUR_S
    line.run_to(begun, workers, told)
    kept = {name: line.cells[name].copy() for name in BOOKS}
    for name in STATS:
        line.cells[name] = 0.0
    line.run_to(begun + (hours - hours // 2) * HOUR_S, workers, told)
    c, span = line.cells, (hours - hours // 2) / 24.0
    made, charge = c["b_produced"] - kept["b_produced"], c["b_faraday"] - kept["b_faraday"]
    ce = made / (charge * AL_KG_PER_KAH)
    mean_c, mean_t = c["s_c"] / c["s_n"], c["s_t"] / c["s_n"]
    return {
        "volt": c["s_v"] / c["s_vn"],
        "kwh_per_kg": (c["b_elec"] - kept["b_elec"]) / 3.6e6 / made,
        "ce_pct": 100.0 * ce,
        "temp_c": mean_t,
        "temp_sd_c": np.sqrt(np.maximum(c["s_t2"] / c["s_n"] - mean_t**2, 0.0)),
        "superheat_c": c["s_sh"] / c["s_n"],
        "alumina_pct": mean_c,
        "alumina_sd_pct": np.sqrt(np.maximum(c["s_c2"] / c["s_n"] - mean_c**2, 0.0)),
        "effects_per_cell_day": (c["b_effects"] - kept["b_effects"]) / span,
        "alf3_pct": c["alf3_pct"].copy(),
    }


def _difference(name: str, today: Any, after: Any) -> Difference:
    paired = after - today
    mean, n = float(paired.mean()), len(paired)
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, n - 1) * paired.std(ddof=1) / np.sqrt(n))
    verdict = ""
    if name in GOOD:
        verdict = (
            "same" if abs(mean) <= half or mean == 0.0 else "better" if mean * GOOD[name] > 0 else "worse"
        )
    return Difference(name, float(today.mean()), float(after.mean()), mean, half, verdict)
