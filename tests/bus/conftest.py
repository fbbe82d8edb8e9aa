"""Real brokers on free ports (amqtt in its own process; mosquitto where it is installed), real historian processes."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

LIMIT_S = 20.0
_pause = threading.Event()


def until(true: Callable[[], object], what: str = "condition", limit_s: float = LIMIT_S) -> None:
    """Wait for a condition, looking often."""
    end_s = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end_s, f"{what}: not within {limit_s} s"
        _pause.wait(0.01)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class BrokerProcess:
    """A broker that can be killed and started again on the same port."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder, self.port = kind, folder, free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = [sys.executable, "-m", "gearpark.bus.broker", "--port", str(self.port)]
        if self.kind == "mosquitto":
            config = self.folder / "mosquitto.conf"
            config.write_text(
                f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n"
            )
            words = [MOSQUITTO or "mosquitto", "-c", str(config)]
        self.process = subprocess.Popen(words, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        until(lambda: listens(self.port), "broker listens")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
KINDS = ["amqtt", *(["mosquitto"] if MOSQUITTO else [])]


@pytest.fixture(params=KINDS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[BrokerProcess]:
    """Both brokers, one after the other."""
    yield from _broker(request.param, tmp_path)


@pytest.fixture
def quick_broker(tmp_path: Path) -> Iterator[BrokerProcess]:
    """One broker, for tests that are not about brokers."""
    yield from _broker(KINDS[-1], tmp_path)


def _broker(kind: str, folder: Path) -> Iterator[BrokerProcess]:
    found = BrokerProcess(kind, folder)
    found.start()
    yield found
    found.kill()


class HistorianProcess:
    """`python -m gearpark.bus.historian` on a lake folder."""

    def __init__(self, url: str, lake: Path) -> None:
        self.url, self.lake = url, lake
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, commit_every_s: float = 0.2) -> None:
        words = ["-m", "gearpark.bus.historian", "--bus", self.url, "--lake", str(self.lake)]
        self.process = subprocess.Popen(
            [sys.executable, *words, "--commit-every", str(commit_every_s)],
            stderr=subprocess.DEVNULL,
            env={**os.environ},
        )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def terminate(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(LIMIT_S)


@pytest.fixture
def historian(tmp_path: Path) -> Iterator[Callable[[str], HistorianProcess]]:
    """Factory: `historian(url)` gives a process on this test's lake; not started."""
    made: list[HistorianProcess] = []

    def make(url: str) -> HistorianProcess:
        made.append(HistorianProcess(url, tmp_path / "lake"))
        return made[-1]

    yield make
    for process in made:
        process.kill()


def stored(lake: Path) -> list[tuple[str, int, object, int, int, int]]:
    """(tag, at_us, value, status, boot, seq) of every row of the lake."""
    from deltalake import DeltaTable, QueryBuilder

    table = QueryBuilder().register("p", DeltaTable(str(lake / "points")))
    sql = "SELECT tag, arrow_cast(at, 'Int64') AS at_us, num, text, status, boot, seq FROM p ORDER BY tag, at"
    rows = table.execute(sql).read_all()
    names = ("tag", "at_us", "num", "text", "status", "boot", "seq")
    columns = [rows.column(name).combine_chunks().to_pylist() for name in names]
    return [
        (tag, at_us, text if text is not None else num, status, boot, seq)
        for tag, at_us, num, text, status, boot, seq in zip(*columns, strict=True)
    ]
