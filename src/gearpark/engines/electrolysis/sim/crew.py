"""What people and fate do to a line, once a minute: tapping, anode changes, bath, laboratory, blocked feeders, batches."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..bath import liquidus_solheim
from ..cell.anodes import change
from ..cell.state import DAY_S, FEEDERS, HOPPER_KG, bath_kg
from ..control.codes import A_MANUAL_QUENCH
from ..control.plan import tap_allowed, tap_kg
from ..parameters import Parameters
from .scenarios import Scenario

MINUTE_S = 60
BLOCKED_S = 3600.0
BLOCKED_FEEDERS = 2
CHANGE_S = 600.0
POLE_S = 240.0  # from the call until a pole is in the bath
TAP_AGAIN_S = 3600.0
BATCH_S = DAY_S // 2
FILL_S = 4 * 3600  # hoppers are filled up
DENSITY_SHARE = 0.1  # spread of a shot's mass between batches, of that of the dissolution
SCALE_SD = 0.003  # of a crane's scale, relative
SPECTROMETER_SD = 0.03  # of iron and silicon, relative
BOOK = np.dtype(
    [(name, "f8") for name in ("temp_c", "alf3_pct", "level_mm", "fe_pct", "si_pct", "tapped_kg")]
    + [("looks", "i8"), ("changes", "i8")]
)  # what the crew writes down: the newest of each, and running sums
BATH = ("cryolite", "alf3", "caf2", "lif", "mgf2", "kf", "alumina")
BLED = {
    "cryolite": "b_cryolite_bled",
    "alf3": "b_alf3_bled",
    "caf2": "b_caf2_bled",
    "alumina": "b_alumina_bled",
}


class Crew:
    """Their plans and their random numbers; the same for every controller that is tried on one seed."""

    def __init__(
        self, p: Parameters, q: Parameters, case: Scenario, cells: np.ndarray[Any, Any], seed: int
    ) -> None:
        n = len(cells)
        self.p, self.q, self.case = p, q, case
        self.faults = np.random.default_rng([seed, 202])
        self.hands = np.random.default_rng([seed, 203])
        self.batches = np.random.default_rng([seed, 204])
        self.tap_at = (np.arange(n) + 1) / n * DAY_S
        self.lab_at = (self.tap_at + DAY_S / 2) % DAY_S
        self.change_end = np.full(n, -1.0)
        self.bath_usual = bath_kg(cells)
        self.record = p.record
        self.scales = np.random.default_rng(
            [seed, 206]
        )  # what is only looked at has random numbers of its own
        self.book = np.zeros(n, BOOK)
        for name in ("temp_c", "alf3_pct", "level_mm", "fe_pct", "si_pct"):
            self.book[name] = np.nan
        self._tapping, self._tapped = np.zeros(n, bool), cells["b_tapped"].copy()

    def minute(
        self, c: np.ndarray[Any, Any], k: np.ndarray[Any, Any], m: np.ndarray[Any, Any], t: int
    ) -> None:
        """Everything that begins or ends at second ``t``."""
        self._faults(c, t)
        if t % FILL_S == 0:
            c["hopper"] = HOPPER_KG
        called = (k["alarms"] & (1 << A_MANUAL_QUENCH)) != 0
        c["pole_at"][called & (c["film_v"] > 0) & (c["pole_at"] == 0)] = t + POLE_S
        if self.case.quality_sd > 0 and t % BATCH_S == 0:
            self._batch()
        if self.case.crew:
            self._weigh(c)
            self._tap(c, k, t)
            self._anodes(c, m, t)
            self._measure(c, k, m, t)

    def _faults(self, c: np.ndarray[Any, Any], t: int) -> None:
        struck = np.flatnonzero(self.faults.random(len(c)) * DAY_S < self.case.blocked_d * MINUTE_S)
        for cell in struck:
            which = self.faults.permutation(FEEDERS)[:BLOCKED_FEEDERS]
            c["closed_until"][cell, which] = np.maximum(c["closed_until"][cell, which], t + BLOCKED_S)

    def _batch(self) -> None:
        """Alumina of another quality comes down the line."""
        slow, late, heavy = self.case.quality_sd * self.batches.standard_normal(3)
        self.record["dissolve_s"] = self.p["dissolve_s"] * np.exp(slow)
        self.record["undissolved_share"] = np.clip(self.p["undissolved_share"] * (1.0 + 0.5 * late), 0.0, 0.9)
        self.record["shot_kg"] = self.p["shot_kg"] * (1.0 + DENSITY_SHARE * heavy)

    def _tap(self, c: np.ndarray[Any, Any], k: np.ndarray[Any, Any], t: int) -> None:
        due = np.flatnonzero(self.tap_at <= t)
        if due.size == 0:
            return
        ready = tap_allowed(self.q, k[due], t)
        self.tap_at[due[~ready]] += TAP_AGAIN_S
        due = due[ready]
        self.tap_at[due] += DAY_S
        kg_mm = self.p["metal_kg_m3"] * self.p["metal_m2"] * 1e-3
        level = c["metal"][due] / kg_mm + self.p["lab_level_mm"] * self.hands.standard_normal(due.size)
        plan = tap_kg(self.q, level, kg_mm)
        c["tap_left"][due] = plan * (1.0 + self.p["tap_sd"] * self.hands.standard_normal(due.size))
        c["tap_rate"][due] = self.p["tap_kg_s"]
        self._even_out(c, due)

    def _weigh(self, c: np.ndarray[Any, Any]) -> None:
        """The crane weighs the ladle when a tap is done."""
        done = np.flatnonzero(self._tapping & (c["tap_left"] == 0))
        taken = c["b_tapped"][done] - self._tapped[done]
        off = 1.0 + SCALE_SD * self.scales.standard_normal(done.size)
        self.book["tapped_kg"][done] += np.round(taken * off, 1)
        self._tapped[done] = c["b_tapped"][done]
        self._tapping = c["tap_left"] > 0

    def _even_out(self, c: np.ndarray[Any, Any], due: np.ndarray[Any, Any]) -> None:
        """Too much bath goes out with its composition, crushed bath of the same composition comes in."""
        bath = bath_kg(c[due])
        surplus = bath - self.bath_usual[due]
        moves = np.where(np.abs(surplus) > self.p["bath_slack_kg"], surplus, 0.0)
        out = np.clip(moves, -self.p["bath_bleed_kg"], self.p["bath_bleed_kg"])
        for name in BATH:
            part = c[name][due] * out / bath
            c[name][due] -= part
            if name in BLED:
                c[BLED[name]][due] += part
        c["b_bled"][due] += out
        heat = np.maximum(-out, 0.0) * self.p["fluoride_mj_kg"] * 1e6
        c["a_dose"][due] += heat
        c["b_fluoride_heat"][due] += heat

    def _anodes(self, c: np.ndarray[Any, Any], m: np.ndarray[Any, Any], t: int) -> None:
        m["changing"][self.change_end <= t] = 0.0
        oldest = c["anode_set_at"].argmin(axis=1)
        every = np.arange(len(c))
        due = t - c["anode_set_at"][every, oldest] >= self.p["anode_life_d"] * DAY_S
        due &= (c["tap_left"] == 0) & (c["film_v"] == 0)
        cells = every[due]
        change(c, cells, oldest[due], self.p, float(t))
        self.book["changes"][cells] += 1
        m["changing"][cells] = 1.0
        self.change_end[cells] = t + CHANGE_S

    def _measure(
        self, c: np.ndarray[Any, Any], k: np.ndarray[Any, Any], m: np.ndarray[Any, Any], t: int
    ) -> None:
        """Temperature, acidity and, by the liquidus of what was measured, superheat; metal level, iron and silicon; once a
        day."""
        due = np.flatnonzero(self.lab_at <= t)
        self.lab_at[due] += DAY_S
        p, off = self.p, self.hands.standard_normal((2, due.size))
        m["temp_c"][due] = c["t_c"][due] + p["lab_temp_c"] * off[0]
        m["alf3_pct"][due] = c["alf3_pct"][due] + p["lab_alf3_pct"] * off[1]
        for cell in due:
            at = (p["caf2_pct"], p["lif_pct"], p["mgf2_pct"], p["kf_pct"])
            m["superheat_c"][cell] = m["temp_c"][cell] - liquidus_solheim(
                m["alf3_pct"][cell], k["x"][cell, 0], *at
            )
        self.look(c, m, due)

    def look(self, c: np.ndarray[Any, Any], m: np.ndarray[Any, Any], due: np.ndarray[Any, Any]) -> None:
        """Metal level and analysis, written down beside the bath's measurements."""
        p, book, off = self.p, self.book, self.scales.standard_normal((3, due.size))
        kg_mm = p["metal_kg_m3"] * p["metal_m2"] * 1e-3
        book["temp_c"][due], book["alf3_pct"][due] = m["temp_c"][due], m["alf3_pct"][due]
        book["level_mm"][due] = c["metal"][due] / kg_mm + p["lab_level_mm"] * off[0]
        for place, name in ((1, "fe"), (2, "si")):
            share = 100.0 * c[name][due] / c["metal"][due]
            book[f"{name}_pct"][due] = share * (1.0 + SPECTROMETER_SD * off[place])
        book["looks"][due] += 1
