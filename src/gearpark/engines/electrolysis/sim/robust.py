"""The same targets under other constants: a Latin hypercube over what is not known for sure, one run a draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import qmc, spearmanr

from ..cell.state import WALL_M2K_W
from ..parameters import Parameters
from .limits import MAX_SEED, check_option, check_options
from .scenarios import Scenario
from .score import scored

SPREAD = 0.2
MAX_DRAWS = 1000
DRIVERS = 6  # constants named a target
SEED_STEP = 1000  # draws of one seed have lines of their own


@dataclass(frozen=True, slots=True)
class Target:
    """A figure and its limit; ``sign`` +1: at most, -1: at least."""

    figure: str
    limit: float
    sign: float

    def met(self, figures: Mapping[str, float]) -> bool:
        return self.sign * (figures[self.figure] - self.limit) <= 0.0


TARGETS = (
    Target("ae_per_cell_day", 0.02, 1.0),
    Target("alumina_sd_pct", 0.15, 1.0),
    Target("kwh_per_kg_at_set", 12.6, 1.0),
    Target("ce_mean", 93.5, -1.0),
    Target("ce_cell_sd", 0.7, 1.0),
)
TOLD = ("alumina_mean_pct", "volt_mean", "kwh_per_kg", "superheat_mean_c", "bath_temp_sd_c", "beam_moves")


def hypercube(p: Parameters, draws: int, seed: int) -> tuple[list[str], np.ndarray[Any, Any]]:
    """Names of the drawn constants and their factors, a row a draw."""
    names = [item.name for item in p.items if item.draw]
    unit = qmc.LatinHypercube(len(names), rng=np.random.default_rng([seed, 301])).random(draws)
    return names, 1.0 - SPREAD + 2.0 * SPREAD * unit


def drawn(p: Parameters, names: list[str], factors: np.ndarray[Any, Any]) -> Parameters:
    """The cell of one draw, with the ledge that it would have built by running long at these constants."""
    made = p.with_values({name: p[name] * f for name, f in zip(names, factors, strict=True)}, clip=True)
    usual = p["shed_kw"] * (1.0 - p["top_share"] - p["bottom_share"])
    more = (p["external_uohm"] - made["external_uohm"]) * p["current_ka"] ** 2 * 1e-3  # kW, at one voltage
    wall = (p["ledge_m"] / p["ledge_w_mk"] + WALL_M2K_W) * usual / (usual + more)
    return made.with_values({"ledge_m": made["ledge_w_mk"] * (wall - WALL_M2K_W)}, clip=True)


def _run(
    p: Parameters, q: Parameters, case: Scenario, made: Parameters, options: tuple[int, ...]
) -> dict[str, float]:
    """Figures of one draw; the controller knows the usual cell only."""
    cells, hours, seed, workers = options
    seen = scored(made.with_values(case.cell), q, case, cells, hours, seed, workers, known=p)
    seen["kwh_per_kg_at_set"] = round(seen["kwh_per_kg"] * q["volt"] / seen["volt_mean"], 3)
    return {name: seen[name] for name in (*(one.figure for one in TARGETS), *TOLD)}


def _excess(figures: Mapping[str, float]) -> float:
    """How far a draw misses, summed over its targets, as shares of the limits."""
    return sum(max(one.sign * (figures[one.figure] - one.limit) / one.limit, 0.0) for one in TARGETS)


def _drivers(names: list[str], factors: np.ndarray[Any, Any], rows: list[dict[str, float]]) -> dict[str, Any]:
    """Constants that go with each figure, by rank correlation; what chance alone gives is left out."""
    least = 2.0 / np.sqrt(len(rows))
    told: dict[str, Any] = {}
    for one in TARGETS:
        seen = np.array([row[one.figure] for row in rows])
        if len(rows) < 3 or np.ptp(seen) == 0.0:
            continue
        found = {name: float(spearmanr(factors[:, at], seen).statistic) for at, name in enumerate(names)}
        strong = sorted(
            (name for name in names if abs(found[name]) > least), key=lambda name: -abs(found[name])
        )
        told[one.figure] = {name: round(found[name], 2) for name in strong[:DRIVERS]}
    return told


def robustness(
    p: Parameters, q: Parameters, case: Scenario, draws: int, cells: int, hours: int, seed: int, workers: int = 1,
    tell: Callable[[int, dict[str, float]], None] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Share of draws that meet all targets and each, the worst draw, and what drives the figures."""
    check_options(cells, hours, seed)
    check_option("draws", draws, 1, MAX_DRAWS)
    check_option("seed", seed, 0, MAX_SEED // SEED_STEP - 1)
    names, factors = hypercube(p, draws, seed)
    ruled = q.with_values(case.control)
    rows = []
    for place in range(draws):
        options = (cells, hours, seed * SEED_STEP + place, workers)
        rows.append(_run(p, ruled, case, drawn(p, names, factors[place]), options))
        if tell is not None:
            tell(place, rows[-1])
    met = [[one.met(row) for one in TARGETS] for row in rows]
    worst = max(range(draws), key=lambda place: _excess(rows[place]))
    far = np.argsort(-np.abs(factors[worst] - 1.0))
    return {
        "met_all": round(sum(all(row) for row in met) / draws, 3),
        "met": {one.figure: round(sum(row[at] for row in met) / draws, 3) for at, one in enumerate(TARGETS)},
        "limits": {one.figure: one.limit for one in TARGETS},
        "missed": [place for place in range(draws) if not all(met[place])],
        "worst": {
            "draw": worst,
            "figures": rows[worst],
            "factors": {names[at]: round(float(factors[worst, at]), 3) for at in far},
        },
        "drivers": _drivers(names, factors, rows),
        "constants": names,
        "rows": rows,
    }
