"""From the device to the lake and the page, and the lake beside a peer.

Three parts, each on an installation as `gearpark up` starts it:

1. **Park load**: 180 devices x 60 signals at 1 Hz over OPC UA (four servers) for 60 s: 10,800 points/s. CPU is that of
   the product's processes (gateway, bus, historian, web, database, jobs, supervisor) as a share of all cores; the
   simulated devices and the listening page are other processes and are reported beside it.
2. **Highest rate that holds**: 180 SHDR adapters, rate raised step by step. A step holds when nothing is lost or
   doubled, source-to-page p99 stays within ``HOLD_P99_S`` and the journal is drained within ``HOLD_DRAIN_S`` of the end.
3. **Lake beside a peer**: see ``benchmarks/lake.py``.

Prediction before the first run: 0.35 of two cores at 11,000/s, p99 0.8 s, 40,000 points/s.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import lake
from benchmarks._devices import device_id
from benchmarks._park import (
    DRAIN_LIMIT_S,
    LIVE_LIMIT_S,
    ORG,
    PAGE_TAGS,
    ROOT,
    START_LIMIT_S,
    Page,
    Park,
    account,
    free_port,
    until,
)

DEVICES, SIGNALS, SERVERS = 180, 60, 4
LOAD_S, SETTLE_S = 60.0, 10.0
STEPS = (40_000, 60_000, 80_000, 100_000)  # points/s
STEP_S = 20.0
PART_LIMIT_S = 900.0
LINK_S = 5.0  # all links are back and births are through
HOLD_P99_S = 2.0
HOLD_DRAIN_S = 15.0


class Devices:
    """The device process."""

    def __init__(self, protocol: str, port: int, devices: int, period_s: float, folder: Path) -> None:
        self.report = folder / f"devices-{protocol}-{time.time_ns()}.json"
        self.process = subprocess.Popen(
            [
                sys.executable, "-m", "benchmarks._devices", protocol, "--port", str(port), "--devices", str(devices),
                "--signals", str(SIGNALS), "--servers", str(SERVERS), "--period", str(period_s),
                "--report", str(self.report),
            ],
            cwd=ROOT, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(Path(str(self.report) + ".ready").exists, "devices are up", START_LIMIT_S)

    def stop(self) -> dict[str, int]:
        """Device -> its last tick."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(DRAIN_LIMIT_S)
        ticks: dict[str, int] = json.loads(self.report.read_text())["last_tick"]
        return ticks


def _spread(devices: int) -> list[str]:
    """Tags one page listens to: one signal each of devices spread over the park."""
    step = max(1, devices // PAGE_TAGS)
    return [f"{device_id(index)}/s{index % SIGNALS:02d}" for index in range(0, devices, step)][:PAGE_TAGS]


def park_load(seconds: float, devices: int) -> dict[str, Any]:
    """Part 1."""
    with Park() as park:
        port = free_port(SERVERS)
        source = Devices("opcua", port, devices, 1.0, park.home)
        park.onboard(
            [
                {
                    "protocol": "opcua", "url": f"opc.tcp://127.0.0.1:{port + number}",
                    "address": "ns=2;s={device}/{signal}",
                    "devices": [device_id(index) for index in range(number, devices, SERVERS)],
                }
                for number in range(SERVERS)
            ],
            SIGNALS,
        )  # fmt: skip
        page = Page(park.web, park.token, _spread(devices))
        page.start()
        until(page.live, "every listened tag is live on the page", LIVE_LIMIT_S)
        time.sleep(SETTLE_S)
        begin_s, before = time.time(), park.usage()
        time.sleep(seconds)
        end_s, after = time.time(), park.usage()
        last = source.stop()
        try:
            until(
                lambda: account(park.home, ORG, last)["lost"] <= 0, "the lake has every point", DRAIN_LIMIT_S
            )
        except RuntimeError as error:
            print(error, file=sys.stderr)  # the account below says how many
        totals = account(park.home, ORG, last)
        page.stopped = True
    return _load_figures(before, after, page, (begin_s, end_s), totals)


def _load_figures(
    before: dict[str, tuple[float, float]],
    after: dict[str, tuple[float, float]],
    page: Page,
    window_s: tuple[float, float],
    totals: dict[str, int],
) -> dict[str, Any]:
    wall_s = window_s[1] - window_s[0]
    cores = len(os.sched_getaffinity(0))
    cpu = {name: (after[name][0] - before[name][0]) / wall_s for name in after if name in before}
    return {
        "lost": totals["lost"],
        "duplicated": totals["duplicated"],
        "points": totals["points"],
        "tags": totals["tags"],
        "seconds": round(wall_s, 1),
        "cpu_share": round(sum(cpu.values()) / cores, 3),
        "cpu_cores_by_process": {name: round(share, 3) for name, share in cpu.items()},
        "source_to_page_p50_s": round(page.percentile_s(0.5, *window_s), 3),
        "source_to_page_p99_s": round(page.percentile_s(0.99, *window_s), 3),
        "page_values": len(page.delays_s),
        "rss_growth_mb": round(sum(after[n][1] - before[n][1] for n in after if n in before), 1),
        "rss_mb": {name: round(rss) for name, (_, rss) in after.items()},
    }


def highest_rate(steps: tuple[int, ...], step_s: float, devices: int) -> dict[str, Any]:
    """Part 2: rates in points/s, each on fresh devices of the same names; stops at the first that does not hold."""
    rows: list[dict[str, Any]] = []
    with Park() as park:
        port = free_port(devices)
        park.onboard(
            [
                {"protocol": "shdr", "url": f"shdr://127.0.0.1:{port + index}", "address": "{signal}",
                 "devices": [device_id(index)]}
                for index in range(devices)
            ],
            SIGNALS,
        )  # fmt: skip
        for rate in steps:
            row = _step(park, port, devices, rate, step_s)
            rows.append(row)
            if not row["holds"]:
                break
    held = [row["points_per_s"] for row in rows if row["holds"]]
    return {"sustained_points_per_s": max(held, default=0), "steps": rows}


def _step(park: Park, port: int, devices: int, rate: int, step_s: float) -> dict[str, Any]:
    since_us = time.time_ns() // 1000
    page = Page(park.web, park.token, _spread(devices))
    source = Devices("shdr", port, devices, devices * SIGNALS / rate, park.home)
    page.start()
    until(page.live, f"page is live at {rate}/s", LIVE_LIMIT_S)
    time.sleep(LINK_S)
    begin_s = time.time()
    time.sleep(step_s)
    end_s = time.time()
    last = source.stop()
    stopped_s = time.time()
    expected = sum(last.values()) * SIGNALS
    try:
        until(lambda: account(park.home, ORG, last, since_us)["points"] >= expected, "drained", DRAIN_LIMIT_S)
    except RuntimeError as error:
        print(f"{rate}/s: {error}", file=sys.stderr)
    drain_s = time.time() - stopped_s
    page.stopped = True
    totals = account(park.home, ORG, last, since_us)
    p99_s = page.percentile_s(0.99, begin_s, end_s)
    exact = totals["points"] == expected and totals["lost"] == totals["duplicated"] == 0
    return {
        "points_per_s": rate,
        "expected": expected,
        "stored": totals["points"],
        "lost": totals["lost"],
        "duplicated": totals["duplicated"],
        "drain_s": round(drain_s, 1),
        "source_to_page_p99_s": round(p99_s, 3),
        "holds": exact and drain_s <= HOLD_DRAIN_S and p99_s <= HOLD_P99_S,
    }


def part(name: str, *, quick: bool) -> dict[str, Any]:
    """Part 1 (``load``) or 2 (``rate``), here in this process: it becomes a client of the park it starts."""
    devices = 20 if quick else DEVICES
    if name == "load":
        return park_load(10.0 if quick else LOAD_S, devices)
    return highest_rate((2_000,) if quick else STEPS, 5.0 if quick else STEP_S, devices)


def _apart(name: str, *, quick: bool) -> dict[str, Any]:
    """The same in a process of its own: two parks want two sets of settings."""
    command = [sys.executable, "-m", "benchmarks.telemetry", name, *(["--quick"] if quick else [])]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, timeout=PART_LIMIT_S)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def run(*, quick: bool = False) -> dict[str, Any]:
    """All figures of the telemetry area as one object (details below ``steps`` and ``cpu_cores_by_process``)."""
    return {**_apart("load", quick=quick), **_apart("rate", quick=quick), **lake.run(quick=quick)}


if __name__ == "__main__":
    print(json.dumps(part(sys.argv[1], quick="--quick" in sys.argv)))
