"""The overview: one reading of the park, gathered through the doors of the rooms below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.contexts.registry import public as registry
from gearpark.contexts.shopfloor import public as shopfloor
from gearpark.contexts.telemetry import public as telemetry

from ..types import Feed, FirmFigures, Flow, LineRow, Overview
from .timeline import lay_out
from .zone import draw_zone

MAX_FEEDS = 60
MAX_ALARMS = 200


def overview(scope: Scope, now: datetime, *, language: str, time_zone: str) -> Overview:
    """What the park is doing at ``now``, as far as ``scope`` may see.

    ``language`` picks names, ``time_zone`` (IANA) the labels of the time line.
    """
    lines = _lines(scope, now, language)
    try:
        zone = registry.zone_map(scope)
    except NotFound:  # no zone is drawn yet
        zone = None
    return Overview(
        at=now,
        zone=draw_zone(zone, lines, language) if zone is not None and zone.groups else None,
        firms=_firms(scope),
        lines=lines,
        alarms=lay_out(shopfloor.recent_alarms(scope, now, limit=MAX_ALARMS), now, ZoneInfo(time_zone)),
        flow=_flow(scope, now),
    )


def _firms(scope: Scope) -> FirmFigures:
    counts = registry.firm_counts(scope)
    return FirmFigures(
        signed=counts.signed,
        producing=counts.producing,
        above_size=counts.above_size,
        building=counts.building,
        high_tech=counts.high_tech,
    )


def _lines(scope: Scope, now: datetime, language: str) -> tuple[LineRow, ...]:
    summaries: Sequence[shopfloor.LineSummary] = shopfloor.line_summaries(scope, now)
    many = Counter(line.org for line in summaries)
    numbers: Counter[str] = Counter()  # lines are numbered within their firm
    found = []
    for line in sorted(summaries, key=lambda line: (-many[line.org], line.org, line.asset)):
        numbers[line.org] += 1
        found.append((numbers[line.org], line))
    return tuple(
        LineRow(
            asset=line.asset,
            org=line.org,
            number=number,
            name=line.name(language),
            state=line.state,
            made=line.made,
            plan=line.plan,
            plan_now=line.plan_now,
            expected=line.expected,
            oee=line.oee,
            alarms=line.alarms,
            devices=line.devices,
            known=line.unknown_share < 1.0,
            states=tuple(sorted(line.states.items())),
            spark=line.spark,
            open=line.open,
            kind=line.template,
            phase=str(line.phase),
        )
        for number, line in found
    )


def _flow(scope: Scope, now: datetime) -> Flow:
    flow = telemetry.data_flow(scope, now)
    feeds = [
        Feed(
            key=connection.key,
            name=connection.name,
            org=connection.org,
            protocol=str(connection.protocol),
            state=str(connection.health.state),
            points_per_s=connection.health.points_per_s,
            devices=len(connection.devices),
            last_value_at=connection.health.last_value_at,
            replay=str(connection.protocol) in ("mtconnect", "shdr"),
        )
        for connection in telemetry.connections(scope)[:MAX_FEEDS]
    ]
    return Flow(
        devices_live=flow.devices_live,
        devices_total=flow.devices_total,
        points_per_s=flow.points_per_s,
        ok=flow.connections_ok,
        not_ok=flow.connections_stalled + flow.connections_failed,
        journal_rows=flow.journal_rows,
        journal_bytes=flow.journal_bytes,
        last_commit_age_s=flow.last_commit_age_s,
        bus_connected=flow.bus_connected,
        feeds=tuple(feeds),
    )
