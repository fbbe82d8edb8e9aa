"""An hour that was lost comes back shuffled and doubled; the figures must not know. See ``benchmarks/shopfloor.py``."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks._park import ROOT, STOP_LIMIT_S, TEMPORARY, free_port

ORG, GATEWAY = "qichi", "gw1"
HOUR_US, MINUTE_US, SECOND_US = 3_600_000_000, 60_000_000, 1_000_000
WARM_US = 2 * HOUR_US
DUPLICATED = 0.1
PUT_MESSAGES = 50  # messages a put: a device's own memory is read in blocks
OPEN_PUTS = 400
DRAIN_LIMIT_S = 600.0
POINTS_A_BATCH = 50_000
ROUNDS = 5
SEED = 20261120
Point = tuple[str, int, float | str]


def _shift() -> Any:
    from gearpark.engines.calendars import calendar_from, shipped

    calendar = calendar_from(shipped("three-shift"))
    return calendar, calendar.shift_of(date(2026, 11, 20), "early")


def _line(number: int) -> Any:
    from gearpark.contexts.shopfloor.types import LineInfo
    from gearpark.engines.lines import template

    calendar, _ = _shift()
    return LineInfo(
        id=number, org=ORG, asset=f"qc-l{number}", name_en=f"Housing line {number}", name_zh="", path="",
        template=template("housing-machining"), calendar=calendar, calendar_id=1, calendar_revision=1, plan=75,
        states_mapping="machinery-1", oee_mapping="iso22400-1", bottleneck="op40",
    )  # fmt: skip


def _history(line: str, seed: int, start_us: int, end_us: int) -> list[Point]:
    """Every change of every device from two hours before the shift."""
    from gearpark.plants.line import SimulatedLine

    made = SimulatedLine(line, seed=seed, start_us=start_us - WARM_US)
    return [(f"{line}-{c.device}/{c.signal}", c.at_us, c.value) for c in made.run_until(end_us - 1)]


def _beat(at_us: int) -> float:
    return 7.5 + at_us // MINUTE_US % 7


def _work(lines: int, outage: tuple[int, int]) -> tuple[list[Point], list[list[Point]]]:
    """(points outside the outage, messages of the outage: one a device and second, heartbeat included)."""
    _calendar, shift = _shift()
    outside: list[Point] = []
    messages: list[list[Point]] = []
    for number in range(1, lines + 1):
        info = _line(number)
        inside: dict[tuple[str, int], list[Point]] = defaultdict(list)
        for point in _history(info.asset, SEED + number, shift.start_us, shift.end_us):
            if outage[0] <= point[1] < outage[1]:
                inside[point[0].partition("/")[0], point[1] // SECOND_US].append(point)
            else:
                outside.append(point)
        for device in info.template.devices:
            asset = info.asset_of(device.code)
            beats = range(shift.start_us - WARM_US, shift.end_us, MINUTE_US)
            outside += [
                (f"{asset}/power_kw", at, _beat(at)) for at in beats if not outage[0] <= at < outage[1]
            ]
            for at in range(outage[0], outage[1], SECOND_US):
                heartbeat: Point = (f"{asset}/power_kw", at, _beat(at))
                messages.append([heartbeat, *inside.get((asset, at // SECOND_US), ())])
    return outside, messages


def _write(root: Path, points: Iterable[Point], boot: int) -> None:
    """In order, straight into a lake."""
    from gearpark.lake.writer import Batch, Writer

    ordered = sorted(points, key=lambda point: (point[1], point[0]))
    writer = Writer(root)
    for seq, first in enumerate(range(0, len(ordered), POINTS_A_BATCH), start=1):
        part = ordered[first : first + POINTS_A_BATCH]
        writer.append(
            Batch(
                org=ORG, source=f"{GATEWAY}.{ORG}", boot=boot, seq=seq, tags=[p[0] for p in part],
                at_us=[p[1] for p in part], nums=[p[2] if isinstance(p[2], float | int) else None for p in part],
                texts=[p[2] if isinstance(p[2], str) else None for p in part], statuses=[0] * len(part),
                received_us=part[-1][1],
            )
        )  # fmt: skip
        writer.commit()


async def _send(folder: Path, url: str, messages: list[list[Point]]) -> float:
    """Through the journal, the bus and the historian; returns the seconds until the lake has acknowledged all of it."""
    from gearpark.base.wire import AssetInfo, Observation, SignalInfo, SignalKind
    from gearpark.gateway.forwarder import Pipe

    pipe = Pipe(folder, "gw2", url)
    await pipe.start()
    kinds: dict[str, dict[str, SignalKind]] = defaultdict(dict)
    for message in messages:
        for tag, _at, value in message:
            asset, _slash, name = tag.partition("/")
            kinds[asset][name] = SignalKind.STATE if isinstance(value, str) else SignalKind.ANALOG
    pipe.declare(
        ORG,
        [
            AssetInfo(
                asset, "bench", asset, signals=tuple(SignalInfo(n, k) for n, k in sorted(signals.items()))
            )
            for asset, signals in sorted(kinds.items())
        ],
    )
    begun_s = time.monotonic()
    waiting: set[asyncio.Task[None]] = set()
    for first in range(0, len(messages), PUT_MESSAGES):
        points = [
            Observation(tag, at, value)
            for message in messages[first : first + PUT_MESSAGES]
            for tag, at, value in message
        ]
        waiting.add(asyncio.create_task(pipe.put(ORG, points, True)))
        if len(waiting) >= OPEN_PUTS:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    await asyncio.gather(*waiting)
    while pipe.stats().journal.rows:
        if time.monotonic() - begun_s > DRAIN_LIMIT_S:
            raise RuntimeError("the journal did not drain")
        await asyncio.sleep(0.1)
    taken = time.monotonic() - begun_s
    await pipe.stop()
    return taken


def _figures(home: Path, lines: int) -> list[dict[str, Any]]:
    """Everything a page could say of every line's shift, from the lake of one home."""
    from gearpark.contexts.shopfloor import queries
    from gearpark.contexts.shopfloor.queries.source import figures

    os.environ["GEARPARK_HOME"] = str(home)
    queries.forget()
    _calendar, shift = _shift()
    found = []
    for number in range(1, lines + 1):
        made = figures(_line(number), shift, 75, shift.end_us + HOUR_US)
        found.append({field.name: getattr(made, field.name) for field in dataclasses.fields(made)})
    return found


def _refigure(home: Path) -> dict[str, float]:
    """Median ms to bring one line's figures up to date by a minute: as boards do, and from the whole shift."""
    from gearpark.contexts.shopfloor.queries.figures import line_figures
    from gearpark.contexts.shopfloor.queries.history import LineHistory
    from gearpark.lake.reader import Reader

    _calendar, shift = _shift()
    info, lake = _line(1), Reader(home / "lake")
    begin = shift.start_us - HOUR_US

    def made(history: LineHistory, at: int) -> Any:
        history.update(lake, at)
        return line_figures(info, shift, 75, history.signals(), at, history.silences(shift.start_us))

    followed = LineHistory(info, begin)
    at = shift.start_us + 6 * HOUR_US
    made(followed, at)
    quick, naive = [], []
    for _round in range(ROUNDS):
        at += MINUTE_US
        begun = time.perf_counter()
        one = made(followed, at)
        quick.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        other = made(LineHistory(info, begin), at)
        naive.append(time.perf_counter() - begun)
        assert one.revision == other.revision
    fast, slow = statistics.median(quick) * 1000, statistics.median(naive) * 1000
    return {
        "refigure_ms": round(fast, 1),
        "naive_refigure_ms": round(slow, 1),
        "refigure_vs_naive": round(slow / fast, 1),
    }


def run(*, lines: int, minutes: int) -> dict[str, Any]:
    """Part 2 and 3."""
    home = Path(tempfile.mkdtemp(prefix="gearpark-backfill-", dir=TEMPORARY))
    calm, hurt = home / "calm", home / "hurt"
    for one in (calm, hurt):
        one.mkdir()
    os.environ.update(GEARPARK_HOME=str(hurt), GEARPARK_NO_POOL="1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gearpark.config.settings")
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    _calendar, shift = _shift()
    begin = shift.start_us + 3 * HOUR_US
    outage = (begin, begin + minutes * MINUTE_US)
    outside, messages = _work(lines, outage)
    _write(calm / "lake", [*outside, *(point for message in messages for point in message)], boot=1)
    _write(hurt / "lake", outside, boot=1)
    rng = random.Random(SEED)
    sent = messages + rng.sample(messages, round(len(messages) * DUPLICATED))
    rng.shuffle(sent)
    url = f"mqtt://127.0.0.1:{free_port()}"
    env = {**os.environ, "GEARPARK_HOME": str(hurt), "GEARPARK_MQTT": url}
    log = (home / "processes.log").open("ab")
    running = [
        subprocess.Popen([sys.executable, "-m", module], cwd=ROOT, env=env, stdout=log, stderr=log)
        for module in ("gearpark.bus.broker", "gearpark.bus.historian")
    ]
    try:
        lost = _figures(hurt, lines)
        begun = time.monotonic()
        taken = asyncio.run(_send(home / "journal", url, sent))
        disturbed = _figures(hurt, lines)
        total = time.monotonic() - begun
        undisturbed = _figures(calm, lines)
        return {
            "backfill_s": round(total, 1),
            "backfill_transport_s": round(taken, 1),
            "figures_identical": disturbed == undisturbed,
            "figures_differed_before": all(a != b for a, b in zip(lost, undisturbed, strict=True)),
            "backfill_messages": len(messages),
            "backfill_sent_twice": len(sent) - len(messages),
            "backfill_points": sum(map(len, sent)),
            "backfill_lines": lines,
            **_refigure(hurt),
        }
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(STOP_LIMIT_S)
        log.close()
        if not os.environ.get("GEARPARK_BENCH_KEEP"):
            shutil.rmtree(home, ignore_errors=True)
