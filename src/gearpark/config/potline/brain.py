"""One cycle of the live controller, without input or output: what the cells say -> commands, advice, a telegram's rows.

The cycle is the simulation's own (``control_all``). Around it: the line's clock with missed seconds bridged, cells that
other hands hold followed so that taking over moves nothing, limits checked a second time, numbers given to commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gearpark.engines.electrolysis.control.codes import ALARMS, AUTO, MANUAL, PHASES, REASONS, SAFE
from gearpark.engines.electrolysis.control.guard import LIMITS, SET_POINTS, put_back, refused
from gearpark.engines.electrolysis.control.kernel import control_all
from gearpark.engines.electrolysis.control.state import FEEDERS, fresh_control, measured
from gearpark.engines.electrolysis.control.telegram import REFUSED, REMOTE, STALE
from gearpark.engines.electrolysis.parameters import Parameters

ADVICE_AGAIN_S = 60.0  # the same advice to a cell is not given more often
MAX_BRIDGED_S = 600
SIDE = np.dtype([("seq", "i8"), ("acked", "i8"), ("ours", "?"), ("lab", "i8")])
OUTCOMES = ("", "done", "refused", "taken", "not_obeyed")


@dataclass(frozen=True, slots=True)
class Command:
    """One change of a set-point. ``value`` is a running total or a position, ``was`` the one before; ``feeder`` from 1, 0: none."""

    seq: int
    cell: int  # from 1, as the potroom counts
    kind: str  # feed, beam, fluoride; refused or advised ones end in ":refused" and ":advice"
    feeder: int
    value: float
    was: float
    why: str


@dataclass(slots=True)
class Step:
    """What a cycle came to. ``touched``: cells whose records have to be kept with the commands; ``acks``: cell -> outcome of
    everything up to a number."""

    t: int
    commands: list[Command] = field(default_factory=list)
    touched: Any = None
    acks: list[tuple[int, int, str]] = field(default_factory=list)
    rows: dict[str, Any] = field(default_factory=dict)


class Brain:
    """State of a line's controller; ``cycle`` once a second of the line."""

    def __init__(self, q: Parameters, curve: np.ndarray[Any, Any], cells: int) -> None:
        self.q, self.count = q, cells
        self.k = fresh_control(q, cells)
        self.side = np.zeros(cells, SIDE)
        self.curve, self._qs = curve, q.record
        self.plant_boot = self.offset = self.t = self.cycles = self.boot = 0
        self.advise = np.zeros(cells, bool)
        self.refusals = 0
        self.amp = float("nan")
        self.changes = np.zeros(cells)  # anode changes that were seen to begin
        self._changing = np.zeros(cells, bool)
        self._advised: dict[tuple[int, str, str], int] = {}

    def use(self, q: Parameters) -> None:
        """Go on with other constants; set-points of cells move by the controller's own steps and limits."""
        if q.revision != self.q.revision:
            self.q, self._qs = q, q.record

    # -- a cycle ------------------------------------------------------------------------------------------------

    def cycle(self, view: Mapping[str, Any]) -> Step | None:
        """``view``: arrays by signal of one second of the line. None when that second was seen before."""
        seconds = self._clock(view)
        if seconds <= 0:
            return None
        step = Step(self.t, acks=self._acknowledged(view))
        m = self._measured(view)
        self._follow(view, m)
        before = {name: self.k[name].copy() for name in (*SET_POINTS, "phase")}
        self._control(m, seconds)
        self.cycles += 1
        self._limit(before, m, seconds, step)
        self._hand_over(view, before, step)
        changed = self._number(before, step)
        step.touched = np.flatnonzero(changed)
        step.rows = self._rows(view)
        return step

    def _clock(self, view: Mapping[str, Any]) -> int:
        """Seconds since the last cycle; cell computers that count anew go on with our clock."""
        if int(view["Boot"]) != self.plant_boot:
            self.offset = self.t + 1 - int(view["Second"])
            self.plant_boot = int(view["Boot"])
            self._forget_counts(view)
        t = int(view["Second"]) + self.offset
        seconds, self.t = t - self.t, max(t, self.t)
        return seconds

    def _forget_counts(self, view: Mapping[str, Any]) -> None:
        k = self.k
        k["strikes_seen"], k["contacts_seen"] = view["Strikes"], view["Contacts"]
        self.side["ours"], self.side["lab"] = False, view["LaboratoryCount"]

    def _measured(self, view: Mapping[str, Any]) -> np.ndarray[Any, Any]:
        m = measured(self.count)
        m["volt"], m["beam_mm"] = view["Voltage"], view["BeamPosition"]
        m["valid"] = ~np.isnan(m["volt"])
        m["tapping"], m["changing"] = view["Tapping"], view["AnodeChange"]
        self.changes += view["AnodeChange"] & ~self._changing
        self._changing = np.array(view["AnodeChange"], bool)
        m["strikes"], m["contacts"] = view["Strikes"], view["Contacts"]
        new = view["LaboratoryCount"] > self.side["lab"]
        for name, signal in (
            ("temp_c", "BathTemperature"),
            ("alf3_pct", "ExcessAlF3"),
            ("superheat_c", "Superheat"),
        ):
            m[name][new] = view[signal][new]
        self.side["lab"] = view["LaboratoryCount"]
        self.amp = float(view["LineCurrent"])
        return m

    def _acknowledged(self, view: Mapping[str, Any]) -> list[tuple[int, int, str]]:
        """Commands the cells answered since the last cycle; a cell that refused goes on from what it holds."""
        side, ack, code = self.side, view["AckSequence"], view["AckCode"]
        self.cycles = max(self.cycles, int(ack.max(initial=0)))  # numbers only grow, also after a lost state
        news = np.flatnonzero(ack > side["acked"])
        said = [(int(cell) + 1, int(ack[cell]), OUTCOMES[int(code[cell])]) for cell in news]
        declined = news[np.isin(code[news], (REFUSED, STALE))]
        side["ours"][declined] = False
        side["acked"] = np.maximum(side["acked"], ack)
        return said

    def _follow(self, view: Mapping[str, Any], m: np.ndarray[Any, Any]) -> None:
        """Set-points of cells that were not ours until now are what the cell holds."""
        k, ours = self.k, self.side["ours"]
        k["mode"] = np.where(view["Selector"], MANUAL, AUTO)
        others = ~(ours & (view["Control"] == REMOTE))
        self._adopt(view, others)
        fresh = others & (view["Control"] == REMOTE) & ~self.advise
        for name in ("beam_seen", "r_lean", "r_trigger", "cyc_mean"):
            k[name][fresh] = np.nan
        self.side["ours"] = (view["Control"] == REMOTE) & ~self.advise & ~view["Selector"]

    def _adopt(self, view: Mapping[str, Any], cells: Any) -> None:
        self.k["shots"][cells] = view["FeedTotal"][cells]
        self.k["beam_target_mm"][cells] = view["BeamTarget"][cells]
        self.k["alf3_total_kg"][cells] = view["FluorideTotal"][cells]

    def _control(self, m: np.ndarray[Any, Any], seconds: int) -> None:
        """Missed seconds count as seconds without signals: feeding goes on, nothing is judged."""
        missed = min(seconds - 1, MAX_BRIDGED_S)
        if missed:
            blind = m.copy()
            blind["valid"] = 0.0
            for back in range(missed, 0, -1):
                control_all(self.k, self._qs, self.curve, blind, self.amp, float(self.t - back))
        control_all(self.k, self._qs, self.curve, m, self.amp, float(self.t))

    # -- what goes out ------------------------------------------------------------------------------------------

    def _limit(self, before: dict[str, Any], m: np.ndarray[Any, Any], seconds: int, step: Step) -> None:
        old = np.zeros(
            self.count, [("shots", "i8", (FEEDERS,)), ("beam_target_mm", "f8"), ("alf3_total_kg", "f8")]
        )
        for name in SET_POINTS:
            old[name] = before[name]
        why = refused(self.q, old, self.k, m, seconds)
        why[~self.side["ours"]] = 0  # nothing is sent to them
        bad = np.flatnonzero(why)
        for cell in bad:
            self.refusals += 1
            step.commands += self._changes(int(cell), before, self.cycles, ":refused", LIMITS[int(why[cell])])
        put_back(self.k, old, bad)

    def _hand_over(self, view: Mapping[str, Any], before: dict[str, Any], step: Step) -> None:
        """Cells that are not ours: what we would have done is advice or nothing, and what they did is what counts."""
        others = ~self.side["ours"]
        if not others.any():
            return
        for cell in np.flatnonzero(others & self.advise & (self.k["mode"] == AUTO)):
            step.commands += self._advice(int(cell), before)
        asked = (self.k["shots"] - before["shots"]).sum(axis=1)[others]
        done = np.maximum((view["FeedTotal"] - before["shots"]).sum(axis=1)[others], 0)
        self.k["minute_kg"][others] += (done - asked) * self.q["dose_kg"]
        self._adopt(view, others)
        for name in SET_POINTS:
            before[name][others] = self.k[name][others]

    def _advice(self, cell: int, before: dict[str, Any]) -> list[Command]:
        made = []
        record = self.k[cell]
        if record["phase"] != before["phase"][cell]:
            rate = float(record["rate"] * record["factor"])
            made.append(
                Command(self.cycles, cell + 1, "rate:advice", 0, rate, 0.0, REASONS[int(record["feed_why"])])
            )
        wishes = self._changes(cell, before, self.cycles, ":advice", "")
        made += [one for one in wishes if not one.kind.startswith("feed")]
        fresh = []
        for one in made:
            key = (cell, one.kind, one.why)
            if self.t - self._advised.get(key, -(10**9)) >= ADVICE_AGAIN_S:
                self._advised[key] = self.t
                fresh.append(one)
        return fresh

    def _changes(self, cell: int, before: dict[str, Any], seq: int, mark: str, why: str) -> list[Command]:
        """Set-points of a cell that moved."""
        k, made, number = self.k[cell], [], cell + 1
        for feeder in range(FEEDERS):
            was, now = int(before["shots"][cell, feeder]), int(k["shots"][feeder])
            if now != was:
                reason = why or REASONS[int(k["feed_why"])]
                made.append(Command(seq, number, f"feed{mark}", feeder + 1, now, was, reason))
        for kind, name, code in (
            ("beam", "beam_target_mm", "beam_why"),
            ("fluoride", "alf3_total_kg", "dose_why"),
        ):
            held, wanted = float(before[name][cell]), float(k[name])
            if wanted != held:
                reason = why or REASONS[int(k[code])]
                made.append(Command(seq, number, f"{kind}{mark}", 0, wanted, held, reason))
        return made

    def _number(self, before: dict[str, Any], step: Step) -> np.ndarray[Any, Any]:
        k = self.k
        changed = (k["shots"] != before["shots"]).any(axis=1)
        changed |= k["beam_target_mm"] != before["beam_target_mm"]
        changed |= k["alf3_total_kg"] != before["alf3_total_kg"]
        self.side["seq"][changed] = self.cycles
        for cell in np.flatnonzero(changed):
            step.commands += self._changes(int(cell), before, self.cycles, "", "")
        return np.asarray(changed)

    def _rows(self, view: Mapping[str, Any]) -> dict[str, Any]:
        k = self.k
        mode = np.where(self.advise | view["Selector"], 0, k["phase"].astype("i8") + 1)
        return {
            "sequence": self.side["seq"],
            "mode": mode,
            "beam_mm": k["beam_target_mm"],
            "alf3_kg": k["alf3_total_kg"],
            "feed": k["shots"],
        }

    # -- for people ---------------------------------------------------------------------------------------------

    def summary(self) -> dict[str, Any]:
        """Cells by feeding phase and by alarm; lists of cells are short."""
        k, ours = self.k, self.side["ours"]
        phases = np.bincount(k["phase"].astype("i8"), minlength=len(PHASES))
        alarms = {name: int(((k["alarms"] >> bit) & 1).sum()) for bit, name in enumerate(ALARMS) if name}
        return {
            "controlled": int(ours.sum()),
            "advised": int(self.advise.sum()),
            "by_hand": int((k["mode"] == MANUAL).sum()),
            "phases": {PHASES[place]: int(n) for place, n in enumerate(phases) if n},
            "alarms": {name: n for name, n in alarms.items() if n},
            "safe_cells": [int(one) + 1 for one in np.flatnonzero(k["phase"] == SAFE)[:20]],
            "effect_cells": [int(one) + 1 for one in np.flatnonzero(k["effect"] > 0)[:20]],
            "refusals": self.refusals,
        }
