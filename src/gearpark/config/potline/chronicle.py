"""What each cell does, told to the bus for the lake: figures every half minute, states and alarms as they change.

It goes the gateway's durable way (journal, forwarder, Sparkplug), so a bus that is away loses nothing. Control never
waits for it: what cannot be kept in time is dropped and counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gearpark.base.problems import Problem
from gearpark.base.wire import AssetInfo, Observation, SignalInfo, SignalKind
from gearpark.engines.electrolysis.control.codes import ALARMS, MANUAL, PHASES
from gearpark.gateway.forwarder.pipe import Pipe

from .brain import Brain

EVERY_S = 30  # of the line's seconds, between figures
WAITING = 60  # batches that may wait for the journal
BUDGET_BYTES = 500_000_000
BEAM_STEP_MM = 0.5  # a beam that moved less is not told again
UNKNOWN = -1e9  # nothing told by the laboratory so far
ANALOG, STATE, COUNTER = SignalKind.ANALOG, SignalKind.STATE, SignalKind.COUNTER
SIGNALS = (
    SignalInfo("voltage", ANALOG, "V", interval_s=EVERY_S, title_en="Cell voltage", title_zh="槽电压"),
    SignalInfo("resistance", ANALOG, "nOhm", interval_s=EVERY_S, title_en="Pseudo-resistance", title_zh="表观电阻"),
    SignalInfo("alumina", ANALOG, "%", interval_s=EVERY_S, title_en="Alumina, estimated", title_zh="氧化铝浓度估计"),
    SignalInfo("noise", ANALOG, "mV", interval_s=EVERY_S, title_en="Voltage noise", title_zh="电压噪声"),
    SignalInfo("feed", ANALOG, "%", interval_s=EVERY_S, title_en="Feed rate, of the base", title_zh="下料速率（占基准）"),
    SignalInfo("feed_total", COUNTER, "kg", interval_s=EVERY_S, title_en="Alumina fed", title_zh="累计下料量"),
    SignalInfo("fluoride_total", COUNTER, "kg", title_en="Fluoride dosed", title_zh="累计氟盐量"),
    SignalInfo("effects", COUNTER, title_en="Anode effects", title_zh="阳极效应次数"),
    SignalInfo("beam", ANALOG, "mm", title_en="Beam position", title_zh="阳极母线位置"),
    SignalInfo("bath_temperature", ANALOG, "Cel", title_en="Bath temperature", title_zh="电解质温度"),
    SignalInfo("superheat", ANALOG, "K", title_en="Superheat", title_zh="过热度"),
    SignalInfo("excess_alf3", ANALOG, "%", title_en="Excess AlF3", title_zh="过剩氟化铝"),
    SignalInfo("phase", STATE, title_en="Feeding phase", title_zh="下料阶段"),
    SignalInfo("control", STATE, title_en="Control", title_zh="控制方式"),
    SignalInfo("alarms", STATE, title_en="Alarms", title_zh="报警"),
)  # fmt: skip
LINE_SIGNALS = (
    SignalInfo("current", ANALOG, "kA", interval_s=EVERY_S, title_en="Line current", title_zh="系列电流"),
)
LABORATORY = (
    ("bath_temperature", "BathTemperature"), ("superheat", "Superheat"), ("excess_alf3", "ExcessAlF3"),
)  # fmt: skip
log = logging.getLogger("gearpark.potline")


@dataclass(frozen=True, slots=True)
class Name:
    """Whose line it is and what it is called: cells are the assets ``<line>-001`` and so on."""

    org: str
    line: str

    def cell(self, number: int) -> str:
        return f"{self.line}-{number:03d}"


def assets(name: Name, cells: int) -> list[AssetInfo]:
    """The line and its cells as the bus declares them."""
    path = f"qijiang/{name.org}/potroom/{name.line}"
    made = [AssetInfo(name.line, "potline", name.line, path, LINE_SIGNALS)]
    made += [
        AssetInfo(name.cell(n), "reduction-cell", f"{n}", f"{path}/{n:03d}", SIGNALS)
        for n in range(1, cells + 1)
    ]
    return made


class Teller:
    """Observations of a line's seconds; remembers what it told, so that states are told when they change."""

    def __init__(self, name: Name, cells: int, dose_kg: float) -> None:
        self.name, self.cells, self.dose_kg = name, cells, dose_kg
        self.sum_v, self.count_v = np.zeros(cells), np.zeros(cells)
        self.due = 0
        self.last: dict[str, np.ndarray[Any, Any]] = {}
        self._tags = {s.name: [f"{name.cell(n)}/{s.name}" for n in range(1, cells + 1)] for s in SIGNALS}

    def told(self, brain: Brain, view: Mapping[str, Any], at_us: int) -> list[Observation]:
        """What is new at a second of the line."""
        volt = np.asarray(view["Voltage"], float)
        good = ~np.isnan(volt)
        self.sum_v[good] += volt[good]
        self.count_v[good] += 1
        found = list(self._changes(brain, view, at_us))
        if brain.t >= self.due:
            self.due = brain.t - brain.t % EVERY_S + EVERY_S
            found += self._figures(brain, at_us)
        return found

    def _figures(self, brain: Brain, at_us: int) -> Iterator[Observation]:
        k = brain.k
        with np.errstate(invalid="ignore", divide="ignore"):
            volt = self.sum_v / self.count_v
        self.sum_v[:], self.count_v[:] = 0.0, 0.0
        rows = {
            "voltage": np.round(volt, 4),
            "resistance": np.where(k["r_slow"] > 0, np.round(k["r_slow"], 1), np.nan),
            "alumina": np.round(k["x"][:, 0], 3),
            "noise": np.round(k["swing_mv"], 1),
            "feed": np.round(100.0 * k["rate"] * k["factor"], 1),
            "feed_total": np.round(k["shots"].sum(axis=1) * self.dose_kg, 1),
        }
        for signal, values in rows.items():
            yield from self._all(signal, values, at_us)
        yield Observation(f"{self.name.line}/current", at_us, round(brain.amp / 1000.0, 2))

    def _changes(self, brain: Brain, view: Mapping[str, Any], at_us: int) -> Iterator[Observation]:
        k = brain.k
        control = np.where(k["mode"] == MANUAL, 2, np.where(brain.advise, 1, 0))
        yield from self._new("phase", k["phase"].astype("i8"), at_us, lambda code: PHASES[code])
        yield from self._new("control", control, at_us, lambda code: ("automatic", "advice", "hands")[code])
        yield from self._new("alarms", k["alarms"], at_us, alarm_words)
        yield from self._new("effects", k["effects"].astype("i8"), at_us, float)
        beam = np.round(np.asarray(view["BeamPosition"], float) / BEAM_STEP_MM).astype("i8")
        yield from self._new("beam", beam, at_us, lambda step: step * BEAM_STEP_MM)
        yield from self._new("fluoride_total", np.round(k["alf3_total_kg"], 1), at_us, float)
        for signal, name in LABORATORY:
            values = np.asarray(view[name], float)
            known = np.where(np.isnan(values), UNKNOWN, np.round(values, 2))
            yield from self._new(
                signal, known, at_us, lambda value: None if value == UNKNOWN else float(value)
            )

    def _new(self, signal: str, values: Any, at_us: int, word: Any) -> Iterator[Observation]:
        """Cells whose value is another one than was told."""
        last = self.last.get(signal)
        changed = np.arange(self.cells) if last is None else np.flatnonzero(values != last)
        self.last[signal] = np.array(values)
        tags = self._tags[signal]
        for cell in changed.tolist():
            value = word(values[cell])
            if value is not None:
                yield Observation(tags[cell], at_us, value)

    def _all(self, signal: str, values: Any, at_us: int) -> Iterator[Observation]:
        for tag, value in zip(self._tags[signal], values.tolist(), strict=True):
            if value == value:  # a cell without signals has no figure
                yield Observation(tag, at_us, value)


def alarm_words(bits: int) -> str:
    """Names of the standing alarms, blanks between; "none" when there is none."""
    return " ".join(name for bit, name in enumerate(ALARMS) if int(bits) >> bit & 1) or "none"


class Chronicle:
    """The durable way out. ``start`` and ``stop`` once; ``tell`` every second, it never waits."""

    def __init__(self, folder: Path, name: Name) -> None:
        self.name = name
        self.dropped = 0
        self._pipe = Pipe(folder, f"potline-{name.line}", budget_bytes=BUDGET_BYTES, policy="drop_oldest")
        self._queue: asyncio.Queue[list[Observation]] = asyncio.Queue(WAITING)
        self._teller: Teller | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._pipe.start()
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            await self._pipe.stop()

    def tell(self, brain: Brain, view: Mapping[str, Any], at_us: int) -> None:
        if self._task is None:
            return
        if self._teller is None or self._teller.cells != brain.count:
            self._teller = Teller(self.name, brain.count, float(brain.q["dose_kg"]))
            self._pipe.declare(self.name.org, assets(self.name, brain.count))
        found = self._teller.told(brain, view, at_us)
        if not found:
            return
        try:
            self._queue.put_nowait(found)
        except asyncio.QueueFull:
            self.dropped += len(found)

    async def _keep(self) -> None:
        while True:
            found = await self._queue.get()
            try:
                await self._pipe.put(self.name.org, found)
            except Problem as problem:
                self.dropped += len(found)
                log.warning("%d values of the cells not kept: %s", len(found), problem.sentence)
