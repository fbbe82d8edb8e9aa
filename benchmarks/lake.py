"""The lake beside InfluxDB 1.x (Debian): the same points written, the same questions asked, in the same run.

Work: two devices with 50 signals each for one day at 1 Hz (8.64 million points), and 20 signals for 30 days, one point
a minute, rolled up to hours (0.86 million points). Values are random walks with three decimals.

Writing: points as a client holds them, in batches of ``LINES`` seconds of one device (100,000 points). The lake's time
is ``append`` + ``commit`` with everything on the disk (fsync), columns built from Python lists included. The peer's
time is the HTTP request alone: line protocol was built before, in its favoured shape (one line per device and second
with all signals as fields), and its answer means that its log is on the disk.

Asking: one tag's day, 20 tags of one hour, one tag's month as hours (mean, min, max). Median of ``ROUNDS`` questions
for different tags after one warm-up; answers as the client uses them (the lake: numpy columns; the peer: rows decoded
from JSON). The lake was compacted by its own job; the peer had as long to settle. Both roll-ups were made by the
systems' own means (the roll-up job; ``SELECT ... INTO``). ``write_vs_peer`` and ``query_vs_peer`` (geometric mean of
the three questions) above 1 mean that the lake is faster. Without ``influxd`` the ratios are null.
"""

from __future__ import annotations

import datetime as dt
import math
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks import _influx

from gearpark.lake import compaction, rollup
from gearpark.lake.reader import DAY_US, HOUR_US, Reader
from gearpark.lake.writer import Batch, Writer

ORG = "bench"
DEVICES, SIGNALS = ("bench-m1", "bench-m2"), 50
LINES = 2_000  # seconds of one device in a batch
MONTH_DAYS, MONTH_SIGNALS, MONTH_DEVICE = 30, 20, "bench-month"
ROUNDS = 11
DAY_S = 86_400
START_S = 1_793_491_200  # 2026-11-01T00:00:00Z
NOW = dt.datetime(2026, 12, 5, tzinfo=dt.UTC)
SEED = 20261123

Block = tuple[
    str, int, int, np.ndarray
]  # device, first second, seconds between rows, values (rows x signals)


def _blocks(device: str, rows: int, step_s: int, signals: int, rng: np.random.Generator) -> Iterator[Block]:
    level = rng.normal(50.0, 20.0, signals)
    for first in range(0, rows, LINES):
        walk = level + rng.normal(0.0, 0.2, (min(LINES, rows - first), signals)).cumsum(axis=0)
        level = walk[-1]
        yield device, START_S + first * step_s, step_s, walk.round(3)


def _work(day_s: int, month_days: int) -> tuple[list[Block], list[Block]]:
    rng = np.random.default_rng(SEED)
    day = [block for device in DEVICES for block in _blocks(device, day_s, 1, SIGNALS, rng)]
    month = list(_blocks(MONTH_DEVICE, month_days * 1440, 60, MONTH_SIGNALS, rng))
    return day, month


def _batch(block: Block, seq: int) -> Batch:
    device, first, step, values = block
    rows, signals = values.shape
    names = [f"{device}/s{i:02d}" for i in range(signals)]
    at = (first + step * np.repeat(np.arange(rows), signals)) * 1_000_000
    return Batch(ORG, "bench", 1, seq, names * rows, at, values.ravel().tolist(), received_us=int(at[-1]))


def _lines(block: Block) -> bytes:
    device, first, step, values = block
    measurement = "month" if device == MONTH_DEVICE else "m"
    return "\n".join(
        f"{measurement},device={device} {','.join(f's{i:02d}={v}' for i, v in enumerate(row))} {first + step * k}"
        for k, row in enumerate(values.tolist())
    ).encode()


def _timed(work: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _median_ms(ask: Callable[[int], Any]) -> float:
    ask(0)
    return round(statistics.median(_timed(lambda i=i: ask(i)) for i in range(1, ROUNDS + 1)) * 1000, 2)


def write_rate(root: Path, day: list[Block], month: list[Block]) -> float:
    """Points per second of the day's batches through ``Writer``; the month is written beside, not timed."""
    writer = Writer(root)
    spent, points = 0.0, 0
    for seq, block in enumerate([*day, *month], start=1):
        batch = _batch(block, seq)

        def store(batch: Batch = batch) -> None:
            writer.append(batch)
            writer.commit()

        took = _timed(store)
        if seq <= len(day):
            spent, points = spent + took, points + len(batch.tags)
    return points / spent


def queries(root: Path, day_s: int, month_days: int) -> dict[str, float]:
    """Milliseconds of the three questions, each answer checked for completeness."""
    reader = Reader(root)
    start = START_S * 1_000_000

    def tag_day(i: int) -> None:
        tag = f"{DEVICES[i % 2]}/s{i:02d}"
        found = reader.observations(ORG, [tag], start, start + DAY_US, carry_in=False)[tag]
        _expect(len(found), day_s)

    def tags_hour(i: int) -> None:
        tags = [f"{DEVICES[i % 2]}/s{k:02d}" for k in range(i, i + 20)]
        begin = start + i % (day_s // 3600) * HOUR_US
        found = reader.observations(ORG, tags, begin, begin + HOUR_US, carry_in=False)
        _expect(sum(map(len, found.values())), 20 * 3600)

    def month(i: int) -> None:
        tag = f"{MONTH_DEVICE}/s{i:02d}"
        chart = reader.chart(ORG, [tag], start, start + month_days * DAY_US, month_days * 24)[tag]
        _expect(len(chart), month_days * 24)
        _expect(chart.level, "1h")

    return {
        "query_tag_day_ms": _median_ms(tag_day),
        "query_20tags_hour_ms": _median_ms(tags_hour),
        "query_month_rollup_ms": _median_ms(month),
    }


def _expect(found: Any, wanted: Any) -> None:
    if found != wanted:
        raise RuntimeError(f"an answer is not complete: {found} instead of {wanted}")


def _peer_write(peer: _influx.Influx, day: list[Block], month: list[Block]) -> float:
    spent, points = 0.0, 0
    for block in day:
        body = _lines(block)
        spent += _timed(lambda body=body: peer.write(body))
        points += block[3].size
    for block in month:
        peer.write(_lines(block))
    peer.query(
        "SELECT mean(*), min(*), max(*) INTO month_1h FROM month "
        f"WHERE time >= {START_S}s AND time < {START_S + MONTH_DAYS * DAY_S}s GROUP BY time(1h), device"
    )
    return points / spent


def _peer_queries(peer: _influx.Influx, day_s: int, month_days: int) -> dict[str, float]:
    def rows(text: str, wanted: int) -> None:
        _expect(len(peer.query(text)[0]["values"]), wanted)

    def tag_day(i: int) -> None:
        where = f"device='{DEVICES[i % 2]}' AND time >= {START_S}s AND time < {START_S + DAY_S}s"
        rows(f"SELECT s{i:02d} FROM m WHERE {where}", day_s)

    def tags_hour(i: int) -> None:
        fields = ", ".join(f"s{k:02d}" for k in range(i, i + 20))
        begin = START_S + i % (day_s // 3600) * 3600
        where = f"device='{DEVICES[i % 2]}' AND time >= {begin}s AND time < {begin + 3600}s"
        rows(f"SELECT {fields} FROM m WHERE {where}", 3600)

    def month(i: int) -> None:
        where = f"device='{MONTH_DEVICE}' AND time >= {START_S}s AND time < {START_S + month_days * DAY_S}s"
        rows(f"SELECT mean_s{i:02d}, min_s{i:02d}, max_s{i:02d} FROM month_1h WHERE {where}", month_days * 24)

    return {
        "query_tag_day_ms": _median_ms(tag_day),
        "query_20tags_hour_ms": _median_ms(tags_hour),
        "query_month_rollup_ms": _median_ms(month),
    }


def run(*, quick: bool = False) -> dict[str, Any]:
    """All figures of the lake. ``quick``: one hour and two days instead of a day and a month."""
    day_s, month_days = (3600, 2) if quick else (DAY_S, MONTH_DAYS)
    day, month = _work(day_s, month_days)
    root = Path(tempfile.mkdtemp(prefix="gearpark-lake-"))
    name = _influx.version()
    try:
        if name is None:
            rate, asked, upkeep = _lake(root, day, month, day_s, month_days)
            return {
                **_own(rate, asked, upkeep, day),
                "write_vs_peer": None,
                "query_vs_peer": None,
                "peer": None,
            }
        with _influx.server() as peer:
            peer_rate = _peer_write(peer, day, month)
            rate, asked, upkeep = _lake(root, day, month, day_s, month_days)
            peer_asked = _peer_queries(peer, day_s, month_days)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    ratios = [peer_asked[key] / asked[key] for key in asked]
    return {
        **_own(rate, asked, upkeep, day),
        "write_vs_peer": round(rate / peer_rate, 2),
        "query_vs_peer": round(math.prod(ratios) ** (1 / len(ratios)), 2),
        "peer": name,
        "peer_write_points_per_s": round(peer_rate),
        **{f"peer_{key}": value for key, value in peer_asked.items()},
    }


def _lake(
    root: Path, day: list[Block], month: list[Block], day_s: int, month_days: int
) -> tuple[float, dict[str, float], dict[str, float]]:
    rate = write_rate(root, day, month)
    upkeep = {
        "lake_rollup_s": round(_timed(lambda: rollup.run(root, NOW)), 2),
        "lake_compaction_s": round(_timed(lambda: compaction.run(root, NOW)), 2),
    }
    return rate, queries(root, day_s, month_days), upkeep


def _own(rate: float, asked: dict[str, float], upkeep: dict[str, float], day: list[Block]) -> dict[str, Any]:
    points = sum(block[3].size for block in day)
    return {"lake_write_points_per_s": round(rate), **asked, **upkeep, "lake_points": points}


if __name__ == "__main__":
    import json

    print(json.dumps(run()))
