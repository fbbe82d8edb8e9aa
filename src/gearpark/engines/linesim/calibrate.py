"""A model's figures from what its line did: cycles, change-overs, tool changes, failures and repairs, each with its
source; and the model held against shifts it was not made from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .experiment import STATES as TOLD
from .experiment import estimate, simulate
from .fit import Fit, fit
from .history import PREPARING, History, Interval, Spells, cycles, durations, to_failure
from .model import Document, Line, build_line

FEW_FAILURES = 30  # below, times to failure are taken as exponential
PERIOD_S = 8 * 3600.0  # shift by which history is cut for validation
NEAR = 0.05  # share of the output, or of a station's time, by which model and history may differ
MIN_PERIODS = 5


@dataclass(frozen=True)
class Figure:
    """One figure of the model: where it stands, what it was, and the fit; None: too few, the model's is kept."""

    path: str
    was: str
    count: int
    cut: int
    fit: Fit | None


@dataclass(frozen=True)
class Calibrated:
    """The model with the figures that could be fitted."""

    document: Document
    line: Line
    figures: tuple[Figure, ...]


def calibrate(line: Line, history: History, progress: Callable[[int, int], None] | None = None) -> Calibrated:
    """Fit every figure that the history tells; every other stays as it is. The plan of the result is checked."""
    figures, changes = [], {}
    wanted = list(_wanted(line, history))
    for k, (path, scale, spells, memoryless) in enumerate(wanted):
        if progress is not None:
            progress(k, len(wanted))
        found = fit([v * scale for v in spells.ended], [v * scale for v in spells.cut], memoryless=memoryless)
        was = line.document.at(tuple(path.split(".")))
        figures.append(Figure(path, _shown(was), len(spells.ended), len(spells.cut), found))
        if found is not None:
            text = found.text
            if path.endswith((".mtbf", ".mttr")) and found.law == "exp":
                text = text.removeprefix("exp(").removesuffix(")")  # a plain time there is an exponential law
            cut = f", {found.cut} cut off" if found.cut else ""
            p = "" if found.p is None else f", fit p {found.p:.2f}"
            changes[path] = {
                "value": text,
                "source": f"history {history.hash} from {history.begin}: {found.count} ended{cut}{p}",
            }
    document = line.document.patched(changes)
    return Calibrated(document, build_line(document), tuple(figures))


def _shown(value: Any) -> str:
    found = value.get("value") if isinstance(value, dict) and "value" in value else value
    return "" if found is None else str(found)


def _wanted(line: Line, history: History) -> Iterator[tuple[str, float, Spells, bool]]:
    """Figures of the model that a history may tell: path, factor from durations to the figure, durations, few."""
    raw = line.document.raw
    for station in line.stations:
        rows = [history.machines[m] for m in station.machines if m in history.machines]
        if not rows or station.carrier:
            continue
        told = raw["stations"][station.name]
        at = f"stations.{station.name}"
        yield from _cycles(raw, told, at, rows)
        for name, state in (("setup", "setup"), ("load", "loading")):
            if name in told:
                yield f"{at}.{name}.time", 1.0, _joined(durations(r, state) for r in rows), False
        tools = told.get("tools")
        if isinstance(tools, dict) or (isinstance(tools, list) and len(tools) == 1):
            where = f"{at}.tools" if isinstance(tools, dict) else f"{at}.tools.0"
            yield f"{where}.time", 1.0, _joined(durations(r, "tools") for r in rows), False
        yield from _failures(told, at, rows)


def _cycles(
    raw: dict[str, Any], told: dict[str, Any], at: str, rows: list[list[Interval]]
) -> Iterator[tuple[str, float, Spells, bool]]:
    types, speed = raw.get("parts") or {}, float(told.get("speed", 1.0))
    by_part = isinstance(told["cycle"], dict) and "value" not in told["cycle"]
    groups: dict[str, Spells] = {}
    for row in rows:
        for one in cycles(row):
            factor = (
                1.0 if by_part or told.get("fixed") else float((types.get(one.part) or {}).get("factor", 1.0))
            )
            key = f"{at}.cycle.{one.part}" if by_part else f"{at}.cycle"
            groups.setdefault(key, Spells()).add(one.work_s / factor, cut=one.cut)
    for path, spells in groups.items():
        if not by_part or path.rsplit(".", 1)[-1] in told["cycle"]:
            yield path, speed, spells, False


def _failures(
    told: dict[str, Any], at: str, rows: list[list[Interval]]
) -> Iterator[tuple[str, float, Spells, bool]]:
    given = told.get("fail")
    modes = given if isinstance(given, list) else [given] if given else []
    for k, mode in enumerate(modes):
        where = f"{at}.fail.{k}" if isinstance(given, list) else f"{at}.fail"
        name = str(mode.get("name", "")) if len(modes) > 1 else ""
        if mode.get("clock", "busy") == "busy":
            spells = _joined(to_failure(r, name) for r in rows)
            yield f"{where}.mtbf", 1.0, spells, len(spells.ended) < FEW_FAILURES
        yield f"{where}.mttr", 1.0, _joined(durations(r, "down", name) for r in rows), False


def _joined(spells: Iterator[Spells]) -> Spells:
    made = Spells()
    for one in spells:
        made.ended += one.ended
        made.cut += one.cut
    return made


@dataclass(frozen=True)
class Held:
    """One figure of the model beside the history's; ``near``: the difference is no more than ``NEAR``.

    station, state  whose share of time it is; "" for the line's output, parts an hour
    """

    station: str
    state: str
    model: float
    history: float
    low: float
    high: float
    near: bool

    @property
    def name(self) -> str:
        return f"{self.station}: {self.state}" if self.station else "output, parts an hour"


@dataclass(frozen=True)
class Validation:
    """A model held against history: ``usable`` when its output is near, and why or why not."""

    periods: int
    rows: tuple[Held, ...]
    usable: bool
    why: str


def validate(line: Line, history: History, *, seed: int = 1, workers: int = 1) -> Validation:
    """Run the model and compare output and the stations' time with the history, cut into shifts of 8 h."""
    count = int(history.until_s // PERIOD_S)
    if count < MIN_PERIODS:
        why = f"the history holds {count} shifts of 8 h; {MIN_PERIODS} are needed to judge by"
        return Validation(count, (), usable=False, why=why)
    answer = simulate(line, seed=seed, workers=workers)
    ends: Sequence[float] = history.good_s or ()
    expected = float(answer.per_h().mean())
    if history.good_s is None:
        last = {m.name for m in line.plan.machines if any(w.place == "exit" for ways in m.ways for w in ways)}
        ends = [one.end_s for name in last for one in cycles(history.machines.get(name, [])) if not one.cut]
        expected += float(answer.scrap_per_h().mean())
    made, _ = np.histogram(ends, bins=np.arange(count + 1) * PERIOD_S)
    rows = [_held("", "", expected, made / (PERIOD_S / 3600.0), relative=True)]
    for station in line.stations:
        told = [history.machines[m] for m in station.machines if m in history.machines]
        if told and not station.carrier:
            shares = answer.shares(station.name)
            for state in TOLD:
                seen = np.mean([_shares(intervals, state, count) for intervals in told], axis=0)
                rows.append(_held(station.name, state, shares[state], seen, relative=False))
    output, far = rows[0], [row.name for row in rows[1:] if not row.near]
    why = (
        f"the output differs by {abs(output.model / output.history - 1):.1%}"
        if output.history
        else "nothing came out"
    )
    if far:
        why += f"; the time is not right at {', '.join(far[:6])}"
    return Validation(count, tuple(rows), usable=output.near, why=why)


def _held(station: str, state: str, model: float, seen: Any, *, relative: bool) -> Held:
    told = estimate(seen)
    mean, half = told.mean or 0.0, told.half or math.inf
    room = NEAR * mean if relative else NEAR
    near = abs(model - mean) <= room or (abs(model - mean) <= half and half <= 2 * room)
    return Held(station, state, model, mean, mean - half, mean + half, bool(near))


_SAME = {"setup": ("setup", "tools", "loading", PREPARING)}


def _shares(intervals: list[Interval], state: str, count: int) -> Any:
    """Share of every shift's time on shift that a machine spent in a state."""
    spent, on = np.zeros(count), np.zeros(count)
    for one in intervals:
        first, last = int(one.start_s // PERIOD_S), int(min(one.end_s // PERIOD_S, count - 1))
        for k in range(first, last + 1):
            lasted = min(one.end_s, (k + 1) * PERIOD_S) - max(one.start_s, k * PERIOD_S)
            if one.state != "off":
                on[k] += lasted
            if one.state in _SAME.get(state, (state,)):
                spent[k] += lasted
    return np.divide(spent, on, out=np.zeros(count), where=on > 0)
