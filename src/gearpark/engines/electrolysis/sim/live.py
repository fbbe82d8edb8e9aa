"""A line that runs by itself, second by second, and obeys telegrams: cells, their own computers, crew, line current.

A cell's computer feeds the base rate and moves nothing while nobody controls the cell (``LOCAL``) or while people do
(``MANUAL_CELL``); under a controller (``REMOTE``) it carries out each command once. It falls back to its base feed when
told that the controller is silent.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..cell.state import DAY_S, FEEDERS, fresh
from ..cell.steps import begin_all
from ..control.codes import A_EFFECT, A_MANUAL_QUENCH, A_SIGNAL
from ..control.curve import resistance_curve
from ..control.feeding import base_kg_s
from ..control.kernel import control_all
from ..control.state import fresh_control, measured
from ..control.telegram import DONE, LOCAL, MANUAL_CELL, REFUSED, REMOTE, STALE, TAKEN
from ..parameters import Parameters
from .crew import MINUTE_S, Crew
from .kernel import plant_all
from .run import HOUR_S, line_current
from .scenarios import Scenario

MOST_SHOTS = 120  # a feeder takes with one command
MOST_BEAM_MM = 60.0  # a beam goes by one command
MOST_ALF3_KG = 20.0
BY_HAND_S = 300  # an effect this long calls people, whatever a controller says
DOSE_LOCAL_KG_T = 16.0
IRON_SPREAD, SILICON_SPREAD = 0.32, 0.3  # between cells, of the logarithms


class LiveLine:
    """``second`` steps, ``accept`` takes a telegram's rows, ``arrays`` tells what the meters show."""

    def __init__(self, p: Parameters, q: Parameters, case: Scenario, cells: int, seed: int) -> None:
        self.p, self.q, self.count, self.seed, self.t = p, q, cells, seed, 0
        self.cells = fresh(p, cells, seed)
        begin_all(self.cells, p.record)
        self.held = fresh_control(q, cells)  # its set-points are what the cells follow
        self.measures = measured(cells)
        self.crew = Crew(p, q, case, self.cells, seed)
        self._current = np.random.default_rng([seed, 205])
        self._ripple = np.zeros(1)
        self._start_c = float(self.cells["t_c"].mean())
        self.amp_seen = p["current_ka"] * 1e3
        self.control = np.full(cells, LOCAL, "i8")
        self.selector = np.zeros(cells, bool)
        self.ack = np.zeros(cells, "i8")
        self.ack_code = np.zeros(cells, "i8")
        self.mode = np.zeros(cells, "i8")
        self.lab = np.full((3, cells), np.nan)
        self.lab_count = np.zeros(cells, "i8")
        self.silent_until = np.zeros(cells)
        self.trip_until = 0
        self.boot = 0  # of the controller that was heard last
        self.executed = 0  # commands carried out
        self._need = np.zeros(cells)
        self._next = np.arange(cells) % FEEDERS

    # -- a second -----------------------------------------------------------------------------------------------

    def warm_up(self, seconds: int) -> None:
        """Run under the engine's own controller, so that a line does not begin all cells alike."""
        curve, qs = resistance_curve(self.p), self.q.record
        for _ in range(seconds):
            self._step()
            control_all(self.held, qs, curve, self.measures, self.amp_seen, float(self.t))
        self.held["alarms"] = 0
        self._looked_at()

    def _looked_at(self) -> None:
        """A line that has run for long: metal of each cell its own, and every cell looked at within the last day."""
        own = np.random.default_rng([self.seed, 207])
        for name, spread in (("fe", IRON_SPREAD), ("si", SILICON_SPREAD)):
            self.cells[name] *= np.exp(spread * own.standard_normal(self.count))
        self.measures["temp_c"], self.measures["alf3_pct"] = self.cells["t_c"], self.cells["alf3_pct"]
        self.crew.look(self.cells, self.measures, np.arange(self.count))
        self.measures["temp_c"] = self.measures["alf3_pct"] = np.nan

    def second(self, quiet: bool = False) -> None:
        """``quiet``: no controller was heard for too long."""
        if quiet:
            self.boot = 0  # whoever comes next may take the cells
        lonely = (self.control == REMOTE) & quiet
        self.control[lonely] = LOCAL
        self.mode[lonely] = 0
        self._hands()
        self._local()
        self._step()
        burning = self.cells["film_v"] > 0
        self.held["effect"] = burning
        self.held["effect_end"][burning] = self.t
        called = burning & (self.t - self.cells["effect_at"] > BY_HAND_S)
        self.held["alarms"] = np.where(called, 1 << A_MANUAL_QUENCH, 0) | np.where(burning, 1 << A_EFFECT, 0)
        self.held["alarms"] |= np.where(self.silent_until > self.t, 1 << A_SIGNAL, 0)
        self.held["x"][:, 0] = self.cells["al2o3_pct"]

    def _step(self) -> None:
        if self.t % MINUTE_S == 0:
            self.crew.minute(self.cells, self.held, self.measures, self.t)
            self._laboratory()
        if self.t % HOUR_S == 0:
            self._ripple = line_current(self.p, HOUR_S, self._current, float(self._ripple[-1]))
        amp = self.p["current_ka"] * 1e3 * (1.0 + float(self._ripple[self.t % HOUR_S]))
        if self.t < self.trip_until:
            amp = 0.0
        self.amp_seen = amp * (1.0 + self.p["amp_noise"] * float(self._current.standard_normal()))
        self.t += 1
        swing = self.p["ambient_swing_c"] * math.sin(2.0 * math.pi * self.t / DAY_S)
        around = np.array([self.p["ambient_c"] + swing, self._start_c])
        plant_all(self.cells, self.crew.record, self.held, self.measures, amp, around, self.t)

    def _laboratory(self) -> None:
        new = ~np.isnan(self.measures["temp_c"])
        for place, name in enumerate(("temp_c", "alf3_pct", "superheat_c")):
            self.lab[place][new] = self.measures[name][new]
            self.measures[name] = np.nan
        self.lab_count[new] += 1

    def _hands(self) -> None:
        """The switch at the cell goes before everything; given back, the cell feeds by itself until it is taken."""
        self.control[self.selector] = MANUAL_CELL
        self.control[~self.selector & (self.control == MANUAL_CELL)] = LOCAL
        self.mode[self.control != REMOTE] = 0

    def _local(self) -> None:
        """Base feed and the plain dose of fluoride, of all cells that no controller feeds."""
        own = self.control != REMOTE
        if not own.any() or self.amp_seen < self.q["off_share"] * self.p["current_ka"] * 1e3:
            return
        self._need[own] += base_kg_s(self.q.record[0], self.amp_seen)
        due = np.flatnonzero(own & (self._need >= self.q["dose_kg"]))
        self._need[due] -= self.q["dose_kg"]
        self.held["shots"][due, self._next[due]] += 1
        self._next[due] = (self._next[due] + 1) % FEEDERS
        made_t_s = self.amp_seen * 0.3356e-6 * 0.935 / 3600.0
        self.held["alf3_total_kg"][own] += DOSE_LOCAL_KG_T * made_t_s

    # -- telegrams ----------------------------------------------------------------------------------------------

    def accept(self, boot: int, rows: dict[str, np.ndarray[Any, Any]]) -> bool:
        """Take a telegram; False for one of a controller that another has followed."""
        if boot < self.boot:
            return False
        self.boot = boot
        wants, sequence = rows["mode"] > 0, rows["sequence"]
        took = wants & (self.control == LOCAL) & ~self.selector
        left = ~wants & (self.control == REMOTE)
        new = sequence > self.ack
        obeys = wants & (self.control == REMOTE)
        missed = new & ~obeys
        self.ack[missed], self.ack_code[missed] = sequence[missed], STALE
        self.control[took], self.control[left] = REMOTE, LOCAL
        self.ack_code[took] = TAKEN
        self._carry_out(np.flatnonzero(obeys & new), rows)
        self.mode = np.where(self.control == REMOTE, rows["mode"], 0)
        return True

    def _carry_out(self, cells: np.ndarray[Any, Any], rows: dict[str, np.ndarray[Any, Any]]) -> None:
        """Set-points of commands not seen before, within what a cell's own computer allows."""
        held = self.held
        more = rows["feed"][cells] - held["shots"][cells]
        moved = np.abs(rows["beam_mm"][cells] - held["beam_target_mm"][cells])
        dosed = rows["alf3_kg"][cells] - held["alf3_total_kg"][cells]
        fine = (more >= 0).all(axis=1) & (more <= MOST_SHOTS).all(axis=1) & (moved <= MOST_BEAM_MM)
        fine &= (dosed >= -1e-9) & (dosed <= MOST_ALF3_KG)
        fine &= np.abs(rows["beam_mm"][cells]) <= self.q["travel_mm"]
        self.ack[cells] = rows["sequence"][cells]
        self.ack_code[cells] = np.where(fine, DONE, REFUSED)
        good = cells[fine]
        held["shots"][good] = rows["feed"][good]
        held["beam_target_mm"][good] = rows["beam_mm"][good]
        held["alf3_total_kg"][good] = rows["alf3_kg"][good]
        self.executed += len(good)

    # -- what can be seen ---------------------------------------------------------------------------------------

    def arrays(self) -> dict[str, Any]:
        """Values by signal, but for ``Boot`` and ``Second``, which belong to whoever keeps the clock."""
        m, held = self.measures, self.held
        return {
            "Voltage": np.where(self.silent_until > self.t, np.nan, m["volt"]),
            "BeamPosition": m["beam_mm"],
            "Tapping": m["tapping"] > 0,
            "AnodeChange": m["changing"] > 0,
            "Selector": self.selector,
            "Control": self.control,
            "BathTemperature": self.lab[0],
            "ExcessAlF3": self.lab[1],
            "Superheat": self.lab[2],
            "LaboratoryCount": self.lab_count,
            "MetalLevel": self.crew.book["level_mm"],
            "Iron": self.crew.book["fe_pct"],
            "Silicon": self.crew.book["si_pct"],
            "LookCount": self.crew.book["looks"],
            "TappedTotal": self.crew.book["tapped_kg"],
            "Strikes": m["strikes"],
            "Contacts": m["contacts"],
            "FeedTotal": held["shots"],
            "BeamTarget": held["beam_target_mm"],
            "FluorideTotal": held["alf3_total_kg"],
            "FeedMode": self.mode,
            "AckSequence": self.ack,
            "AckCode": self.ack_code,
            "LineCurrent": self.amp_seen,
        }

    def effect(self, cell: int) -> None:
        """Let a cell run out of alumina: an anode effect within seconds."""
        c = self.cells[cell]
        c["wet_until"] = 0.0
        c["alumina"] = max(c["level_effect"] - 0.25, 1.0) / 100.0 * c["bath"]
        c["undissolved"] = 0.0

    def block(self, cell: int, seconds: float) -> None:
        """Two feeders of a cell strike a closed crust."""
        self.cells["closed_until"][cell, :2] = self.t + seconds
