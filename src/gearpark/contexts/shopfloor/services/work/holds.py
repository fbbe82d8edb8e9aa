"""Holding a station: no part starts there until somebody clears it."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.audit import record
from gearpark.kit.events import tell
from gearpark.kit.tenant import acting, require

from ...models import StationHold
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...queries.work.holds import hold_info
from ...queries.work.route import line_row, station_of
from ...types.work import QUALITY, WORK, StationHeld, StationHoldInfo

PERSON = "person"  # source of a hold that a person set


def hold_station(
    scope: Scope, line_asset: str, station: str, reason: str, source: str = PERSON, at: datetime | None = None
) -> StationHoldInfo:
    """Hold a station. One hold stands per ``source``; holding again changes nothing and returns the standing one."""
    require(scope, WORK)
    if not reason.strip():
        raise Problem("work.reason_missing", "Say why, in a few words; nothing was changed.")
    with acting(scope):
        line = line_row(scope, line_asset)
        code = station_of(line, station).code
        row, made = StationHold.objects.of(scope).get_or_create(
            org=line.org,
            line=line,
            station=code,
            source=source,
            cleared_at=None,
            defaults={
                "reason": reason.strip()[:MAX_NOTE],
                "held_by": scope.actor[:MAX_ACTOR],
                "since_at": at or now_utc(),
            },
        )
        info = hold_info(row)
        if made:
            after = {"reason": info.reason, "source": source}
            record(scope, "work.station_held", "station", f"{line_asset}/{code}", None, after, org=line.org)
            tell(StationHeld(line.org, line_asset, code, True, source, info.reason, info.since_at))
        return info


def clear_station(
    scope: Scope,
    line_asset: str,
    station: str,
    note: str = "",
    source: str = "",
    at: datetime | None = None,
) -> int:
    """Clear the station's holds, or only those of ``source``; returns how many.

    A hold that quality or a gauge set (any source but ``person``) needs the right ``shopfloor.quality`` or the same
    actor, so that a stop for cause is not waved away at the machine.
    """
    require(scope, WORK)
    with acting(scope):
        line = line_row(scope, line_asset)
        now = at or now_utc()
        rows = StationHold.objects.of(scope).filter(line=line, station=station, cleared_at=None)
        if source:
            rows = rows.filter(source=source)
        found = list(rows.select_for_update().order_by("pk"))
        for row in found:
            if row.source != PERSON and row.held_by != scope.actor:
                require(scope, QUALITY)
            row.cleared_at = max(now, row.since_at)
            row.cleared_by, row.cleared_note = scope.actor[:MAX_ACTOR], note.strip()[:MAX_NOTE]
            row.save(update_fields=["cleared_at", "cleared_by", "cleared_note"])
            before = {"reason": row.reason, "source": row.source}
            key = f"{line_asset}/{station}"
            record(
                scope, "work.station_cleared", "station", key, before, {"note": row.cleared_note}, org=row.org
            )
            tell(StationHeld(row.org, line_asset, station, False, row.source, row.reason, row.cleared_at))
        return len(found)
