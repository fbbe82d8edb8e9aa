"""How true the estimates are: the simulated cell knows what the estimate has to find, minute by minute.

Beside each estimate stands the plain one: the newest value of the laboratory for bath and superheat, Dewing's formula on
it for the efficiency, the ledge a cell of the type has.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..cell.state import DAY_S
from ..constants import AL_KG_PER_KAH
from ..estimate import heat, metal
from ..estimate.line import LineEstimate, Seen, heating_v
from ..parameters import Parameters
from .crew import MINUTE_S
from .limits import WARM_H, check_options
from .run import HOUR_S, Line
from .scenarios import Scenario

STEP_MIN = 5
WIDE = 1.6449  # standard deviations of a 90 % interval
Array = np.ndarray[Any, Any]


class Follow:
    """Estimates of a simulated line from what its meters and its crew tell; ``each_minute`` of ``Line.run_to``."""

    def __init__(self, line: Line, e: Parameters) -> None:
        self.known = line.p if line.known is None else line.known
        self.made = LineEstimate(self.known, e, line.count)
        self.minutes, self.volt, self.amp = 0, np.zeros(line.count), 0.0
        self.errors: dict[str, list[Array]] = {}
        self.made.step(self._seen(line, 0.0))

    def __call__(self, line: Line) -> None:
        self.minutes += 1
        self.volt += heating_v(self.known, line.controls["v_slow"])
        self.amp += line.amp_seen
        if self.minutes == STEP_MIN:
            self.made.step(self._seen(line, float(self.minutes * MINUTE_S)))
            self.minutes, self.volt, self.amp = 0, np.zeros(line.count), 0.0
            if line.t >= WARM_H * HOUR_S:
                self._judge(line)

    def _seen(self, line: Line, seconds: float) -> Seen:
        k, book, n = line.controls, line.crew.book, max(self.minutes, 1)
        totals = {
            "fed_kg": k["shots"].sum(1) * line.q["dose_kg"], "dosed_kg": k["alf3_total_kg"], "tapped_kg": book["tapped_kg"],
            "changes": book["changes"], "looks": book["looks"],
        }  # fmt: skip
        level = np.where(line.cells["tap_left"] == 0, book["level_mm"], np.nan)
        return Seen(
            seconds, self.amp / n, self.volt / n, totals, line.measures["strikes"], line.measures["contacts"], book["temp_c"],
            book["alf3_pct"], level, book["fe_pct"], k,
        )  # fmt: skip

    def _judge(self, line: Line) -> None:
        """Errors of each estimate, with what its own deviation promised, and of the plain way."""
        c, p, book, now = line.cells, self.known, line.crew.book, self.made.now
        lab = book["temp_c"] - heat.liquidus(p, book["alf3_pct"], now["alumina"])
        ce_lab = metal.dewing(
            p, np.nan_to_num(lab, nan=9.0), np.nan_to_num(book["alf3_pct"], nan=p["alf3_pct"])
        )
        for name, true, plain, scale in (
            ("alumina", c["al2o3_pct"], np.full(line.count, line.p["start_pct"]), 1.0),
            ("temperature", c["t_c"], book["temp_c"], 1.0),
            ("alf3", c["alf3_pct"], book["alf3_pct"], 1.0),
            ("superheat", c["superheat_c"], lab, 1.0),
            ("ledge", c["ledge_m"] * 1e3, np.full(line.count, p["ledge_m"] * 1e3), 1.0),
            ("efficiency", 100.0 * c["ce"], 100.0 * ce_lab, 100.0),
        ):
            self._add(name, scale * now[name], scale * now[f"{name}_sd"], true, plain)

    def _add(self, name: str, value: Array, sd: Array, true: Array, plain: Array) -> None:
        self.errors.setdefault(name, []).append(np.stack([value - true, sd, plain - true]))

    def figures(self) -> dict[str, Any]:
        """For each estimate ``rms_error``, ``plain_rms_error``, ``sd_mean`` and ``in_90`` (share of true values within the 90 %
        interval that was given)."""
        made = {}
        for name, listed in self.errors.items():
            found = np.array(listed)
            off, sd, plain = found[:, 0], found[:, 1], found[:, 2]
            made[name] = {
                "rms_error": round(float(np.sqrt(np.mean(off**2))), 4),
                "plain_rms_error": round(float(np.sqrt(np.nanmean(plain**2))), 4),
                "sd_mean": round(float(sd.mean()), 4),
                "in_90": round(float(np.mean(np.abs(off) <= WIDE * sd)), 3),
            }
        return made


def truth(
    p: Parameters, q: Parameters, e: Parameters, case: Scenario, cells: int, hours: int, seed: int, workers: int = 1,
    known: Parameters | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Run a scenario and follow it. ``known``: the cell type as the estimates believe it to be, where that is not ``p``."""
    check_options(cells, hours, seed)
    line = Line(p.with_values(case.cell), q.with_values(case.control), case, cells, seed, known or p)
    follow = Follow(line, e)
    line.run_to(hours * HOUR_S, workers, each_minute=follow)
    made: dict[str, Any] = follow.figures()
    days = hours * HOUR_S / DAY_S
    full = line.cells["b_faraday"] * AL_KG_PER_KAH
    true, found = (
        float((line.cells["b_produced"] / full).mean()),
        float((follow.made.metal.made_kg / full).mean()),
    )
    made["metal"] = {
        "days": days,
        "true_ce_pct": round(100 * true, 3),
        "estimated_ce_pct": round(100 * found, 3),
    }
    if not math.isfinite(true + found):
        raise ArithmeticError("the run has no finite result")
    return made
