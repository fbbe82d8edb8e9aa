"""Test-before-save and diagnostics of an MTConnect connection."""

from __future__ import annotations

import time
from typing import Any

from gearpark.base.mtconnect import read_devices, read_streams
from gearpark.base.problems import Problem

from ...limits import MAX_LISTED
from ...wanted import ConnectionWanted
from .agent import Agent


async def try_out(wanted: ConnectionWanted) -> dict[str, Any]:
    """One row a wanted signal from ``/current``. Raises ``mtconnect.unreachable`` and what the reader refuses."""
    began_s = time.monotonic()
    async with Agent(wanted.url) as agent:
        current = read_streams(await agent.document("current"))
    values = {key: seen for seen in current.observations for key in (seen.name, seen.item_id) if key}
    rows: list[dict[str, Any]] = []
    for name, signal in wanted.tags().items():
        seen = values.get(signal.address)
        error = (
            f"no data item {signal.address!r}"
            if seen is None
            else ("" if seen.value is not None else "UNAVAILABLE")
        )
        rows.append(
            {
                "tag": name,
                "value": seen.value if seen else None,
                "status": None,
                "at_us": seen.at_us if seen else None,
                "error": error,
            }
        )
    good = sum(not row["error"] for row in rows)
    return {
        "ok": all(row["error"] in ("", "UNAVAILABLE") for row in rows),
        "sentence": f"{good} of {len(rows)} signals can be read.",
        "signals": rows,
        "server": {"sender": current.header.sender, "time": current.header.creation_time},
        "took_s": round(time.monotonic() - began_s, 3),
    }


async def diagnose(wanted: ConnectionWanted) -> dict[str, Any]:
    """Header, buffer and devices; an unreachable agent is part of the answer."""
    bundle: dict[str, Any] = {"protocol": "mtconnect", "url": wanted.shown_url}
    try:
        async with Agent(wanted.url) as agent:
            devices = read_devices(await agent.document("probe"))
            current = read_streams(await agent.document("current"))
    except Problem as problem:
        bundle["error"] = problem.as_dict()
        return bundle
    header = current.header
    known = {key for device in devices for item in device.items.values() for key in (item.id, item.name)}
    bundle["header"] = header._asdict()
    bundle["buffered"] = header.last_sequence - header.first_sequence + 1
    bundle["devices"] = [
        {"name": device.name, "uuid": device.uuid, "data_items": len(device.items)}
        for device in devices[:MAX_LISTED]
    ]
    missing = [name for name, signal in wanted.tags().items() if signal.address not in known]
    bundle["missing"] = missing[:MAX_LISTED]
    bundle["unavailable"] = sum(seen.value is None for seen in current.observations)
    return bundle
