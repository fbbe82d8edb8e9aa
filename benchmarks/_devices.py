"""Load: simulated devices that speak OPC UA or SHDR and whose every value is its own sequence number.

Run as a process of its own (``python -m benchmarks._devices opcua|shdr ...``), so that the cost of the devices is
never counted as the product's. All signals of a device carry the tick number, the source time is the moment of
writing, and devices are spread evenly over the period. SIGTERM ends it; ``--report`` then holds the last tick of each
device, from which a lost or repeated value shows.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

from asyncua import Server, ua

NAMESPACE = "urn:gearpark:bench"
FIRST_TICK = 1
LINGER_S = 2.0  # servers publish what was written last before they close; a closed server cannot be asked


def device_id(index: int) -> str:
    return f"bench-{index:03d}"


class Clock:
    """Calls ``write(device index, tick)`` for each device once a period, evenly spread."""

    def __init__(self, devices: int, period_s: float) -> None:
        self.devices = devices
        self.period_s = period_s
        self.ticks = [FIRST_TICK - 1] * devices
        self.late_s = 0.0
        self.stopped = asyncio.Event()

    async def run(self, write: object) -> None:
        step_s = self.period_s / self.devices
        due_s = time.monotonic()
        index = 0
        while not self.stopped.is_set():
            wait_s = due_s - time.monotonic()
            if wait_s > 0.002:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.stopped.wait(), wait_s)
                continue
            self.late_s = max(self.late_s, -wait_s)
            self.ticks[index] += 1
            await write(index, self.ticks[index])  # type: ignore[operator]
            index = (index + 1) % self.devices
            due_s += step_s


async def opcua(options: argparse.Namespace, clock: Clock) -> None:
    """``--servers`` OPC UA servers; device i lives on server i % servers under Objects/<device id>/s00.."""
    servers, nodes = [], []
    for number in range(options.servers):
        server = Server()
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{options.port + number}")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        servers.append((server, await server.register_namespace(NAMESPACE)))
    for index in range(options.devices):
        server, space = servers[index % options.servers]
        parent = await server.nodes.objects.add_object(space, device_id(index))
        identifiers = []
        for position in range(options.signals):
            name = f"s{position:02d}"
            node = ua.NodeId(f"{device_id(index)}/{name}", space)
            await parent.add_variable(node, ua.QualifiedName(name, space), 0.0)
            identifiers.append(node)
        nodes.append((server.iserver.aspace, identifiers))
    for server, _ in servers:
        await server.start()

    async def write(index: int, tick: int) -> None:
        now = datetime.now(UTC)
        value = ua.DataValue(
            ua.Variant(float(tick), ua.VariantType.Double), SourceTimestamp=now, ServerTimestamp=now
        )
        aspace, identifiers = nodes[index]
        for node in identifiers:
            await aspace.write_attribute_value(node, ua.AttributeIds.Value, value)
        await asyncio.sleep(0)  # let the servers' publish loops in

    Path(options.report + ".ready").touch()
    await clock.run(write)
    await asyncio.sleep(LINGER_S)
    for server, _ in servers:
        await server.stop()


async def shdr(options: argparse.Namespace, clock: Clock) -> None:
    """One SHDR adapter a device on consecutive ports; one line a tick with all signals."""
    writers: list[list[asyncio.StreamWriter]] = [[] for _ in range(options.devices)]

    def serve(index: int) -> object:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers[index].append(writer)
            with contextlib.suppress(ConnectionError):
                while line := await reader.readline():
                    if line.startswith(b"* PING"):
                        writer.write(b"* PONG 10000\n")
            writers[index].remove(writer)

        return accept

    servers = [
        await asyncio.start_server(serve(index), "127.0.0.1", options.port + index)  # type: ignore[arg-type]
        for index in range(options.devices)
    ]
    names = [f"s{position:02d}" for position in range(options.signals)]

    async def write(index: int, tick: int) -> None:
        if not writers[index]:
            clock.ticks[index] -= 1  # a device without a listener says nothing, and numbers nothing
            return
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        line = (stamp + "".join(f"|{name}|{tick}" for name in names) + "\n").encode()
        for writer in writers[index]:
            writer.write(line)

    Path(options.report + ".ready").touch()
    await clock.run(write)
    for server in servers:
        server.close()


async def run(options: argparse.Namespace) -> None:
    clock = Clock(options.devices, options.period)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, clock.stopped.set)
    await (opcua if options.protocol == "opcua" else shdr)(options, clock)
    last = {device_id(index): tick for index, tick in enumerate(clock.ticks)}
    Path(options.report).write_text(json.dumps({"last_tick": last, "late_s": clock.late_s}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("protocol", choices=("opcua", "shdr"))
    parser.add_argument("--devices", type=int, default=180)
    parser.add_argument("--signals", type=int, default=60)
    parser.add_argument("--servers", type=int, default=4, help="OPC UA servers the devices are spread over")
    parser.add_argument("--period", type=float, default=1.0, help="seconds between two ticks of a device")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--report", required=True)
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
