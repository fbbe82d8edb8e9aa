"""One line as an OPC UA server: the simulation's changes become values with their own source times."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from typing import Any

from asyncua import Server, ua

from gearpark.base.problems import Problem
from gearpark.base.time import from_us
from gearpark.base.wire import Status
from gearpark.engines.lines import LineTemplate

from ..line.board import Change
from ..line.knobs import KINDS, Injection, parse_injection
from .builder import OBJECTS, ORGANIZES, Builder, node_id
from .cells import RETENTION_US, Cell, CellHistory
from .devices import DeviceBuilder, Sink
from .typespace import PLANT_URI, PreparedServer, TypeSpace

HOST = "127.0.0.1"
MAX_SESSIONS = 100
_BAD = int(Status.BAD_NO_COMMUNICATION)
log = logging.getLogger(__name__)


class LineServer:
    """An OPC UA server for one line. ``remember`` before ``start`` for history, ``publish`` afterwards.

    line_id   asset id of the line (``qc-l1``); devices are ``<line id>-<code>``
    path      ISA-95 path of the line
    port      TCP port on 127.0.0.1
    """

    def __init__(self, line_id: str, template: LineTemplate, path: str, port: int) -> None:
        self.line_id, self.template, self.path, self.port = line_id, template, path, port
        self.url = f"opc.tcp://{HOST}:{port}/gearpark/{line_id}"
        self.pending: list[Injection] = []
        self.sinks: dict[tuple[str, str], Sink] = {}
        self._server: Server | None = None
        self._silent_until: dict[str, int] = {}
        self._latest: dict[tuple[str, str], Any] = {}

    async def build(self, types: TypeSpace) -> None:
        """Make the address space; nothing listens yet."""
        inner = PreparedServer(types)
        inner.allow_remote_admin = False
        inner.max_connections = MAX_SESSIONS
        inner.match_discovery_source_ip = False
        history = CellHistory()
        inner.history_manager.set_storage(history)
        server = Server(iserver=inner)
        server.set_server_name(f"Gearpark simulated line {self.line_id}")
        server.product_uri, server.manufacturer_name = "urn:gearpark:plants", "Gearpark (simulated)"
        await server.init()
        server.set_endpoint(self.url)
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        server.set_identity_tokens([ua.AnonymousIdentityToken])
        await server.nodes.namespace_array.write_value([*types.namespaces, PLANT_URI])
        await server.set_application_uri(f"{PLANT_URI}:{self.line_id}")
        builder = Builder(inner.aspace, types.plant)
        devices = DeviceBuilder(builder, types, self.template, self.line_id, self.path)
        first = sum(self.line_id.encode()) % 10 * 1000
        for number, device in enumerate(self.template.devices, start=first + 1):
            devices.add(device, number)
        self.sinks = devices.sinks
        history.cells = {s.cell.node_id: s.cell for s in self.sinks.values() if s.cell.history}
        await self._knobs(server, builder)
        self._server = server

    async def _knobs(self, server: Server, builder: Builder) -> None:
        """Objects/Knobs/Inject("qc-l3-op20a:breakdown:600"): faults while the shop runs."""
        folder = builder.object("knobs", (builder.namespace, "Knobs"), OBJECTS, reference=ORGANIZES)
        argument = ua.Argument(
            "fault",
            node_id(12),
            -1,
            [],
            ua.LocalizedText(f"ASSET:KIND:SECONDS, kinds: {', '.join(KINDS)}", "en"),
        )
        node = server.get_node(folder)
        name = ua.QualifiedName("Inject", builder.namespace)
        await node.add_method(builder.node_id("knobs/inject"), name, self._inject, [argument], [])

    async def _inject(self, parent: ua.NodeId, text: Any) -> ua.StatusCode | list[Any]:
        try:
            injection = parse_injection(str(text.Value))
        except Problem as problem:
            log.warning("%s", problem)
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadInvalidArgument))
        if not injection.asset.startswith(f"{self.line_id}-"):
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadInvalidArgument))
        self.pending.append(injection)
        return []

    # -- values -----------------------------------------------------------------------------------------------

    def remember(self, changes: Iterable[Change]) -> None:
        """History before anyone listens; the newest values become the current ones at ``start``."""
        sinks, latest = self.sinks, self._latest
        for change in changes:
            key = (change.device, change.signal)
            sink = sinks.get(key)
            if sink is None:
                continue
            if sink.cell.history:
                sink.cell.remember(change.at_us, change.value)
            latest[key] = change

    async def publish(self, now_us: int, changes: Iterable[Change]) -> int:
        """Write changes with their source times; returns how many values went out."""
        late: list[Awaitable[None]] = []
        count = self._speak_again(now_us, late)
        for change in changes:
            key = (change.device, change.signal)
            sink = self.sinks.get(key)
            if sink is None:
                continue
            self._latest[key] = change
            if change.device in self._silent_until:
                continue
            count += self._put(sink, change.at_us, change.value, 0, late)
        for one in late:
            await one
        return count

    def _put(self, sink: Sink, at_us: int, value: Any, status: int, late: list[Awaitable[None]]) -> int:
        cell = sink.cell
        if cell.history:
            cell.remember(at_us, value, status)
        late += cell.write(at_us, value, status)
        for follower in sink.followers:
            late += follower.write(at_us, value, status)
        return 1 + len(sink.followers)

    async def silence(self, now_us: int, device: str, length_us: int) -> None:
        """Turn every signal of a device bad until ``length_us`` have passed."""
        self._silent_until[device] = now_us + length_us
        late: list[Awaitable[None]] = []
        for (code, _), sink in self.sinks.items():
            if code == device:
                self._put(sink, now_us, None, _BAD, late)
        for one in late:
            await one

    def _speak_again(self, now_us: int, late: list[Awaitable[None]]) -> int:
        count = 0
        for device in [d for d, until in self._silent_until.items() if until <= now_us]:
            del self._silent_until[device]
            for key, change in self._latest.items():
                if key[0] == device:
                    count += self._put(self.sinks[key], now_us, change.value, 0, late)
        return count

    def trim(self, now_us: int) -> None:
        """Forget history older than the retention."""
        for sink in self.sinks.values():
            sink.cell.trim(now_us - RETENTION_US)

    # -- life -------------------------------------------------------------------------------------------------

    async def start(self, now_us: int) -> None:
        """Set current values from the history and listen. Problem ``plants.port_taken`` when the port is in use."""
        if self._server is None:
            raise Problem(
                "plants.not_built", f"Line {self.line_id}: build() comes before start().", status=500
            )
        for key, sink in self.sinks.items():
            change = self._latest.get(key)
            cells: list[Cell] = [sink.cell, *sink.followers]
            for cell in cells:
                if change is not None:
                    cell.set(change.at_us, change.value)
                else:  # a gauge that has not measured yet
                    cell.set(now_us, None, int(Status.BAD_WAITING_FOR_INITIAL_DATA))
        try:
            await self._server.start()
        except OSError as error:
            raise Problem(
                "plants.port_taken", f"Port {self.port} cannot be used: {error}.", status=409
            ) from error
        log.info(
            "%s listens at %s, history from %s",
            self.line_id,
            self.url,
            from_us(self._oldest_us()).isoformat(),
        )

    def _oldest_us(self) -> int:
        return min((s.cell.times[0] for s in self.sinks.values() if s.cell.times), default=0)

    async def stop(self, limit_s: float = 3.0) -> None:
        """Close every session and the port."""
        if self._server is not None:
            try:
                await asyncio.wait_for(self._server.stop(), limit_s)
            except TimeoutError:
                log.warning("%s did not stop within %s s", self.line_id, limit_s)
