"""A reduction line as an OPC UA server: one array over all cells a signal, and one array that commands are written to.

Arrays, not nodes a cell: a second of 300 cells is some twenty values, and a command's set-points cannot be torn apart.
"""

from __future__ import annotations

import asyncio
import collections
import logging
import time
from typing import Any

import numpy as np
from asyncua import Server, ua
from asyncua.server.address_space import AttributeValue, NodeData

from gearpark.base.problems import Problem
from gearpark.base.time import now_utc, to_us
from gearpark.engines.electrolysis.control.telegram import (
    COMMAND,
    HEAD,
    LOOP,
    NAMESPACE,
    ROW,
    SIGNALS,
    Signal,
    unpacked,
)
from gearpark.engines.electrolysis.sim.live import LiveLine

from ..opcua.builder import OBJECTS, ORGANIZES, Builder, node_id
from ..opcua.cells import Cell
from ..opcua.units import unit_information

HOST = "127.0.0.1"
QUIET_S = 10.0  # no telegram for this long: cells feed by themselves
LOOPS_KEPT = 600
STAMPS_KEPT = 1000
MAX_BEHIND_S = 5.0  # of line time that is made up for at once; more is skipped
MAX_SESSIONS = 20
KINDS = {"f8": ua.VariantType.Double, "i8": ua.VariantType.Int64, "?": ua.VariantType.Boolean}
FAULTS = ("effect", "blocked", "no-data", "manual", "auto", "trip")
_A = ua.AttributeIds
_WRITABLE = 0x03
log = logging.getLogger(__name__)


class PotlineServer:
    """``start``, then ``run`` until told to stop; ``speed``: line seconds a second."""

    def __init__(self, line: LiveLine, port: int, *, speed: float = 1.0, quiet_s: float = QUIET_S) -> None:
        self.line, self.port, self.speed, self.quiet_s = line, port, speed, quiet_s
        self.url = f"opc.tcp://{HOST}:{port}/gearpark/potline"
        self.boot = to_us(now_utc())
        self.second = 0
        self.heard_s = -1e9
        self.telegrams = 0
        self.refused = 0  # telegrams that are none, or of a controller that another has followed
        self.loops: collections.deque[float] = collections.deque(maxlen=LOOPS_KEPT)
        self._stamps: collections.OrderedDict[int, int] = collections.OrderedDict()
        self._cells: dict[str, tuple[Signal, Cell]] = {}
        self._sent: dict[str, Any] = {}
        self._server: Server | None = None

    async def start(self) -> None:
        """Build and listen. Problem ``plants.port_taken``."""
        server = Server()
        await server.init()
        server.set_endpoint(self.url)
        server.set_server_name("Gearpark simulated potline")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        server.set_identity_tokens([ua.AnonymousIdentityToken])
        server.iserver.max_connections = MAX_SESSIONS
        server.iserver.match_discovery_source_ip = False
        index = await server.register_namespace(NAMESPACE)
        builder = Builder(server.iserver.aspace, index)
        self._space(builder)
        argument = ua.Argument("fault", node_id(12), -1, [], ua.LocalizedText("CELL:KIND:SECONDS", "en"))
        knobs = builder.object("knobs", (index, "Knobs"), OBJECTS, reference=ORGANIZES)
        name = ua.QualifiedName("Inject", index)
        await server.get_node(knobs).add_method(
            builder.node_id("knobs/inject"), name, self._inject, [argument], []
        )
        self._server = server
        self.publish()
        try:
            await server.start()
        except OSError as error:
            raise Problem(
                "plants.port_taken", f"Port {self.port} cannot be used: {error}.", status=409
            ) from error
        log.info("%d cells at %s", self.line.count, self.url)

    def _space(self, builder: Builder) -> None:
        index = builder.namespace
        top = builder.object("Potline", (index, "Potline"), OBJECTS, reference=ORGANIZES)
        for signal in SIGNALS:
            node = self._variable(builder, top, signal)
            self._cells[signal.name] = (
                signal,
                Cell(node, KINDS[signal.kind], lambda value: value, history=False),
            )
        loop = Signal(LOOP, "f8", 1, "1", "seconds from measurement to telegram, the newest last")
        node = self._variable(builder, top, loop)
        self._cells[LOOP] = (loop, Cell(node, KINDS["f8"], lambda value: value, history=False))
        about = f"head {', '.join(HEAD)}; then for each cell {', '.join(ROW)}"
        node = self._variable(builder, top, Signal(COMMAND, "f8", 1, "1", about))
        for level in (_A.AccessLevel, _A.UserAccessLevel):
            node.attributes[level] = _own(_WRITABLE, ua.VariantType.Byte)
        node.attributes[_A.Value].value_setter = self._written

    def _variable(self, builder: Builder, top: ua.NodeId, signal: Signal) -> NodeData:
        index, kind = builder.namespace, KINDS[signal.kind]
        first: Any = [] if signal.width else (0 if signal.kind == "i8" else 0.0)
        node = builder.variable(signal.name, (index, signal.name), top, first, kind, description=signal.about)
        if signal.width:
            node.attributes[_A.ValueRank] = _own(1, ua.VariantType.Int32)
        if signal.unit != "1":
            builder.property(
                f"{signal.name}/unit", (0, "EngineeringUnits"), node.nodeid,
                unit_information(signal.unit), ua.VariantType.ExtensionObject,
            )  # fmt: skip
        return node

    # -- out ----------------------------------------------------------------------------------------------------

    def publish(self) -> None:
        """Write what changed with one stamp; ``Second`` last and always."""
        at_us = to_us(now_utc())
        self._stamps[self.second] = at_us
        while len(self._stamps) > STAMPS_KEPT:
            self._stamps.popitem(last=False)
        values = {**self.line.arrays(), "Boot": self.boot, LOOP: list(self.loops), "Second": self.second}
        for name, value in values.items():
            _, cell = self._cells[name]
            plain = value.ravel().tolist() if isinstance(value, np.ndarray) else value
            seen = value.tobytes() if isinstance(value, np.ndarray) else plain
            if name != "Second" and self._sent.get(name) == seen:
                continue
            self._sent[name] = seen
            for late in cell.write(at_us, plain):
                asyncio.ensure_future(late)  # noqa: RUF006 (a client without a queue of its own)

    # -- in -----------------------------------------------------------------------------------------------------

    def _written(self, node: NodeData, attribute: ua.AttributeIds, value: ua.DataValue) -> None:
        """A telegram came: carry out what is new in it."""
        node.attributes[attribute].value = value
        read = unpacked(value.Value.Value if value.Value is not None else None, self.line.count)
        if read is None or not self.line.accept(read[0], read[2]):
            self.refused += 1
            log.warning("a telegram was refused (%d so far)", self.refused)
            return
        self.telegrams += 1
        self.heard_s = time.monotonic()
        stamp_us = self._stamps.pop(read[1], None)
        if stamp_us is not None:
            self.loops.append((to_us(now_utc()) - stamp_us) / 1e6)

    async def _inject(self, parent: ua.NodeId, text: Any) -> ua.StatusCode | list[Any]:
        try:
            self.inject(str(text.Value))
        except Problem as problem:
            log.warning("%s", problem)
            return ua.StatusCode(ua.UInt32(ua.StatusCodes.BadInvalidArgument))
        return []

    def inject(self, text: str) -> None:
        """``CELL:KIND:SECONDS``, cells from 1 or ``line``: effect, blocked, no-data, manual, auto, trip. Problem ``plants.injection``."""
        line = self.line
        try:
            who, kind, amount = text.split(":")
            cells = range(line.count) if who == "line" else [int(who) - 1]
            seconds = float(amount)
        except ValueError:
            raise _no_fault(text) from None
        if kind not in FAULTS or not 0 <= seconds <= 1e6 or not all(0 <= one < line.count for one in cells):
            raise _no_fault(text)
        for one in cells:
            if kind == "effect":
                line.effect(one)
            elif kind == "blocked":
                line.block(one, seconds)
            elif kind == "no-data":
                line.silent_until[one] = line.t + seconds
            elif kind in ("manual", "auto"):
                line.selector[one] = kind == "manual"
        if kind == "trip":
            line.trip_until = line.t + int(seconds)
        log.info("fault: %s", text)

    # -- life ---------------------------------------------------------------------------------------------------

    async def run(self, stopping: asyncio.Event) -> None:
        """A line second every ``1 / speed`` seconds until told to stop."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while not stopping.is_set():
            try:
                await asyncio.wait_for(stopping.wait(), max(due - loop.time(), 0.0))
            except TimeoutError:
                self.tick()
            due = max(due + 1.0 / self.speed, loop.time() - MAX_BEHIND_S)

    def tick(self) -> None:
        """One second of the line, and its values."""
        self.line.second(quiet=time.monotonic() - self.heard_s > self.quiet_s)
        self.second += 1
        self.publish()

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop()


def _own(value: int, kind: ua.VariantType) -> AttributeValue:
    """An attribute of one node: those the builder gives are shared by all."""
    return AttributeValue(ua.DataValue(ua.Variant(value, kind)))


def _no_fault(text: str) -> Problem:
    return Problem(
        "plants.injection",
        f"{text[:60]!r} is no fault; say CELL:KIND:SECONDS with one of {', '.join(FAULTS)}.",
    )
