"""kill -9 of gateway, broker, historian and database at random moments under 5,000 points/s.

Four real processes on a home of their own. The gateway writes to a witness file which ticks its journal has taken
(`put` answered); at the end every one of them must be in the lake exactly once, with its value. What was under way when
the gateway died (not yet acknowledged to the source) may be there or not, but never twice.

Prediction before the first run: 0 lost, 0 duplicated, some thousand rows sent twice and recognised.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks._durable_gateway import ORG, RECORD, device_id, value_of
from deltalake import DeltaTable, QueryBuilder

ROOT = Path(__file__).resolve().parent.parent
DEVICES, SIGNALS, PERIOD_S = 50, 10, 0.1  # 5,000 points/s
SECONDS, KILLS = 70.0, 24
MAX_DOWN_S = 1.0  # a killed process comes back after up to this
BOTH_SHARE = 0.15  # of kills that take a second process with them
DRAIN_LIMIT_S = 60.0
START_LIMIT_S = 30.0
VICTIMS = ("gateway", "broker", "historian", "database")
SEED = 20261123


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Plant:
    """The four processes; each may be killed and started at any time."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.url = f"mqtt://127.0.0.1:{_free_port()}"
        self.witness, self.status = home / "witness.bin", home / "status.json"
        self.zero_us = time.time_ns() // 1000
        self.env = {
            **os.environ,
            "GEARPARK_HOME": str(home),
            "GEARPARK_MQTT": self.url,
            "PYTHONPATH": str(ROOT),
        }
        self.env.pop("DATABASE_URL", None)
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.log = (home / "processes.log").open("ab")

    def command(self, name: str) -> list[str]:
        if name == "gateway":
            return [
                "-m", "benchmarks._durable_gateway", "--folder", str(self.home / "journal"), "--bus", self.url,
                "--witness", str(self.witness), "--status", str(self.status), "--devices", str(DEVICES),
                "--signals", str(SIGNALS), "--period", str(PERIOD_S), "--zero-us", str(self.zero_us),
            ]  # fmt: skip
        module = {
            "broker": "gearpark.bus.broker",
            "historian": "gearpark.bus.historian",
            "database": "gearpark.config.database",
        }[name]
        return ["-m", module, *(["serve"] if name == "database" else [])]

    def start(self, name: str) -> None:
        self.running[name] = subprocess.Popen(
            [sys.executable, *self.command(name)], cwd=ROOT, env=self.env, stdout=self.log, stderr=self.log
        )

    def kill(self, name: str) -> None:
        """SIGKILL; of the database also its postmaster."""
        if name == "database":
            with contextlib.suppress(OSError, ValueError, IndexError):
                lines = next(self.home.glob("pg/**/postmaster.pid")).read_text().splitlines()
                os.kill(int(lines[0]), signal.SIGKILL)
            with contextlib.suppress(StopIteration):
                next(self.home.glob("pg/**/postmaster.pid"))
        self.running[name].kill()
        self.running[name].wait()

    def stop(self) -> None:
        for name in ("gateway", "historian", "broker", "database"):
            process = self.running.get(name)
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(START_LIMIT_S)
                except subprocess.TimeoutExpired:
                    process.kill()
        self.log.close()

    def told(self) -> dict[str, Any]:
        """The gateway's newest status, {} before the first."""
        try:
            found: dict[str, Any] = json.loads(self.status.read_text())
        except (OSError, ValueError):
            return {}
        return found

    def database_ready(self) -> bool:
        words = [sys.executable, "-m", "gearpark.config.database", "ready"]
        return subprocess.run(words, cwd=ROOT, env=self.env, capture_output=True, check=False).returncode == 0


def _until(what: str, true: Callable[[], bool], limit_s: float, every_s: float = 0.1) -> float:
    """Wait for a condition; returns the seconds it took."""
    begun_s = time.monotonic()
    while not true():
        if time.monotonic() - begun_s > limit_s:
            raise TimeoutError(f"{what}: not within {limit_s} s")
        time.sleep(every_s)
    return time.monotonic() - begun_s


def _rampage(plant: Plant, seconds: float, kills: int, rng: random.Random) -> list[dict[str, Any]]:
    """Kill at random moments, spread over the time; everything killed comes back."""
    begun_s = time.monotonic()
    moments = sorted(rng.uniform(0, seconds) for _ in range(kills))
    order = [VICTIMS[number % len(VICTIMS)] for number in range(kills)]
    rng.shuffle(order)
    back: list[tuple[float, str]] = []
    done: list[dict[str, Any]] = []

    def revive(now_s: float) -> None:
        for item in [item for item in back if item[0] <= now_s]:
            back.remove(item)
            plant.start(item[1])

    for moment, first in zip(moments, order, strict=True):
        while (now_s := time.monotonic() - begun_s) < moment:
            revive(now_s)
            time.sleep(0.005)
        second = [rng.choice(VICTIMS)] if rng.random() < BOTH_SHARE else []
        for name in dict.fromkeys([first, *second]):
            waiting = [item for item in back if item[1] == name]
            if waiting:  # not back yet from its last death: let it live a moment first
                back.remove(waiting[0])
                plant.start(name)
                time.sleep(0.3)
            plant.kill(name)
            done.append({"at_s": round(time.monotonic() - begun_s, 3), "process": name})
            back.append((time.monotonic() - begun_s + rng.uniform(0, MAX_DOWN_S), name))
    while back or time.monotonic() - begun_s < seconds:
        revive(time.monotonic() - begun_s)
        time.sleep(0.02)
    return done


def _witnessed(plant: Plant) -> np.ndarray:
    """(n, 2) array: device, tick of every put that was answered."""
    data = plant.witness.read_bytes()
    whole = data[: len(data) // RECORD.size * RECORD.size]
    return np.frombuffer(whole, dtype="<u4").reshape(-1, 2)


def verify(plant: Plant) -> dict[str, Any]:
    """Compare witness and lake, value by value."""
    table = QueryBuilder().register("p", DeltaTable(str(plant.home / "lake" / "points")))
    reader = table.execute(
        "SELECT tag, arrow_cast(at, 'Int64') AS at_us, num, boot, seq FROM p WHERE org = '" + ORG + "'"
    )
    rows = reader.read_all()
    tags, at_us, nums, boots, seqs = (
        rows.column(name).combine_chunks() for name in ("tag", "at_us", "num", "boot", "seq")
    )
    code = {f"{device_id(d)}/s{k}": d * SIGNALS + k for d in range(DEVICES) for k in range(SIGNALS)}
    tag_code = np.array([code[text] for text in tags.to_pylist()], dtype=np.int64)
    ticks = (at_us.to_numpy() - plant.zero_us) // round(PERIOD_S * 1e6)
    keys = ticks * (DEVICES * SIGNALS) + tag_code
    wrong = int((nums.to_numpy() != ticks * 1000.0 + tag_code % SIGNALS).sum())
    unique = np.unique(keys)
    taken = _witnessed(plant).astype(np.int64)
    expected = (
        taken[:, 1][:, None] * (DEVICES * SIGNALS) + taken[:, 0][:, None] * SIGNALS + np.arange(SIGNALS)
    ).ravel()
    batches = np.unique(np.stack([boots.to_numpy(), seqs.to_numpy()]), axis=1)
    assert value_of(3, 4) == 3004.0
    return {
        "lost_after_commit": int(np.setdiff1d(expected, unique).size) + wrong,
        "duplicated": int(keys.size - unique.size),
        "committed_points": int(expected.size),
        "stored_points": int(keys.size),
        "stored_though_unanswered": int(np.setdiff1d(unique, expected).size),
        "boots": int(np.unique(boots.to_numpy()).size),
        "batches": int(batches.shape[1]),
    }


def run(seconds: float = SECONDS, kills: int = KILLS, *, quick: bool = False) -> dict[str, Any]:
    """The figures as one object: kills, lost_after_commit, duplicated, and details."""
    if quick:
        seconds, kills = 15.0, 6
    home = Path(tempfile.mkdtemp(prefix="gearpark-durability-"))
    home.chmod(0o711)  # the database's system user must be able to walk through
    rng = random.Random(SEED)
    plant = Plant(home)
    try:
        for name in ("database", "broker", "historian", "gateway"):
            plant.start(name)
        _until("the database answers", plant.database_ready, START_LIMIT_S)
        _until("the journal takes data", lambda: plant.told().get("generating", False), START_LIMIT_S)
        begun_s = time.monotonic()
        done = _rampage(plant, seconds, kills, rng)
        wall_s = time.monotonic() - begun_s
        _until("the gateway is back", lambda: time.time() - plant.told().get("at", 0) < 1, START_LIMIT_S)
        plant.running["gateway"].send_signal(signal.SIGUSR1)
        _until("the generator stops", lambda: not plant.told()["generating"], START_LIMIT_S)
        drain_s = _until("the journal drains", lambda: plant.told()["rows"] == 0, DRAIN_LIMIT_S)
        database = _until("the database answers again", plant.database_ready, START_LIMIT_S) >= 0
        refused = plant.told()["refused"]
        plant.stop()
        found = verify(plant)
        return {
            "kills": len(done),
            **found,
            "kills_by_process": dict(Counter(item["process"] for item in done)),
            "points_per_s": round(found["committed_points"] / wall_s),
            "seconds": round(wall_s, 1),
            "drain_s": round(drain_s, 1),
            "puts_refused_since_last_start": refused,
            "database_answers_at_the_end": database,
        }
    finally:
        for process in plant.running.values():
            if process.poll() is None:
                process.kill()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    print(json.dumps(run(quick="--quick" in sys.argv)))
