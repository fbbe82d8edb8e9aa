"""What higher contexts ask: the park's data flow and the series of an asset."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from gearpark.base import home
from gearpark.base.scope import Scope
from gearpark.base.wire import Quality
from gearpark.lake.reader import Series

from ..models import Tag
from ..types import ConnectionState, DataFlow
from . import live
from .connections import connections, journal_total
from .latest import reader
from .tags import known

MAX_SERIES_TAGS = 500
DEVICES_CACHE_S = 2.0
MAX_CACHED_SCOPES = 200
_devices_cache: dict[object, tuple[float, tuple[int, int]]] = {}


def series(scope: Scope, tags: Sequence[str], start: datetime, end: datetime) -> dict[str, Series]:
    """Observations of tags over [start, end) with the value in force at the start; checked against the scope."""
    by_org: dict[str, list[str]] = {}
    for found in known(scope, tags, at_most=MAX_SERIES_TAGS):
        by_org.setdefault(found.org, []).append(found.tag)
    made: dict[str, Series] = {}
    for org, names in by_org.items():
        made.update(reader().observations(org, names, start, end, carry_in=True))
    return made


def devices_live(scope: Scope, now: datetime) -> tuple[int, int]:
    """(devices that live, devices with tags). A device lives when the bus holds a value of it that is neither bad nor
    stale. Counted anew at most every DEVICES_CACHE_S seconds per scope, because every open page asks."""
    key = (scope.park_wide, scope.org, scope.orgs)
    cached = _devices_cache.get(key)
    moment = time.monotonic()
    if cached is not None and moment - cached[0] < DEVICES_CACHE_S:
        return cached[1]
    # thousands of tags: three columns of each, no more
    rows = list(Tag.objects.of(scope).filter(retired_at__isnull=True).values_list("org", "tag", "asset"))
    ear = live.values()
    heard = ear.latest([(org, tag) for org, tag, _asset in rows]) if ear is not None else {}
    alive = {
        asset
        for org, tag, asset in rows
        if (value := heard.get((org, tag))) is not None and value.quality in (Quality.GOOD, Quality.UNCERTAIN)
    }
    answer = (len(alive), len({asset for _org, _tag, asset in rows}))
    if len(_devices_cache) > MAX_CACHED_SCOPES:
        _devices_cache.clear()
    _devices_cache[key] = (moment, answer)
    return answer


def last_commit_age_s(now: datetime) -> float | None:
    """Seconds since the lake's newest commit; None when nothing was ever stored."""
    log = home.folder("lake") / "points" / "_delta_log"
    if not log.is_dir():
        return None
    newest = max((entry.stat().st_mtime for entry in log.iterdir() if entry.suffix == ".json"), default=None)
    return None if newest is None else max(0.0, now.timestamp() - newest)


def data_flow(scope: Scope, now: datetime) -> DataFlow:
    """How the data flows right now, for the scope's connections and devices."""
    every = connections(scope)
    states = Counter(item.health.state for item in every)
    journal = journal_total(every)
    alive, total = devices_live(scope, now)
    ok, stalled = states[ConnectionState.OK], states[ConnectionState.STALLED]
    failed = states[ConnectionState.FAILED] + states[ConnectionState.GATEWAY_SILENT]
    return DataFlow(
        connections_ok=ok,
        connections_stalled=stalled,
        connections_failed=failed,
        connections_other=len(every) - ok - stalled - failed,
        points_per_s=sum(item.health.points_per_s for item in every),
        devices_live=alive,
        devices_total=total,
        journal_rows=journal.rows,
        journal_bytes=journal.bytes,
        last_commit_age_s=last_commit_age_s(now),
        bus_connected=live.bus_connected(),
    )
