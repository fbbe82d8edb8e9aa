"""What telemetry tests share: proposals, a lake with known points, a real broker and an edge node that speaks."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn

from gearpark.base import home
from gearpark.base.scope import Scope
from gearpark.bus.edge import EdgeNode
from gearpark.bus.sparkplug import BirthMetric, DataType, encode_points
from gearpark.contexts.telemetry import public as telemetry
from gearpark.kit.tenant import acting
from gearpark.lake.writer import Batch, Writer

LONG_S = 20.0
SECOND_US = 1_000_000


def until(condition: Callable[[], Any], timeout_s: float = LONG_S, what: str = "") -> Any:
    """Wait for a condition; its last value."""
    pause = threading.Event()
    end = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < end, f"not within {timeout_s} s: {what or condition}"
        pause.wait(0.02)
    return found


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def proposal(
    *assets: str, org_path: str = "", url: str = "opc.tcp://127.0.0.1:48499", **first: Any
) -> telemetry.Proposal:
    """A proposal as a gateway would answer it: every asset with load (analog, 1 s), item_state and part_count."""
    raw = {
        "server": {"name": "Test server"},
        "assets": [
            {
                "id": asset,
                "type": "machining-centre",
                "name": f"Machine {asset}",
                "path": f"{org_path}/{asset}" if org_path else "",
                "states": "machinery-1",
                "signals": [
                    {"name": "load", "kind": "analog", "unit": "%", "address": "ns=2;s=load", "interval_s": 1.0,
                     "sample": {"value": 12.5, "status": 0, "at_us": 1}},
                    {"name": "item_state", "kind": "state", "address": "ns=2;s=state"},
                    {"name": "part_count", "kind": "counter", "unit": "1", "address": "ns=2;s=count"},
                ],
                **first,
            }
            for asset in assets
        ],
    }  # fmt: skip
    return telemetry.read_proposal(telemetry.Protocol.OPCUA, url, "gw1", raw)


def onboard(scope: Scope, park: Scope, *assets: str, **more: Any) -> telemetry.Diff:
    """A gateway, and a connection with these assets, stored for ``scope``'s organisation."""
    with acting(park):
        telemetry.ensure_gateway(park, "gw1", token="token-of-gw1")
    with acting(scope):
        return telemetry.apply_proposal(scope, proposal(*assets, **more), telemetry.Choices(name="Test"))


def store(org: str, tag: str, points: Sequence[tuple[int, float | str | None, int]], *, seq: int = 1) -> None:
    """Put (at_us, value, status) of one tag into this home's lake."""
    writer = Writer(home.folder("lake"))
    writer.append(
        Batch(
            org=org,
            source=f"test.{org}.{tag.replace('/', '.')}",
            boot=1,
            seq=seq,
            tags=[tag] * len(points),
            at_us=[at for at, _, _ in points],
            nums=[value if isinstance(value, float | int) else None for _, value, _ in points],
            texts=[value if isinstance(value, str) else None for _, value, _ in points],
            statuses=[status for _, _, status in points],
            received_us=int(time.time() * 1e6),
        )
    )
    writer.commit()


@contextmanager
def broker() -> Iterator[str]:
    """A real broker process; yields its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gearpark.bus.broker", "--port", str(port)], stderr=subprocess.DEVNULL
    )

    def listens() -> bool:
        with socket.socket() as sock:
            return sock.connect_ex(("127.0.0.1", port)) == 0

    try:
        until(listens, what="broker")
        yield f"mqtt://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


class Edge:
    """An edge node of one organisation with one device; ``say`` publishes values."""

    def __init__(
        self, url: str, org: str, asset: str, signals: dict[str, tuple[DataType, float | None]]
    ) -> None:
        self.asset = asset
        self.aliases = {name: place for place, name in enumerate(signals, 1)}
        self._metrics = [
            BirthMetric(
                name,
                kind,
                alias=self.aliases[name],
                properties={} if interval is None else {"interval_s": interval},
            )
            for name, (kind, interval) in signals.items()
        ]
        self._up = threading.Event()
        self.node = EdgeNode(url, org, f"gw1.{org}", on_up=self._up.set, on_command=self._asked)
        self.node.start()
        assert self._up.wait(LONG_S)
        self.birth()

    def birth(self) -> None:
        self.node.births({}, [(self.asset, self._metrics)])

    def _asked(self, name: str, value: Any) -> None:
        if name == "Node Control/Rebirth" and value:
            self.birth()

    def say(self, **values: tuple[int, float | str | None]) -> None:
        """signal=(at_us, value)."""
        points = [(self.aliases[name], at, value, 0) for name, (at, value) in values.items()]
        assert self.node.data(self.asset, encode_points(points))

    def stop(self) -> None:
        self.node.stop()


@contextmanager
def served() -> Iterator[str]:
    """The application under uvicorn in a thread; yields its address."""
    from gearpark.config.asgi import application

    class Server(uvicorn.Server):
        def __init__(self, config: uvicorn.Config) -> None:
            super().__init__(config)
            self.listening = threading.Event()

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            self.listening.set()

    server = Server(
        uvicorn.Config(
            application,
            host="127.0.0.1",
            port=0,
            log_level="warning",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert server.listening.wait(LONG_S)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(LONG_S)
