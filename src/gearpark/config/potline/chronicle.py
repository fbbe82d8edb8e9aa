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
from .estimator import STEP_S, Told

EVERY_S = 30  # of the line's seconds, between figures
WAITING = 60  # batches that may wait for the journal
BUDGET_BYTES = 500_000_000
BEAM_STEP_MM = 0.5  # a beam that moved less is not told again
UNKNOWN = -1e9  # nothing told by the laboratory so far
ANALOG, STATE, COUNTER = SignalKind.ANALOG, SignalKind.STATE, SignalKind.COUNTER
ESTIMATED = (  # signal, unit, figure of the estimates, factor, titles
    ("temperature_estimate", "Cel", "temperature", 1.0, "Bath temperature, estimated", "电解质温度估计"),
    ("temperature_sd", "K", "temperature_sd", 1.0, "Its standard deviation", "电解质温度标准差"),
    ("superheat_estimate", "K", "superheat", 1.0, "Superheat, estimated", "过热度估计"),
    ("superheat_sd", "K", "superheat_sd", 1.0, "Its standard deviation", "过热度标准差"),
    ("alf3_estimate", "%", "alf3", 1.0, "Excess AlF3, estimated", "过剩氟化铝估计"),
    ("alf3_sd", "%", "alf3_sd", 1.0, "Its standard deviation", "过剩氟化铝标准差"),
    ("alumina_sd", "%", "alumina_sd", 1.0, "Standard deviation of the alumina", "氧化铝浓度标准差"),
    ("ledge", "mm", "ledge", 1.0, "Side ledge, estimated", "炉帮厚度估计"),
    ("ledge_sd", "mm", "ledge_sd", 1.0, "Its standard deviation", "炉帮厚度标准差"),
    ("heat_loss", "%", "heat_loss", 100.0, "Heat loss, of the usual", "散热（占常规）"),
    ("efficiency", "%", "efficiency", 100.0, "Current efficiency, estimated", "电流效率估计"),
    ("efficiency_sd", "%", "efficiency_sd", 100.0, "Its standard deviation", "电流效率标准差"),
    ("by_metal", "%", "by_metal", 100.0, "Share of it that was weighed", "其中称量所占比例"),
    ("window_low", "V", "window_low", 1.0, "Heat window, lower end", "热平衡窗口下限"),
    ("window_high", "V", "window_high", 1.0, "Heat window, upper end", "热平衡窗口上限"),
    ("held", "V", "held_v", 1.0, "Voltage held on the average", "平均保持电压"),
    ("delivery", "%", "delivery", 100.0, "Delivered share of the feed", "有效下料比例"),
)  # fmt: skip
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
    SignalInfo("metal_level", ANALOG, "mm", title_en="Metal level", title_zh="铝水平"),
    SignalInfo("iron", ANALOG, "%", title_en="Iron in the metal", title_zh="铁含量"),
    SignalInfo("silicon", ANALOG, "%", title_en="Silicon in the metal", title_zh="硅含量"),
    SignalInfo("tapped_total", COUNTER, "kg", title_en="Metal tapped and weighed", title_zh="累计出铝量"),
    *(SignalInfo(name, ANALOG, unit, interval_s=STEP_S, title_en=en, title_zh=zh) for name, unit, _, _, en, zh in ESTIMATED),
    SignalInfo("closed_feeders", STATE, title_en="Closed feeder holes", title_zh="堵料下料口"),
    SignalInfo("causes", STATE, title_en="Named causes", title_zh="诊断原因"),
    SignalInfo("work", STATE, title_en="Work at the cell", title_zh="槽上作业"),
    SignalInfo("phase", STATE, title_en="Feeding phase", title_zh="下料阶段"),
    SignalInfo("control", STATE, title_en="Control", title_zh="控制方式"),
    SignalInfo("alarms", STATE, title_en="Alarms", title_zh="报警"),
)  # fmt: skip
LINE_SIGNALS = (
    SignalInfo("current", ANALOG, "kA", interval_s=EVERY_S, title_en="Line current", title_zh="系列电流"),
)
LABORATORY = (
    ("bath_temperature", "BathTemperature", 2), ("superheat", "Superheat", 2), ("excess_alf3", "ExcessAlF3", 2),
    ("metal_level", "MetalLevel", 1), ("iron", "Iron", 4), ("silicon", "Silicon", 4), ("tapped_total", "TappedTotal", 1),
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
        work = np.where(view["Tapping"], 1, np.where(view["AnodeChange"], 2, 0))
        yield from self._new("work", work, at_us, lambda code: ("none", "tapping", "anode_change")[code])
        for signal, name, digits in LABORATORY:
            values = np.asarray(view[name], float)
            known = np.where(np.isnan(values), UNKNOWN, np.round(values, digits))
            yield from self._new(
                signal, known, at_us, lambda value: None if value == UNKNOWN else float(value)
            )

    def estimated(self, found: Told, at_us: int) -> Iterator[Observation]:
        """Estimates of a step; holes and causes when they are others than before."""
        for signal, _unit, figure, factor, _en, _zh in ESTIMATED:
            yield from self._all(signal, np.round(factor * found.figures[figure], 3), at_us)
        for signal, texts in (("closed_feeders", found.closed), ("causes", found.causes)):
            yield from self._new(signal, np.array(texts, object), at_us, str)

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

    def tell(self, brain: Brain, view: Mapping[str, Any], at_us: int, estimates: Told | None = None) -> None:
        if self._task is None:
            return
        if self._teller is None or self._teller.cells != brain.count:
            self._teller = Teller(self.name, brain.count, float(brain.q["dose_kg"]))
            self._pipe.declare(self.name.org, assets(self.name, brain.count))
        found = self._teller.told(brain, view, at_us)
        if estimates is not None:
            found += self._teller.estimated(estimates, at_us)
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
