"""How well causes are named: cells made ill in a known way after the warm-up, the rest left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..control.codes import A_PREDICTED
from ..estimate.diagnosis import diagnose
from ..estimate.line import cell_figures
from ..parameters import Parameters
from .limits import WARM_H, check_option
from .run import HOUR_S, Line
from .scenarios import Scenario
from .truth import Follow

ILL_EACH = 6  # cells of each illness
BEGIN_H, AFTER_H = 12, 96  # looked at every hour, from and to hours after the illnesses began
Ill = Callable[[Any, Any], None]


def _closed(c: Any, cells: Any) -> None:
    c["closed_until"][np.asarray(cells)[:, None], [1, 4]] = np.inf


def _short(c: Any, cells: Any) -> None:
    c["shot_factor"][cells] *= 0.75


def _hot(c: Any, cells: Any) -> None:
    c["shed_factor"][cells] *= 0.86


def _cold(c: Any, cells: Any) -> None:
    c["shed_factor"][cells] *= 1.10


def _acid(c: Any, cells: Any) -> None:
    more = 0.035 * c["bath"][cells]
    c["alf3"][cells] += more
    c["cryolite"][cells] -= more


def _basic(c: Any, cells: Any) -> None:
    less = 0.035 * c["bath"][cells]
    c["alf3"][cells] -= less
    c["cryolite"][cells] += less


def _rolls(c: Any, cells: Any) -> None:
    c["roll_own_v"][cells] *= 4.0


def _iron(c: Any, cells: Any) -> None:
    c["attack"][cells] = 1.0


ILLNESSES: dict[str, tuple[Ill, tuple[str, ...]]] = {  # and the causes that name it rightly
    "hole_closed": (_closed, ("hole_closed",)), "metering_short": (_short, ("metering_short",)),
    "cover_thick": (_hot, ("loses_little_heat", "too_much_power")), "cover_thin": (_cold, ("loses_much_heat", "too_little_power")),
    "fluoride_added": (_acid, ("too_much_fluoride",)), "fluoride_lost": (_basic, ("too_little_fluoride",)),
    "metal_rolls": (_rolls, ("metal_rolls", "after_anode_change")), "iron_attack": (_iron, ("iron_attack",)),
}  # fmt: skip


def _true(line: Line, cell: int, cause: str) -> bool:
    """Whether a cause is there in a cell that was left alone: cells differ, and the crew closes holes by chance."""
    c, q = line.cells[cell], line.q
    loss = float(c["shed_factor"] * c["cover"])
    there = {
        "metering_short": c["shot_factor"] < 0.95, "hole_closed": bool((c["closed_until"] > line.t - HOUR_S).any()),
        "loses_little_heat": loss < 0.98, "loses_much_heat": loss > 1.02,
        "too_much_fluoride": c["alf3_pct"] > q["alf3_target_pct"] + 1.3,
        "too_little_fluoride": c["alf3_pct"] < q["alf3_target_pct"] - 1.3,
        "runs_lean": c["al2o3_pct"] < c["level_effect"] + 0.15,
        "after_anode_change": line.t - c["change_at"] < 8 * HOUR_S,
    }  # fmt: skip
    return bool(there.get(cause, False))


def sick(
    p: Parameters, q: Parameters, e: Parameters, case: Scenario, seed: int, workers: int = 1
) -> dict[str, Any]:
    """``named``: of the ill cells, share in which a right cause was named in at least one hour; ``first``: in which it was the
    likeliest one. ``names_per_cell_hour``: causes named in cells left alone; ``wrong_names_per_cell_hour``: of those, which the
    cell does not have."""
    check_option("seed", seed, 0, 2**31 - 1)
    n = ILL_EACH * len(ILLNESSES) * 2
    line = Line(p.with_values(case.cell), q.with_values(case.control), case, n, seed, p)
    follow = Follow(line, e)
    line.run_to(WARM_H * HOUR_S, workers, each_minute=follow)
    places = {name: np.arange(k * ILL_EACH, (k + 1) * ILL_EACH) for k, name in enumerate(ILLNESSES)}
    for name, cells in places.items():
        ILLNESSES[name][0](line.cells, cells)
    ill, named, beside = ILL_EACH * len(ILLNESSES), [], [0, 0]

    def look(one: Line) -> None:
        if one.t < (WARM_H + BEGIN_H) * HOUR_S:
            return
        named.append([_names(one, follow, cell) for cell in range(n)])
        for cell in range(ill, n):
            beside[0] += len(named[-1][cell])
            beside[1] += sum(not _true(one, cell, cause) for cause in named[-1][cell])

    line.run_to((WARM_H + AFTER_H) * HOUR_S, workers, look, follow)
    made: dict[str, Any] = {"cells_each": ILL_EACH, "hours": AFTER_H, "named": {}, "first": {}}
    for name, cells in places.items():
        right = set(ILLNESSES[name][1])
        told = [[hour[cell] for hour in named] for cell in cells]
        made["named"][name] = round(float(np.mean([any(right & set(h) for h in one) for one in told])), 3)
        made["first"][name] = round(
            float(np.mean([any(h and h[0] in right for h in one) for one in told])), 3
        )
    hours = (n - ill) * len(named)
    made["names_per_cell_hour"], made["wrong_names_per_cell_hour"] = (round(x / hours, 4) for x in beside)
    return made


def _names(line: Line, follow: Follow, cell: int) -> list[str]:
    k = line.controls[cell]
    foretold = bool(k["alarms"] & (1 << A_PREDICTED))
    figures = cell_figures(follow.made.now, cell, float(k["swing_mv"]), float(k["factor"]), foretold, line.q)
    return [one.cause for one in diagnose(figures)]
