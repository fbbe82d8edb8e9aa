"""A private InfluxDB 1.x (Debian package ``influxdb``) for the length of a benchmark: own folder, free loopback ports."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import orjson

START_LIMIT_S = 30
DATABASE = "bench"

CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
dir = "{root}/meta"
[data]
dir = "{root}/data"
wal-dir = "{root}/wal"
query-log-enabled = false
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:{http}"
log-enabled = false
max-body-size = 0
[logging]
level = "error"
"""


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Influx:
    """Line protocol in, InfluxQL out, over one kept connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._link = HTTPConnection("127.0.0.1", port, timeout=120)

    def write(self, body: bytes) -> None:
        """Points in line protocol, seconds precision; answered when they are in the write-ahead log on the disk."""
        self._link.request("POST", f"/write?db={DATABASE}&precision=s", body)
        answer = self._link.getresponse()
        text = answer.read()
        if answer.status != 204:
            raise RuntimeError(f"influxd refused a write: {answer.status} {text[:200]!r}")

    def query(self, text: str) -> Any:
        """Rows of the first result, times as epoch seconds."""
        self._link.request(
            "POST", "/query?" + urllib.parse.urlencode({"db": DATABASE, "epoch": "s", "q": text})
        )
        answer = self._link.getresponse()
        found = orjson.loads(answer.read())
        if "error" in found or "error" in found["results"][0]:
            raise RuntimeError(f"influxd refused {text!r}: {found}")
        return found["results"][0].get("series", [])


def version() -> str | None:
    """``InfluxDB 1.6.7`` or None when the Debian package is not installed."""
    if shutil.which("influxd") is None:
        return None
    said = subprocess.run(["influxd", "version"], capture_output=True, text=True, check=False).stdout
    return " ".join(said.split()[:2]).replace("v", "", 1) if said else "InfluxDB"


@contextmanager
def server() -> Iterator[Influx]:
    """A running server with an empty database; stopped and removed at the end."""
    root = Path(tempfile.mkdtemp(prefix="gearpark-influx-"))
    http, rpc = _free_port(), _free_port()
    config = root / "influxdb.conf"
    config.write_text(CONFIG.format(root=root, http=http, rpc=rpc))
    process = subprocess.Popen(
        ["influxd", "run", "-config", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(http, process)
        link = Influx(http)
        link.query(f"CREATE DATABASE {DATABASE}")
        yield link
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(root, ignore_errors=True)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("influxd did not start")
