"""All estimates of a line together: one step from what meters, controller and crew have told since the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..parameters import Parameters
from . import feeders, heat, metal
from .alumina import alumina, alumina_sd
from .window import window

DAY_S = 86_400.0
FILM_V = 8.0  # above it an anode effect burns
LOOK_STEPS = 24  # steps of which strikes are kept to be looked at
Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known at the end of a step; a value a cell, but for ``amp`` and ``seconds``.

    volt      mean of the step as ``heating_v`` gives it, V; NaN: not heard
    totals    fed_kg, dosed_kg, tapped_kg, changes, looks: alumina asked for, fluoride dosed, metal weighed, kg; anodes changed; looks of the laboratory
    strikes, contacts  (cells, feeders) running totals
    temp_c, alf3_pct, level_mm, fe_pct  newest of the laboratory and the crew, NaN before the first; a level taken while the
              cell is tapped is NaN
    k         records of the controllers (``control.state.CONTROL``)
    """

    seconds: float
    amp: float
    volt: Array
    totals: Mapping[str, Array]
    strikes: Array
    contacts: Array
    temp_c: Array
    alf3_pct: Array
    level_mm: Array
    fe_pct: Array
    k: Array


def heating_v(p: Parameters, volt: Array) -> Array:
    """Voltage as far as it heats bath and metal: of a gas film only a share reaches them."""
    return np.where(volt > FILM_V, 4.0 + p["film_heat_share"] * (volt - 4.0), volt)


class LineEstimate:
    """State of a line's estimates. ``step`` takes what was seen; the figures of the cells stand in ``now``."""

    def __init__(self, p: Parameters, e: Parameters, cells: int, feeders_: int = 6) -> None:
        self.p, self.e, self.count = p, e, cells
        self.heat, self.metal = heat.begin(p, e, cells), metal.begin(p, e, cells)
        self.before: dict[str, Array] = {}
        self.struck = np.zeros(
            (2, LOOK_STEPS, cells, feeders_)
        )  # strikes and contacts of each step, the newest last
        self.iron = np.full((2, cells), np.nan)  # newest and the one before
        self.iron_days = np.full(cells, np.nan)
        self.iron_age = np.zeros(cells)
        self.since_change_h = np.full(cells, np.nan)
        self.now: dict[str, Array] = {}

    # -- a step -------------------------------------------------------------------------------------------------

    def step(self, seen: Seen) -> None:
        """Go on by ``seen.seconds``. The first call only notes the totals."""
        told = {**seen.totals, "strikes": seen.strikes, "contacts": seen.contacts}
        before, self.before = self.before, {name: np.array(value, "f8") for name, value in told.items()}
        if not before or any(before[name].shape != self.before[name].shape for name in self.before):
            return
        # a counter that fell began anew: what it shows has come since
        grew = {
            n: np.where(self.before[n] >= before[n], self.before[n] - before[n], self.before[n])
            for n in before
        }
        days = seen.seconds / DAY_S
        self._heat(seen, grew, days)
        new = grew["looks"] > 0
        heat.correct(
            self.heat, self.e, np.where(new, seen.temp_c, np.nan), np.where(new, seen.alf3_pct, np.nan)
        )
        metal.levelled(self.metal, self.p, self.e, np.where(new, seen.level_mm, np.nan))
        self._iron(seen, new, days)
        self.since_change_h = np.where(grew["changes"] > 0, 0.0, self.since_change_h + seen.seconds / 3600.0)
        self.struck = np.roll(self.struck, -1, axis=1)
        self.struck[0, -1], self.struck[1, -1] = grew["strikes"], grew["contacts"]
        self._figures(seen)

    def forget_totals(self) -> None:
        """A stretch went by that nobody counted: the next step only notes the totals, and the metal in the cells is as unsure as at
        the begin."""
        self.before = {}
        self.metal.cov[:, metal.METAL, :] = self.metal.cov[:, :, metal.METAL] = 0.0
        self.metal.cov[:, metal.METAL, metal.METAL] = self.e["metal_start_kg"] ** 2

    def _heat(self, seen: Seen, grew: Mapping[str, Array], days: float) -> None:
        k, amp = seen.k, np.full(self.count, seen.amp)
        usual = (
            (self.p["shed_kw"] + amp / 1e3 * 2.2) / (amp / 1e3) if seen.amp > 1e3 else np.zeros(self.count)
        )
        given = heat.Inputs(
            np.where(np.isnan(seen.volt), usual, seen.volt), amp, alumina(self.e, k), grew["fed_kg"] * k["x"][:, 2],
            grew["dosed_kg"], grew["changes"], self.metal.ce,
        )  # fmt: skip
        heat.forward(self.heat, self.p, self.e, given, seen.seconds)
        superheat, _ = heat.superheat(self.heat, self.p, alumina(self.e, k), alumina_sd(self.e, k))
        prior = metal.dewing(self.p, superheat, self.heat.x[:, heat.ALF3])
        metal.forward(self.metal, self.e, prior, amp * seen.seconds / 3.6e6, days)
        metal.tapped(self.metal, self.e, grew["tapped_kg"])

    def _iron(self, seen: Seen, new: Array, days: float) -> None:
        self.iron_age += days
        self.iron[1] = np.where(new, self.iron[0], self.iron[1])
        self.iron[0] = np.where(new, seen.fe_pct, self.iron[0])
        self.iron_days = np.where(new, self.iron_age, self.iron_days)
        self.iron_age[new] = 0.0

    def _figures(self, seen: Seen) -> None:
        h, p, e, k = self.heat, self.p, self.e, seen.k
        al2o3, al2o3_sd = alumina(e, k), alumina_sd(e, k)
        superheat, superheat_sd = heat.superheat(h, p, al2o3, al2o3_sd)
        ledge, ledge_sd = heat.ledge_mm(h, p)
        amp = np.full(self.count, max(seen.amp, 1.0))
        held = np.where(k["mean_v"] > 0, k["mean_v"], seen.volt)
        found = window(h, p, e, al2o3, amp, held, self.metal.ce)
        strikes, contacts = self._looked_at()
        each = feeders.verdicts(e, strikes, contacts)
        with np.errstate(invalid="ignore", divide="ignore"):
            rise = (self.iron[0] - self.iron[1]) / self.iron_days
        self.now = {
            "alumina": al2o3, "alumina_sd": al2o3_sd,
            "temperature": h.x[:, heat.TEMP].copy(), "temperature_sd": np.sqrt(h.cov[:, heat.TEMP, heat.TEMP]),
            "alf3": h.x[:, heat.ALF3].copy(), "alf3_sd": np.sqrt(h.cov[:, heat.ALF3, heat.ALF3]),
            "superheat": superheat, "superheat_sd": superheat_sd, "ledge": ledge, "ledge_sd": ledge_sd,
            "heat_loss": h.x[:, heat.LOSS].copy(),
            "efficiency": self.metal.ce, "efficiency_sd": metal.deviation(self.metal), "by_metal": metal.told_by_metal(self.metal, e),
            "window_low": found.low_v, "window_high": found.high_v,
            "held_v": held, "delivery": k["x"][:, 2].copy(), "feeders": each,
            "iron_rise": rise, "since_change_h": self.since_change_h,
        }  # fmt: skip

    def _looked_at(self) -> tuple[Array, Array]:
        """Strikes and contacts of the newest steps, as many as make ``look_strikes``."""
        strikes, contacts = self.struck[0, ::-1].cumsum(axis=0), self.struck[1, ::-1].cumsum(axis=0)
        enough = (strikes < self.e["look_strikes"]).sum(axis=0).clip(max=LOOK_STEPS - 1)
        taken = (
            np.take_along_axis(strikes, enough[None], 0)[0],
            np.take_along_axis(contacts, enough[None], 0)[0],
        )
        return taken[0], np.minimum(taken[1], taken[0])

    # -- state that outlives a process ----------------------------------------------------------------------------

    def state(self) -> dict[str, Array]:
        """Arrays to be kept; ``restore`` takes them."""
        kept = {f"before.{name}": value for name, value in self.before.items()}
        return kept | {
            "heat.x": self.heat.x, "heat.cov": self.heat.cov, "heat.cold_j": self.heat.cold_j, "metal.x": self.metal.x,
            "metal.cov": self.metal.cov, "metal.prior": self.metal.prior, "metal.levels": self.metal.levels,
            "metal.made_kg": self.metal.made_kg, "struck": self.struck, "iron": self.iron, "iron_days": self.iron_days,
            "iron_age": self.iron_age, "since_change_h": self.since_change_h,
        }  # fmt: skip

    def restore(self, kept: Mapping[str, Array]) -> bool:
        """Go on from what was kept; False, and nothing changed, when it is of another line."""
        own = self.state()
        names = [name for name in own if not name.startswith("before.")]
        if any(name not in kept or kept[name].shape != own[name].shape for name in names):
            return False
        for name in names:
            part, _, field = name.rpartition(".")
            setattr(getattr(self, part) if part else self, field, np.array(kept[name]))
        self.before = {
            n.removeprefix("before."): np.array(v) for n, v in kept.items() if n.startswith("before.")
        }
        return True


def cell_figures(
    now: Mapping[str, Array], cell: int, noise_mv: float, factor: float, foretold: bool, targets: Parameters
) -> dict[str, float]:
    """Figures of one cell (place from 0) as ``diagnosis.diagnose`` takes them; ``targets``: constants of the controller."""
    one = {name: float(value[cell]) for name, value in now.items() if value.ndim == 1}
    return {
        "closed_feeders": float((now["feeders"][cell] == feeders.CLOSED).sum()), "delivery": one["delivery"], "factor": factor,
        "alumina": one["alumina"], "foretold": float(foretold), "noise": noise_mv, "superheat": one["superheat"],
        "temperature_off": one["temperature"] - targets["temp_target_c"], "acidity_off": one["alf3"] - targets["alf3_target_pct"],
        "above_window": one["held_v"] - one["window_high"], "below_window": one["window_low"] - one["held_v"],
        "heat_loss": one["heat_loss"], "ledge": one["ledge"], "hours_since_change": one["since_change_h"], "iron_rise": one["iron_rise"],
    }  # fmt: skip
