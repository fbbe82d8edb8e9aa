"""Estimates beside the live controller: what it sees, gathered for five minutes, then one step for all cells.

The state is kept in the controller's folder, replaced whole after each step; a restart goes on from it. Nothing here can
hold up or change control.
"""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gearpark.engines.electrolysis.control.codes import A_PREDICTED
from gearpark.engines.electrolysis.estimate.diagnosis import diagnose
from gearpark.engines.electrolysis.estimate.feeders import CLOSED
from gearpark.engines.electrolysis.estimate.line import LineEstimate, Seen, cell_figures, heating_v
from gearpark.engines.electrolysis.parameters import Parameters

from .brain import Brain

STEP_S = 300
MOST_S = 3600  # of one step; after a longer silence totals are noted anew
FILE = "estimates.npz"
Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Told:
    """A step's results. ``figures`` with a value a cell; ``closed``: numbers of closed feeder holes, "none"; ``causes``: JSON, a
    list of [cause, probability, {figure: value}], likeliest first."""

    figures: Mapping[str, Array]
    closed: list[str]
    causes: list[str]


class Estimator:
    """``second`` after each cycle of the controller; every ``STEP_S`` of the line it returns what came out."""

    def __init__(self, folder: Path, p: Parameters, e: Parameters, cells: int) -> None:
        self.path, self.p, self.line = folder / FILE, p, LineEstimate(p, e, cells)
        self._volt, self._heard = np.zeros(cells), np.zeros(cells)
        self._amp, self._seconds, self._since = 0.0, 0, -1
        self._names: list[str] = [""] * cells
        self._said: list[str] = ["[]"] * cells
        self.resumed = self._load()

    def second(self, brain: Brain, view: Mapping[str, Any]) -> Told | None:
        volt = np.asarray(view["Voltage"], float)
        good = ~np.isnan(volt)
        self._volt[good] += heating_v(self.p, volt[good])
        self._heard[good] += 1
        self._amp += float(view["LineCurrent"])
        self._seconds += 1
        gap = brain.t - self._since
        if self._since < 0 or not 0 <= gap <= MOST_S:
            self.line.forget_totals()  # begun anew, or away for too long to go on from the totals
            self._since = brain.t
            return None
        if gap < STEP_S:
            return None
        seen = self._seen(brain, view, gap)
        self._volt[:], self._heard[:] = 0.0, 0.0
        self._amp, self._seconds, self._since = 0.0, 0, brain.t
        self.line.step(seen)
        self._keep()
        return self._told(brain) if self.line.now else None

    def _seen(self, brain: Brain, view: Mapping[str, Any], seconds: float) -> Seen:
        with np.errstate(invalid="ignore", divide="ignore"):
            volt = self._volt / self._heard
        totals = {
            "fed_kg": np.asarray(view["FeedTotal"]).sum(axis=1) * brain.q["dose_kg"], "dosed_kg": view["FluorideTotal"],
            "tapped_kg": view["TappedTotal"], "looks": view["LookCount"], "changes": brain.changes,
        }  # fmt: skip
        level = np.where(view["Tapping"], np.nan, view["MetalLevel"])
        return Seen(
            float(seconds), self._amp / self._seconds, volt, totals, view["Strikes"], view["Contacts"], view["BathTemperature"],
            view["ExcessAlF3"], level, view["Iron"], brain.k,
        )  # fmt: skip

    def _told(self, brain: Brain) -> Told:
        k, now = brain.k, self.line.now
        for cell in range(brain.count):
            foretold = bool(int(k["alarms"][cell]) >> A_PREDICTED & 1)
            given = cell_figures(
                now, cell, float(k["swing_mv"][cell]), float(k["factor"][cell]), foretold, brain.q
            )
            found = diagnose(given)
            names = " ".join(one.cause for one in found)
            if names != self._names[cell]:  # the same causes with other digits are no news
                self._names[cell] = names
                rows = [
                    [
                        one.cause,
                        round(one.probability, 3),
                        {ev.figure: round(ev.value, 4) for ev in one.evidence},
                    ]
                    for one in found
                ]
                self._said[cell] = json.dumps(rows, separators=(",", ":"))
        closed = [
            " ".join(str(f + 1) for f in np.flatnonzero(row == CLOSED)) or "none" for row in now["feeders"]
        ]
        return Told(now, closed, list(self._said))

    def _keep(self) -> None:
        part = self.path.with_suffix(".part.npz")
        with contextlib.suppress(
            OSError
        ):  # a full disk costs the estimates their memory, not the cells their control
            kept: dict[str, Any] = self.line.state()
            np.savez(part, t=self._since, **kept)
            part.replace(self.path)

    def _load(self) -> bool:
        try:
            with np.load(self.path) as kept:
                if not self.line.restore({name: kept[name] for name in kept.files}):
                    return False
                self._since = int(kept["t"])
                return True
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return False
