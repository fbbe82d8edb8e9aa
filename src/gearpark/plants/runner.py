"""Runs the demo's plants in one process: an OPC UA server a line, an MTConnect agent, an SHDR adapter."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from gearpark.base.problems import Problem
from gearpark.base.time import from_us, now_utc, to_us
from gearpark.bus.client import bus_url

from .fleet import Fleet
from .line import AnalogSampler, Change, Injection, SimulatedLine
from .line.board import SECOND_US
from .lines import DemoLine, housing_lines, other_lines
from .mtconnect import Adapter, Agent, recordings
from .mtconnect.agent import new_instance_id
from .opcua import LineServer
from .opcua.typespace import TypeSpace, read_type_space
from .options import LINES, Options

HOST = "127.0.0.1"
LAB = "replay-lab"
GATEWAY = "gw1"
TICK_S = 0.2
ANALOG_EVERY_US = SECOND_US
OTHERS_EVERY_US = (
    5 * SECOND_US
)  # the other types' lines are sampled more slowly: a park of one machine runs them all
OTHERS_HISTORY_H = 8.0
SHIFT_H = 8
TRIM_EVERY_S = 600.0
SHOP_OFFSET = timedelta(hours=8)  # the shop's midnight, where simulations begin, is 16:00 UTC
MAX_CATCH_UP_US = 3600 * SECOND_US  # after a long suspension the shop jumps at most this far in one tick
log = logging.getLogger(__name__)


class LineRun:
    """One line: its simulation, its analog sampler and its server, in step with the wall clock.

    ``stamp`` maps shop time to source time: equal at speed 1, else the shop runs faster while stamps keep wall time.
    """

    def __init__(self, of: DemoLine, options: Options, now_us: int, *, other: bool = False) -> None:
        self.of, self.line_id = of, of.id
        self.speed, self.wall0_us = options.speed, now_us
        hours = min(options.history_hours, OTHERS_HISTORY_H) if other else options.history_hours
        self.line = SimulatedLine(
            of.id,
            seed=options.seed,
            start_us=first_us(now_us, hours, every_h=SHIFT_H if other else 24),
            code=of.template,
        )
        self.sampler = AnalogSampler(self.line)
        self.server = LineServer(of.id, self.line.template, of.path, options.port_base + of.port)
        self._every_us = OTHERS_EVERY_US if other else ANALOG_EVERY_US
        self._analog_due_us = self._beat_due_us = (
            now_us + of.port % 7 * ANALOG_EVERY_US // 7
        )  # spread over a second

    async def build(self, types: TypeSpace, now_us: int) -> None:
        """Simulate the history, then listen."""
        await self.server.build(types)
        self.server.remember(self.line.run_until(self.wall0_us))
        self.server.remember(self.sampler.sample(self.wall0_us))
        await self.server.start(now_us)

    def shop_us(self, now_us: int) -> int:
        """Shop time at a wall time."""
        return self.wall0_us + int((now_us - self.wall0_us) * self.speed)

    def stamped(self, change: Change) -> Change:
        if self.speed == 1.0:
            return change
        return change._replace(at_us=self.wall0_us + int((change.at_us - self.wall0_us) / self.speed))

    async def tick(self, now_us: int) -> int:
        """Let the shop catch up with ``now_us`` and publish; returns how many values went out."""
        await self._apply(now_us)
        shop_us = min(self.shop_us(now_us), self.line.now_us + int(MAX_CATCH_UP_US * max(self.speed, 1.0)))
        changes = self.line.run_until(shop_us) if shop_us > self.line.now_us else []
        if now_us >= self._analog_due_us:
            self._analog_due_us = max(self._analog_due_us + self._every_us, now_us - self._every_us)
            changes += self.sampler.sample(self.line.now_us)
            self._beat_due_us = self._analog_due_us - self._every_us + ANALOG_EVERY_US
        elif now_us >= self._beat_due_us:
            self._beat_due_us = max(self._beat_due_us + ANALOG_EVERY_US, now_us - ANALOG_EVERY_US)
            changes += self.sampler.beat(self.line.now_us)
        if self.speed != 1.0:
            changes = [self.stamped(change) for change in changes]
        return await self.server.publish(now_us, changes)

    async def _apply(self, now_us: int) -> None:
        pending, self.server.pending = self.server.pending, []
        for injection in pending:
            try:
                await self.inject(injection, now_us)
            except Problem as problem:
                log.warning("%s", problem)

    async def inject(self, injection: Injection, now_us: int) -> None:
        """Apply one fault now."""
        if injection.kind == "no-data":
            code = injection.asset.removeprefix(f"{self.line_id}-")
            self.line.template.device(code)
            await self.server.silence(now_us, code, int(injection.amount * SECOND_US))
        else:
            self.line.inject(injection)
        log.info("fault: %s %s %g", injection.asset, injection.kind, injection.amount)


def first_us(now_us: int, history_hours: float, *, every_h: int = 24) -> int:
    """Where a simulation begins: the shop's midnight (or shift) before the wanted history, so that restarts tell one story."""
    if history_hours <= 0:
        return now_us
    local = from_us(now_us) - timedelta(hours=history_hours) + SHOP_OFFSET
    begin = local.replace(hour=local.hour // every_h * every_h, minute=0, second=0, microsecond=0)
    return to_us(begin - SHOP_OFFSET)


class Plants:
    """Everything that runs."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.lines: list[LineRun] = []
        self.agent: Agent | None = None
        self.adapter: Adapter | None = None
        self.fleet: Fleet | None = None
        if options.vehicles:
            self.fleet = Fleet(options.vehicles, LINES, options.home, bus_url(), factor=options.speed)
        self.values_out = 0

    async def start(self) -> None:
        """Build and listen, while nobody finds an old list of endpoints; then ``endpoints`` is complete. Problems ``plants.port_taken``, ``plants.injection_target``."""
        options, began = self.options, time.process_time()
        self._list().unlink(missing_ok=True)
        gc.disable()  # hundreds of thousands of lasting objects: collecting among them costs seconds
        try:
            if options.lines or options.other_lines:
                await self._start_lines()
            if options.recordings:
                await self._start_recordings()
        finally:
            gc.collect()
            gc.freeze()
            gc.enable()
        for injection in options.inject:
            run = next((r for r in self.lines if injection.asset.startswith(f"{r.line_id}-")), None)
            if run is None:
                raise Problem(
                    "plants.injection_target", f"No line that runs has a device {injection.asset!r}."
                )
            await run.inject(injection, to_us(now_utc()))
        log.info("plants are up after %.1f s of CPU", time.process_time() - began)

    async def _start_lines(self) -> None:
        types = await read_type_space()
        wanted = [(of, False) for of in housing_lines()[: self.options.lines]]
        wanted += [(of, True) for of in other_lines()] if self.options.other_lines else []
        for of, other in wanted:
            run = LineRun(of, self.options, to_us(now_utc()), other=other)
            self.lines.append(run)
            await run.build(types, to_us(now_utc()))

    async def _start_recordings(self) -> None:
        now_us = to_us(now_utc())
        chosen = [r for r in recordings() if r.role == "agent"]
        self.agent = Agent(chosen, instance_id=new_instance_id(), speed=self.options.speed)
        self.agent.begin(now_us)
        self.agent.play(now_us)
        await self.agent.start(HOST, self.options.agent_port)
        adapted = next(r for r in recordings() if r.role == "adapter")
        self.adapter = Adapter(adapted, speed=self.options.speed)
        self.adapter.begin(now_us)
        self.adapter.play(now_us)
        await self.adapter.start(HOST, self.options.adapter_port)

    def endpoints(self) -> list[dict[str, Any]]:
        """What listens where, for whoever sets up connections."""
        found: list[dict[str, Any]] = [
            {
                "id": run.line_id,
                "url": run.server.url,
                "protocol": "opcua",
                "org": run.of.org,
                "gateway": GATEWAY,
                "line": run.line_id,
                "template": run.line.template.code,
                "path": run.server.path,
            }
            for run in self.lines
        ]
        if self.agent is not None and self.adapter is not None:
            shared = {"org": LAB, "gateway": GATEWAY}
            assets = {r.device: r.id for r in recordings() if r.role == "agent"}
            found.append(
                {
                    "id": "replay-agent",
                    "url": self.agent.url,
                    "protocol": "mtconnect",
                    "assets": assets,
                    **shared,
                }
            )
            recording = self.adapter.recording
            found.append(
                {
                    "id": "replay-adapter",
                    "url": self.adapter.url,
                    "protocol": "shdr",
                    # an adapter does not tell its name: discovery calls it by its address
                    "assets": {f"adapter {HOST} {self.options.adapter_port}": recording.id},
                    "device": recording.device,
                    "model_url": f"{self.agent.url}/{recording.device}/probe",
                    **shared,
                }
            )
        return found

    def _list(self) -> Path:
        return self.options.home / "run" / "plants.json"

    def write_endpoints(self) -> Path:
        """``<home>/run/plants.json``, replaced in one step."""
        path = self._list()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        document = {"pid": os.getpid(), "started_at": now_utc().isoformat(), "endpoints": self.endpoints()}
        part = path.with_suffix(".part")
        part.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
        part.replace(path)
        return path

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep step with the clock until told to stop."""
        loop = asyncio.get_running_loop()
        driving = None if self.fleet is None else asyncio.create_task(self.fleet.run(stopping))
        due, trim = loop.time(), loop.time() + TRIM_EVERY_S
        while not stopping.is_set():
            if driving is not None and driving.done():
                driving.result()  # a fault of the fleet is a fault of the plants
            now_us = to_us(now_utc())
            for run in self.lines:
                self.values_out += await run.tick(now_us)
                await asyncio.sleep(0)  # let requests in between lines
            for replay in (self.agent, self.adapter):
                if replay is not None:
                    self.values_out += replay.play(now_us)
            if loop.time() >= trim:
                trim = loop.time() + TRIM_EVERY_S
                for run in self.lines:
                    run.server.trim(now_us)
            due = max(due + TICK_S, loop.time())
            try:
                await asyncio.wait_for(stopping.wait(), due - loop.time())
            except TimeoutError:
                continue
        if driving is not None:
            await driving

    async def stop(self) -> None:
        """Close everything; never raises for one that does not close."""
        jobs = [run.server.stop() for run in self.lines]
        jobs += [one.stop() for one in (self.agent, self.adapter) if one is not None]
        for outcome in await asyncio.gather(*jobs, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.warning("while stopping: %s", outcome)
