"""One installation under load: `gearpark up` on a home of its own, devices onboarded through the product's services,
a page that listens, and an account of every point in the lake afterwards."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil

ROOT = Path(__file__).resolve().parents[1]
START_LIMIT_S = 180.0
LIVE_LIMIT_S = 120.0
DRAIN_LIMIT_S = 60.0
STOP_LIMIT_S = 60.0
ORG = "qichi"
PAGE_TAGS = 60  # what one open page listens to
TEMPORARY = Path(os.environ.get("GEARPARK_BENCH_DIR", tempfile.gettempdir()))


def free_port(count: int = 1) -> int:
    """First of ``count`` consecutive free ports."""
    for base in range(20_000 + os.getpid() % 5000, 60_000, count + 7):
        probes = []
        try:
            for port in range(base, base + count):
                probe = socket.socket()
                probes.append(probe)
                probe.bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for probe in probes:
                probe.close()
    raise RuntimeError("no free ports")


def until(condition: Callable[[], Any], what: str, limit_s: float) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"not within {limit_s:.0f} s: {what}")
        time.sleep(0.1)


class Park:
    """Starts on entering, is gone on leaving."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="gearpark-bench-", dir=TEMPORARY))
        port = free_port(2)
        self.web = f"http://127.0.0.1:{port}"
        os.environ.update(
            GEARPARK_HOME=str(self.home), GEARPARK_WEB=self.web, GEARPARK_MQTT=f"mqtt://127.0.0.1:{port + 1}"
        )
        os.environ.pop("DATABASE_URL", None)
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.token = ""

    def __enter__(self) -> Park:
        self.home.chmod(0o755)
        command = [sys.executable, "-m", "gearpark.config.cli", "up"]
        self.supervisor = subprocess.Popen(command, stderr=(self.home / "up.log").open("wb"))
        try:
            until(self._runs, "installation runs", START_LIMIT_S)
        except RuntimeError:
            self.__exit__()
            raise
        os.environ["DJANGO_SETTINGS_MODULE"] = "gearpark.config.settings"
        os.environ["GEARPARK_NO_POOL"] = "1"
        import django

        django.setup()
        return self

    def _runs(self) -> bool:
        return "all processes run" in (self.home / "up.log").read_text()

    def __exit__(self, *_: object) -> None:
        assert self.supervisor is not None
        self.supervisor.send_signal(signal.SIGTERM)
        self.supervisor.wait(STOP_LIMIT_S)
        if not os.environ.get("GEARPARK_BENCH_KEEP"):
            shutil.rmtree(self.home, ignore_errors=True)

    def processes(self) -> dict[str, psutil.Process]:
        """The product's processes by name; helpers of a process (database back-ends) are found below it."""
        rows = json.loads((self.home / "run" / "status.json").read_text())["processes"]
        found = {row["name"]: psutil.Process(row["pid"]) for row in rows if row["pid"]}
        assert self.supervisor is not None
        return {"supervisor": psutil.Process(self.supervisor.pid), **found}

    def usage(self) -> dict[str, tuple[float, float]]:
        """name -> (CPU seconds so far, resident MB) of the process and all below it."""
        return {
            name: _tree_usage(process, name == "supervisor") for name, process in self.processes().items()
        }

    def onboard(self, connections: list[dict[str, Any]], signals: int) -> None:
        """Known devices become connections and tags through the same service as the wizard's last step."""
        from gearpark.base.scope import Scope
        from gearpark.base.time import now_utc
        from gearpark.base.wire import SignalKind
        from gearpark.config import demo
        from gearpark.contexts.registry import public as registry
        from gearpark.contexts.telemetry import public as telemetry
        from gearpark.kit.tenant import acting

        demo.load(now_utc())
        rights = telemetry.process_scope("bench").rights | {"tokens.manage", "registry.edit"}
        scope = Scope(org=ORG, orgs=frozenset({ORG}), rights=frozenset(rights), actor="process:bench")
        for connection in connections:
            assets = tuple(
                telemetry.ProposedAsset(
                    id=device, type="machining-centre", name=device, path=f"bench/{ORG}/site/area/line/{device}",
                    signals=tuple(
                        telemetry.ProposedSignal(
                            name=f"s{n:02d}", kind=SignalKind.ANALOG, interval_s=5.0,
                            address=connection["address"].format(device=device, signal=f"s{n:02d}"),
                        )
                        for n in range(signals)
                    ),
                )
                for device in connection["devices"]
            )  # fmt: skip
            proposal = telemetry.Proposal(
                protocol=telemetry.Protocol(connection["protocol"]),
                url=connection["url"],
                gateway="gw1",
                assets=assets,
            )
            with acting(scope):
                telemetry.apply_proposal(scope, proposal, telemetry.Choices(name=connection["url"]))
        with acting(scope):
            self.token = registry.issue_token(scope, "bench", frozenset({"telemetry.view"}), now_utc())


def _tree_usage(process: psutil.Process, alone: bool) -> tuple[float, float]:
    cpu_s, rss = 0.0, 0
    for member in [process, *([] if alone else process.children(recursive=True))]:
        try:
            times = member.cpu_times()
            cpu_s += times.user + times.system
            rss += member.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return cpu_s, rss / 1e6


class Page(threading.Thread):
    """What a browser does: one event stream over a sample of tags. Notes source-to-page seconds of each value."""

    def __init__(self, web: str, token: str, tags: list[str]) -> None:
        super().__init__(daemon=True)
        self.web, self.token, self.tags = urlsplit(web), token, tags
        self.delays_s: list[tuple[float, float]] = []
        self.values: dict[str, float] = {}
        self.stopped = False

    def run(self) -> None:
        while not self.stopped:
            link = http.client.HTTPConnection(self.web.hostname or "", self.web.port, timeout=30)
            try:
                link.request(
                    "GET",
                    "/live/?tags=" + ",".join(self.tags),
                    headers={"Authorization": f"Bearer {self.token}"},
                )
                answer = link.getresponse()
                kind = ""
                while not self.stopped and (line := answer.readline()):
                    if line.startswith(b"event:"):
                        kind = line[6:].strip().decode()
                    elif line.startswith(b"data:") and kind in {"values", "snapshot"}:
                        self._take(json.loads(line[5:]), kind)
            except (OSError, http.client.HTTPException):
                time.sleep(0.5)
            finally:
                link.close()

    def _take(self, messages: list[dict[str, Any]], kind: str) -> None:
        now_s = time.time()
        for message in messages:
            if message["at_us"] is None or message["value"] is None:
                continue
            self.values[message["tag"]] = float(message["value"])
            if kind == "values":
                self.delays_s.append((now_s, now_s - message["at_us"] / 1e6))

    def live(self) -> bool:
        return len(self.values) == len(self.tags)

    def percentile_s(self, share: float, begin_s: float, end_s: float) -> float:
        """Of the values that reached the page in [begin, end) wall seconds."""
        found = sorted(delay for at, delay in self.delays_s if begin_s <= at < end_s)
        return found[min(len(found) - 1, int(share * len(found)))] if found else float("inf")


def account(home: Path, org: str, last_tick: dict[str, int], since_us: int | None = None) -> dict[str, int]:
    """Every tag of every device against the ticks its device wrote.

    Without ``since_us`` a tag's first value seen opens its account (a subscription cannot know what was before it);
    with it every tick from 1 counts, of observations from that instant. From there to the device's last tick each
    number must be in the lake exactly once. Only good values count: a lost link's own records are no points.
    """
    import duckdb
    from deltalake import DeltaTable

    files = DeltaTable(home / "lake" / "points").file_uris([("org", "=", org)])
    totals = {"points": 0, "lost": 0, "duplicated": 0, "tags": 0}
    if not files:
        return {**totals, "lost": sum(last_tick.values())}
    rows = duckdb.connect().execute(
        "SELECT split_part(tag, '/', 1) AS device, tag, count(*), count(DISTINCT num), min(num)"
        ' FROM read_parquet($files) WHERE status = 0 AND epoch_us("at") >= $since GROUP BY ALL',
        {"files": files, "since": since_us or 0},
    )
    for device, _tag, points, distinct, first in rows.fetchall():
        begin = int(first) if since_us is None else 1
        totals["tags"] += 1
        totals["points"] += points
        totals["lost"] += last_tick[device] - begin + 1 - distinct
        totals["duplicated"] += points - distinct
    return totals
