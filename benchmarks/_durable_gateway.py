"""A gateway process for the durability benchmark: a generator, the product's journal and forwarder, and a witness.

Every observation's value says which tick it is; after `Pipe.put` has answered (durable), the tick is written to the
witness file with one `write` call, which a kill -9 cannot take back. SIGUSR1 stops the generator, SIGTERM the process.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import struct
import sys
import time
from pathlib import Path

from gearpark.base.problems import Problem
from gearpark.base.wire import AssetInfo, Observation, SignalInfo, SignalKind
from gearpark.gateway.forwarder import Pipe

RECORD = struct.Struct("<II")  # device, tick
MAX_OPEN_PUTS = 3000
STATUS_EVERY_S = 0.2
ORG = "durable"


def device_id(device: int) -> str:
    return f"dev-{device:03d}"


def value_of(tick: int, signal_number: int) -> float:
    return tick * 1000.0 + signal_number


class Generator:
    """`devices` x `signals` points every `period_s`, ticks counted from `zero_us`."""

    def __init__(self, options: argparse.Namespace, pipe: Pipe) -> None:
        self.devices, self.signals = options.devices, options.signals
        self.period_us, self.zero_us = round(options.period * 1e6), options.zero_us
        self.pipe = pipe
        self.witness = os.open(options.witness, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.open_puts: set[asyncio.Task[None]] = set()
        self.refused = 0
        self.stopped = asyncio.Event()

    async def run(self) -> None:
        tick = (time.time_ns() // 1000 - self.zero_us) // self.period_us + 1
        while not self.stopped.is_set():
            due_us = self.zero_us + tick * self.period_us
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.stopped.wait(), max(0, due_us / 1e6 - time.time()))
            for device in range(self.devices):
                if len(self.open_puts) < MAX_OPEN_PUTS:
                    task = asyncio.create_task(self.put(device, tick, due_us))
                    self.open_puts.add(task)
                    task.add_done_callback(self.open_puts.discard)
                else:
                    self.refused += 1
            tick += 1
        await asyncio.gather(*self.open_puts)

    async def put(self, device: int, tick: int, at_us: int) -> None:
        name = device_id(device)
        points = [Observation(f"{name}/s{k}", at_us, value_of(tick, k)) for k in range(self.signals)]
        try:
            await self.pipe.put(ORG, points)
        except Problem:
            self.refused += 1
            return
        os.write(self.witness, RECORD.pack(device, tick))


async def serve(options: argparse.Namespace) -> None:
    pipe = Pipe(options.folder, "gw1", options.bus)
    await pipe.start()
    signals = tuple(SignalInfo(f"s{k}", SignalKind.ANALOG) for k in range(options.signals))
    pipe.declare(
        ORG, [AssetInfo(device_id(d), "bench", device_id(d), signals=signals) for d in range(options.devices)]
    )
    generator = Generator(options, pipe)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, generator.stopped.set)
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    if options.drain_only:
        generator.stopped.set()
    running = asyncio.create_task(generator.run())
    while not ended.is_set():
        stats = pipe.stats()
        status = {
            "at": time.time(),
            "rows": stats.journal.rows,
            "generating": not running.done(),
            "refused": generator.refused,
            "resent_rows": sum(link.resent_rows for link in stats.links),
            "journal_state": stats.journal.state,
        }
        fresh = options.status.with_suffix(".new")
        fresh.write_text(json.dumps(status))
        fresh.replace(options.status)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), STATUS_EVERY_S)
    generator.stopped.set()
    await running
    await pipe.stop()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--bus", required=True)
    parser.add_argument("--witness", type=Path, required=True)
    parser.add_argument("--status", type=Path, required=True)
    parser.add_argument("--devices", type=int, required=True)
    parser.add_argument("--signals", type=int, required=True)
    parser.add_argument("--period", type=float, required=True)
    parser.add_argument("--zero-us", type=int, required=True)
    parser.add_argument("--drain-only", action="store_true")
    asyncio.run(serve(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
