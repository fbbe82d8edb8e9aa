"""The running controller: frames in, one cycle each, journal, telegram out; comes back after any fault."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import random
import sqlite3
import time
from pathlib import Path
from typing import Any

import numpy as np

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc, to_us
from gearpark.engines.electrolysis.control.telegram import COMMAND, NAMESPACE, SIGNALS, packed
from gearpark.engines.electrolysis.parameters import Parameters, estimate_parameters
from gearpark.gateway.connectors.opcua.arrays import ArrayLink, Frame
from gearpark.gateway.runner import Backoff, sentence_of

from .brain import Brain, Step
from .chronicle import Chronicle
from .estimator import Estimator, Told
from .keeper import Keeper, curve_of
from .orders import MODES, Orders, order_file, read_orders

RETRY_FIRST_S, RETRY_MAX_S = 0.2, 2.0  # a controller is missed more than a reading
SILENT_S = 3.0  # without a new second: said in the status
STATUS_EVERY_S = 1.0
LOOPS_KEPT = 600
log = logging.getLogger("gearpark.potline")


class Controller:
    """``run`` until cancelled. ``status_file`` is replaced about once a second."""

    def __init__(
        self, url: str, folder: Path, status_file: Path, p: Parameters, q: Parameters, *, mode: str = "advise",
        chronicle: Chronicle | None = None,
    ) -> None:  # fmt: skip
        self.url, self.folder, self.status_file, self.p, self.q = url, folder, status_file, p, q
        if mode not in MODES:
            raise Problem("potline.order", f"No order: mode {mode!r} is none of {', '.join(MODES)}.")
        self.chronicle = chronicle
        self.started_as, self.orders = mode, Orders(why="as started")
        self.brain: Brain | None = None
        self.keeper: Keeper | None = None
        self.estimator: Estimator | None = None
        self.state, self.detail = "connecting", ""
        self.boot = 0
        self.resumed = False
        self.first_telegram_at = ""
        self._began_at = now_utc()
        self._view: dict[str, Any] = {}
        self._heard_s = 0.0
        self._order_mark: tuple[int, int] | None = None
        self._loops: list[float] = []
        self._link = ArrayLink(
            url,
            {one.name: f"nsu={NAMESPACE};s={one.name}" for one in SIGNALS},
            {COMMAND: f"nsu={NAMESPACE};s={COMMAND}"},
        )

    async def run(self) -> None:
        """Connect, control, connect again. A Problem of our own folder ends it."""
        saying = asyncio.create_task(self._say())
        if self.chronicle is not None:
            await self.chronicle.start()
        backoff = Backoff(random.Random(), RETRY_FIRST_S, RETRY_MAX_S)  # noqa: S311 (waits, no secrets)
        try:
            while True:
                began_s = time.monotonic()
                try:
                    await self._link.run(self._frame)
                except Problem as problem:
                    if problem.code.startswith("potline."):
                        raise
                    self._down(problem)
                except Exception as error:  # whatever a link does, the controller comes back
                    self._down(error)
                self._view = {}
                if time.monotonic() - began_s > RETRY_MAX_S:
                    backoff.reset()
                await asyncio.sleep(backoff.wait_s())
        finally:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)
            self.state = "stopped"
            self._write_status()
            self._end()
            if self.chronicle is not None:
                await self.chronicle.stop()

    def _down(self, error: Exception) -> None:
        sentence = sentence_of(error)
        if (self.state, self.detail) != ("down", sentence):
            log.warning("no link to the cells: %s", sentence)
        self.state, self.detail = "down", sentence

    # -- a second -----------------------------------------------------------------------------------------------

    async def _frame(self, frame: Frame) -> None:
        """New values; with the line's second, which comes last, they are complete."""
        for signal in SIGNALS:
            if signal.name in frame.values:
                self._view[signal.name] = _array(frame.values[signal.name], signal.kind, signal.width)
        if "Second" not in frame.values or len(self._view) < len(SIGNALS):
            return
        cells = len(self._view["Voltage"])
        if self.brain is not None and self.brain.count != cells:
            self._end()  # another line answers at this address
        if self.brain is None:
            await asyncio.to_thread(self._begin, cells)
        await self._cycle(frame.at_us)

    def _begin(self, cells: int) -> None:
        """The number of cells is known with the first frame: state from the disk, if there is one."""
        self._order_mark = None  # orders are for the new brain too
        brain = Brain(self.q, curve_of(self.folder, self.p), cells)
        keeper = Keeper(self.folder, cells)
        try:
            self.resumed = keeper.load(brain)
            self.boot = keeper.next_boot(to_us(now_utc()))
        except BaseException:
            keeper.close()
            raise
        self.brain, self.keeper = brain, keeper
        self.estimator = Estimator(self.folder, self.p, estimate_parameters(), cells)
        log.info("%d cells, %s", cells, "as they were" if self.resumed else "begun anew")

    def _end(self) -> None:
        """Let go of state and folder; the next frame begins from the disk."""
        keeper, self.brain, self.keeper = self.keeper, None, None
        if keeper is not None:
            keeper.close()

    async def _cycle(self, at_us: int) -> None:
        brain, keeper = self.brain, self.keeper
        assert brain is not None
        assert keeper is not None
        self._obey(brain, keeper)
        step = brain.cycle(self._view)
        if step is None:
            return
        try:
            await asyncio.to_thread(keeper.journal, brain, step, to_us(now_utc()))
        except sqlite3.Error:  # what is not journalled is not sent: go on as after a crash
            self._end()
            raise
        await self._send(step)
        keeper.save(brain)
        if self.chronicle is not None:
            self.chronicle.tell(brain, self._view, at_us, self._estimates(brain))
        self._heard_s = time.monotonic()
        self.state, self.detail = "ok", ""
        self._loops = [*self._loops[-LOOPS_KEPT + 1 :], (to_us(now_utc()) - at_us) / 1e6]

    def _estimates(self, brain: Brain) -> Told | None:
        """What a finished step of the estimates says; a fault in them is told once a step and stops nothing."""
        if self.estimator is None:
            return None
        try:
            return self.estimator.second(brain, self._view)
        except (ArithmeticError, ValueError, KeyError, np.linalg.LinAlgError):
            log.exception("the estimates begin anew")
            self.estimator.path.unlink(missing_ok=True)
            self.estimator = Estimator(self.folder, self.p, estimate_parameters(), brain.count)
            return None

    async def _send(self, step: Step) -> None:
        values = packed(self.boot, int(self._view["Second"]), step.rows)
        await self._link.write(COMMAND, values.tolist())
        if not self.first_telegram_at:
            self.first_telegram_at = now_utc().isoformat()

    def _obey(self, brain: Brain, keeper: Keeper) -> None:
        """Orders of people, when their file changed; one that cannot be read changes nothing."""
        mark = _mark(order_file(self.folder))
        if mark == self._order_mark and mark is not None:
            return
        self._order_mark = mark or (0, 0)
        try:
            now = read_orders(self.folder, self.orders)
        except Problem as problem:
            log.warning("%s", problem.sentence)
            return
        try:
            brain.use(self.q.with_values(now.set_points))
        except Problem as problem:
            log.warning("%s", problem.sentence)
            return
        if now != self.orders:
            keeper.note(_order_words(now, self.orders), now.by, now.why, brain.cycles, to_us(now_utc()))
            log.info("%s, ordered by %s: %s", now.mode or "some cells", now.by, now.why)
        self.orders = now
        advised = np.array([cell + 1 in now.advised for cell in range(brain.count)])
        brain.advise = advised | (self.mode == "advise")

    @property
    def mode(self) -> str:
        """Of the line now."""
        return self.orders.mode or self.started_as

    # -- for people ---------------------------------------------------------------------------------------------

    async def _say(self) -> None:
        while True:
            if self.state == "ok" and time.monotonic() - self._heard_s > SILENT_S:
                self.state, self.detail = "silent", "the cells' computers measure nothing new"
            with contextlib.suppress(OSError):
                self._write_status()
            await asyncio.sleep(STATUS_EVERY_S)

    def status(self) -> dict[str, Any]:
        """What ``gearpark potline live`` shows."""
        loops = sorted(self._loops)
        made: dict[str, Any] = {
            "pid": os.getpid(), "url": self.url, "state": self.state, "detail": self.detail, "mode": self.mode,
            "began_at": self._began_at.isoformat(), "first_telegram_at": self.first_telegram_at, "at": now_utc().isoformat(),
            "resumed": self.resumed, "control_revision": self.q.revision,
        }  # fmt: skip
        if loops:
            made["loop_median_s"] = round(loops[len(loops) // 2], 4)
            made["loop_longest_s"] = round(loops[-1], 4)
        if self.brain is not None:
            if self.chronicle is not None:
                made |= {"line": self.chronicle.name.line, "not_kept": self.chronicle.dropped}
            made["set_points"] = dict(self.orders.set_points)
            made |= {"cells": self.brain.count, "second": self.brain.t, **self.brain.summary()}
        return made

    def _write_status(self) -> None:
        self.status_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self.status_file.with_suffix(".part")
        part.write_text(json.dumps(self.status(), ensure_ascii=False), "utf-8")
        part.replace(self.status_file)


def _order_words(now: Orders, before: Orders) -> str:
    """What an order changed, for the journal."""
    if now.set_points != before.set_points:
        return "set-points " + (
            ", ".join(f"{name}={value:g}" for name, value in now.set_points.items()) or "own"
        )
    return f"mode {now.mode or 'of cells'}"


def _array(value: Any, kind: str, width: int) -> Any:
    if not width:
        return value
    made = np.asarray(value, dtype=kind)
    return made if width == 1 else made.reshape(-1, width)


def _mark(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino
