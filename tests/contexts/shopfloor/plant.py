"""A line's history for tests: what the simulated housing shop sends, written into a real lake."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable
from pathlib import Path

from gearpark.lake.writer import Batch, Writer
from gearpark.plants.line import SimulatedLine

HOUR_US = 3_600_000_000
MINUTE_US = 60_000_000
WARM_US = 2 * HOUR_US  # a line fills before its figures are looked at
POINTS_A_BATCH = 5000
_boots = itertools.count(1)
Point = tuple[str, int, float | str, int]  # tag, at_us, value, status


def history(
    line_id: str, start_us: int, end_us: int, *, seed: int = 1, code: str = "housing-machining"
) -> list[Point]:
    """Changes of every device from two hours before ``start_us``, with a heartbeat of every station each minute."""
    line = SimulatedLine(line_id, seed=seed, start_us=start_us - WARM_US, code=code)
    points: list[Point] = [
        (f"{line_id}-{c.device}/{c.signal}", c.at_us, c.value, 0) for c in line.run_until(end_us - 1)
    ]
    beats = range(start_us - WARM_US, end_us, MINUTE_US)
    points += [
        (f"{line_id}-{station.code}/power_kw", at, 7.5 + (at // MINUTE_US) % 7, 0)
        for station in line.template.stations
        for at in beats
    ]
    return points


def write(root: Path, org: str, points: Iterable[Point], *, source: str = "gw1", commits: int = 1) -> None:
    """Append points in the order given, in ``commits`` commits, and wait until they are stored."""
    listed = list(points)
    writer = Writer(root)
    boot, seq = next(_boots), 0
    share = max(1, -(-len(listed) // commits))
    for first in range(0, len(listed), share):
        for start in range(first, min(first + share, len(listed)), POINTS_A_BATCH):
            part = listed[start : min(start + POINTS_A_BATCH, first + share)]
            seq += 1
            writer.append(
                Batch(
                    org=org,
                    source=f"{source}.{org}",
                    boot=boot,
                    seq=seq,
                    tags=[p[0] for p in part],
                    at_us=[p[1] for p in part],
                    nums=[p[2] if isinstance(p[2], float | int) else None for p in part],
                    texts=[p[2] if isinstance(p[2], str) else None for p in part],
                    statuses=[p[3] for p in part],
                    received_us=part[0][1],
                )
            )
        writer.commit()


def late_and_twice(points: list[Point], seed: int) -> list[Point]:
    """The same history as a bad line delivers it: shuffled, a tenth of it twice."""
    rng = random.Random(seed)
    bad = points + rng.sample(points, len(points) // 10)
    rng.shuffle(bad)
    return bad
