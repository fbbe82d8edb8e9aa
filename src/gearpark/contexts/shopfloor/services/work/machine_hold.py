"""A held station's machine is told to stay idle after its part, where it has a signal for that and may be written."""

from __future__ import annotations

from dataclasses import replace

from gearpark.base.ids import tag
from gearpark.base.time import now_utc
from gearpark.contexts.telemetry.public import COMMAND, process_scope, writable, write_signal
from gearpark.kit.tenant import acting

from ...queries.setup import line_info
from ...queries.work.holds import station_holds
from ...queries.work.route import line_row
from ...types.work import StationHeld

HOLD_SIGNAL = "hold"  # true: finish the part on the machine and start no other


def on_station_held(event: StationHeld) -> None:
    """Listener: send what stands now. Without a writable signal the hold lives in dispatch and terminals only."""
    scope = replace(
        process_scope("station-hold"),
        org=event.org,
        orgs=frozenset((event.org,)),
        park_wide=False,
        rights=frozenset((COMMAND,)),
    )
    with acting(scope):
        info = line_info(line_row(scope, event.line_asset))
        name = tag(info.asset_of(event.station), HOLD_SIGNAL)
        if name not in writable(scope, [name]):
            return
        held = bool(station_holds(scope, event.line_asset, event.station))
        write_signal(
            scope,
            name,
            held,
            f"{event.source}: {event.reason}"[:200],
            now=now_utc(),
            source=f"hold:{event.line_asset}/{event.station}"[:60],
        )
