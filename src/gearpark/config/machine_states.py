"""``gearpark telemetry states``: the lake's observations and the states engine, joined at the roof."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from gearpark.base.problems import NotFound
from gearpark.engines.states import bind_mtconnect, intervals, mapping, report
from gearpark.lake import devices
from gearpark.lake.reader import Reader, as_us
from gearpark.lake.states import state_series


def states(root: Path | str, device: str, start: datetime, end: datetime, *, org: str) -> dict[str, Any]:
    """State intervals of one machine over ``[start, end)``.

    device  asset id, device name or uuid of an imported recording, or the asset id of a connected machine. A machine
            with a stored MTConnect model follows ``mtconnect-1``, any other ``machinery-1``.
    Raises ``states.device_unknown`` when neither a model nor any observation is there.
    """
    reader = Reader(root)
    doc = devices.find(root, org, device)
    asset = doc.asset if doc is not None else device.lower()
    if doc is not None:
        rules = mapping("mtconnect-1")
        roles = bind_mtconnect(rules, doc.typed())
    else:
        rules = mapping("machinery-1")
        roles = {role: [role] for role in rules.roles}
        if reader.span(org, asset) is None:
            raise NotFound(
                "states.device_unknown", f"The lake of {org!r} holds nothing of a device {device!r}."
            )
    series = state_series(reader, org, asset, roles, start, end)
    return report(asset, intervals(series, as_us(start), as_us(end), rules, roles), rules)
