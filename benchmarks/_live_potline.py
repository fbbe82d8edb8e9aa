"""The live loop as it runs: a simulated line and its controller, each its own process, OPC UA between them.

live_loop_p99_s    from the stamp of a second's measurements to the telegram that answers them, at the line, 99th percentile
live_resume_s      from kill -9 of the controller and its new start to the line's next telegram
live_cpu_share     of one core, each process, over the run
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from asyncua import Client, Node
from benchmarks._park import free_port

from gearpark.engines.electrolysis.control.telegram import LOOP, NAMESPACE, REMOTE

SECONDS, QUICK_SECONDS = 60, 12
START_LIMIT_S = 240.0  # kernels may have to be compiled
POLL_S = 0.02


def _start(environment: dict[str, str], log: Path, *argv: str) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen([sys.executable, "-m", *argv], env=environment, stdout=out, stderr=out)


async def _until(ask: Any, limit_s: float, what: str) -> None:
    end = time.monotonic() + limit_s
    while not await ask():
        if time.monotonic() > end:
            raise TimeoutError(f"never: {what}")
        await asyncio.sleep(POLL_S)


async def _connected(url: str) -> Client:
    """A client, once the line listens."""
    client = Client(url, timeout=20)

    async def dial() -> bool:
        try:
            await client.connect()
        except OSError:
            return False
        return True

    await _until(dial, START_LIMIT_S, "the line listens")
    return client


async def _measured(home: Path, cells: int, seconds: int) -> dict[str, Any]:
    port = free_port()
    environment = {**os.environ, "GEARPARK_HOME": str(home)}
    url = f"opc.tcp://127.0.0.1:{port}/gearpark/potline"
    command = ("gearpark.config.potline", "--url", url, "--mode", "control")
    line = _start(
        environment, home / "line.log", "gearpark.plants.potline", "--port", str(port), "--cells", str(cells)
    )
    controller = _start(environment, home / "control.log", *command)
    try:
        client = await _connected(url)
        async with client:
            index = await client.get_namespace_index(NAMESPACE)
            loops, control = (client.get_node(f"ns={index};s={name}") for name in (LOOP, "Control"))

            async def controlled() -> bool:
                return bool((np.array(await control.read_value()) == REMOTE).all())

            await _until(controlled, START_LIMIT_S, "all cells controlled")
            found, cpu = await _run(loops, seconds, line, controller)
            controller, resumed_s = await _resume(loops, controller, environment, home, command)
    finally:
        for process in (controller, line):
            process.terminate()
            process.wait(20)
    return {
        "live_cells": cells,
        "live_seconds": len(found),
        "live_loop_p99_s": round(float(np.quantile(found, 0.99)), 4),
        "live_loop_median_s": round(float(np.median(found)), 4),
        "live_resume_s": round(resumed_s, 2),
        "live_cpu_share": cpu,
    }


async def _run(
    loops: Node, seconds: int, line: subprocess.Popen[bytes], controller: subprocess.Popen[bytes]
) -> tuple[list[float], dict[str, float]]:
    """The loops of the next ``seconds``, and what both processes took."""
    seen = {"line": psutil.Process(line.pid), "controller": psutil.Process(controller.pid)}
    before = {name: sum(one.cpu_times()[:2]) for name, one in seen.items()}
    first, begun = len(await loops.read_value()), time.monotonic()

    async def enough() -> bool:
        return len(await loops.read_value()) >= first + seconds or time.monotonic() - begun > 2 * seconds

    while not await enough():
        await asyncio.sleep(0.5)
    spent = time.monotonic() - begun
    cpu = {name: round((sum(one.cpu_times()[:2]) - before[name]) / spent, 4) for name, one in seen.items()}
    found = (await loops.read_value())[first : first + seconds]
    if len(found) < 0.95 * seconds:
        raise RuntimeError(f"only {len(found)} of {seconds} seconds were answered")
    return found, cpu


async def _resume(
    loops: Node,
    controller: subprocess.Popen[bytes],
    environment: dict[str, str],
    home: Path,
    command: tuple[str, ...],
) -> tuple[subprocess.Popen[bytes], float]:
    os.kill(controller.pid, signal.SIGKILL)
    controller.wait()
    begun, answered = time.monotonic(), len(await loops.read_value())
    again = _start(environment, home / "control.log", *command)

    async def more() -> bool:
        return len(await loops.read_value()) > answered

    await _until(more, START_LIMIT_S, "a telegram after the crash")
    return again, time.monotonic() - begun


def run(cells: int, quick: bool) -> dict[str, Any]:
    """The figures; ``quick``: a quarter of a minute."""
    with tempfile.TemporaryDirectory(prefix="gearpark-potline-") as home:
        return asyncio.run(_measured(Path(home), cells, QUICK_SECONDS if quick else SECONDS))
