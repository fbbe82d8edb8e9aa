"""Load: the demo shop's lines as OPC UA servers, every device writing once a second what a board shows.

A process of its own (``python -m benchmarks._shop ...``). Each tick a device gives its part a new serial, which is the
moment of writing in microseconds: whoever sees the serial knows how old it is. Every ``FLIP_TICKS`` ticks a station stops
with an alarm or goes on, so that states change as well. SIGTERM ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path

from asyncua import Server, ua
from benchmarks._devices import LINGER_S, NAMESPACE, Clock

from gearpark.engines.lines import template

TEMPLATE = "housing-machining"
FLIP_TICKS = 40
STEADY = {
    "item_state": "Executing",
    "operation_mode": "Processing",
    "packml_state": "Execute",
    "suspend_reason": "",
}
SIGNALS = (*STEADY, "alarm", "part_serial", "power_kw")


def devices(lines: int) -> list[str]:
    """Asset ids of the shop's devices, line by line."""
    return [f"qc-l{n}-{device.code}" for n in range(1, lines + 1) for device in template(TEMPLATE).devices]


async def serve(options: argparse.Namespace) -> None:
    names = devices(options.lines)
    clock = Clock(len(names), 1.0)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, clock.stopped.set)
    servers, places = [], []
    for number in range(options.servers):
        server = Server()
        await server.init()
        server.set_endpoint(f"opc.tcp://127.0.0.1:{options.port + number}")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        servers.append((server, await server.register_namespace(NAMESPACE)))
    for index, name in enumerate(names):
        server, space = servers[index % options.servers]
        parent = await server.nodes.objects.add_object(space, name)
        nodes = {}
        for text in SIGNALS:
            node = ua.NodeId(f"{name}/{text}", space)
            first = 0.0 if text == "power_kw" else STEADY.get(text, "")
            await parent.add_variable(node, ua.QualifiedName(text, space), first)
            nodes[text] = node
        places.append((server.iserver.aspace, nodes))
    for server, _space in servers:
        await server.start()

    async def write(index: int, tick: int) -> None:
        now = datetime.now(UTC)
        aspace, nodes = places[index]
        values: dict[str, str | float] = {
            "part_serial": str(round(now.timestamp() * 1e6)),
            "power_kw": 5.0 + tick % 7,
        }
        if (tick + index) % FLIP_TICKS == 0:
            stopped = (tick + index) // FLIP_TICKS % 2 == 1
            values["item_state"] = "OutOfService" if stopped else "Executing"
            values["packml_state"] = "Aborted" if stopped else "Execute"
            values["alarm"] = "SP-2041" if stopped else ""
        for name, value in values.items():
            kind = ua.VariantType.Double if isinstance(value, float) else ua.VariantType.String
            data = ua.DataValue(ua.Variant(value, kind), SourceTimestamp=now, ServerTimestamp=now)
            await aspace.write_attribute_value(nodes[name], ua.AttributeIds.Value, data)
        await asyncio.sleep(0)  # let the servers' publish loops in

    Path(options.ready).touch()
    await clock.run(write)
    await asyncio.sleep(LINGER_S)
    for server, _space in servers:
        await server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=7)
    parser.add_argument("--servers", type=int, default=4)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ready", required=True)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
