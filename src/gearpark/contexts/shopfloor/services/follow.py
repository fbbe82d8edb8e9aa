"""Parts followed from the lake: what machines say of them becomes serials, operation runs and facts. Exactly once.

How far a line was taken stands in a row that is written in the transaction of what was taken, and everything taken has
a natural key, so a crash anywhere repeats work and doubles nothing. What is new is known by the lake's version, never by
time: a gateway that empties its journal after an outage is taken like any other, and whatever it touches is read again.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.kit.loops import Loop
from gearpark.kit.tenant import acting
from gearpark.lake.reader import Reader

from ..models import OperationRun, SignOn
from ..models.trace import FollowMark
from ..models.work import MAX_ACTOR
from ..queries.care.scopes import loop_scope
from ..queries.setup import lines
from ..queries.source import reader
from ..queries.trace.heard import Heard, heard, line_tags
from ..queries.work.people import names_of
from ..types.lines import LineInfo
from ..types.trace import Fact, FactKind
from ..types.work import RunSeen, RunSource
from .trace.errors import withdraw_carried
from .trace.facts import add_facts_of_many
from .work import record_runs

EVERY_S = 2.0
STEP_US = 4 * 3_600_000_000  # of history taken in one transaction
MAX_STEPS = 50  # of one line in one round; the next round goes on
AHEAD_US = 60_000_000  # clocks of machines may be ahead by this
log = logging.getLogger("gearpark.floor")
Key = tuple[str, str]  # serial, station


def follow_all(now: datetime) -> int:
    """Take what arrived of every line; a line that fails is tried again in the next round. Returns visits taken."""
    scope = loop_scope("follow")
    with acting(scope):
        found = lines(scope)
    taken = 0
    for line in found:
        try:
            taken += follow_line(scope, reader(), line, now)
        except Problem as problem:
            log.error("parts of %s not followed: %s", line.asset, problem)
    return taken


def follow_line(scope: Scope, lake: Reader, line: LineInfo, now: datetime) -> int:
    """Take what arrived of one line since the last time; returns how many visits were looked at."""
    taken, more = 0, True
    for _step in range(MAX_STEPS):
        if not more:
            break
        count, more = _step_of(scope, lake, line, now)
        taken += count
    return taken


def _step_of(scope: Scope, lake: Reader, line: LineInfo, now: datetime) -> tuple[int, bool]:
    with acting(scope):
        mark = _mark(scope, line, now)
        version, first = lake.arrived(line.org, line_tags(line), mark.lake_version)
        starts = [at for at in (mark.pending_us, first) if at is not None]
        if not starts and version == mark.lake_version:
            return 0, False
        limit = to_us(now) + AHEAD_US
        start = min(starts, default=limit)
        end = min(start + STEP_US, limit)
        visits = heard(lake, line, start, end) if start < end else []
        if visits:
            _take(scope, line, visits)
        mark.lake_version = version
        mark.pending_us = end if end < limit else None
        mark.until_us = max(mark.until_us, min(end, to_us(now)))
        mark.changed_at = now
        mark.save(update_fields=["lake_version", "pending_us", "until_us", "changed_at"])
        return len(visits), mark.pending_us is not None


def _mark(scope: Scope, line: LineInfo, now: datetime) -> FollowMark:
    marks = FollowMark.objects.of(scope)
    marks.get_or_create(line_id=line.id, defaults={"org": line.org, "changed_at": now})
    return marks.select_for_update().get(line_id=line.id)


def _take(scope: Scope, line: LineInfo, visits: Sequence[Heard]) -> None:
    begun = _known_begins(scope, line, visits)
    seen = [_run(item, begun[index]) for index, item in enumerate(visits)]
    ids = record_runs(scope, line.asset, seen).serial_ids
    facts: dict[int, list[Fact]] = defaultdict(list)
    for item in visits:
        facts[ids[item.visit.serial]] += item.facts
    for serial, operator in _operators(scope, line, visits):
        facts[ids[serial]].append(operator)
    withdraw_carried(scope, {key: found for key, found in facts.items() if found}, _windows(ids, visits))
    add_facts_of_many(scope, facts)


def _run(item: Heard, begun: datetime) -> RunSeen:
    ended = None if item.visit.ended_us is None else max(from_us(item.visit.ended_us), begun)
    return RunSeen(
        serial=item.visit.serial,
        station=item.station.code,
        begun_at=begun,
        ended_at=ended,
        result=item.result,
        reason=item.reason,
        order=item.order,
        variant=item.variant,
    )


def _known_begins(scope: Scope, line: LineInfo, visits: Sequence[Heard]) -> list[datetime]:
    """When each visit began: as recorded before, where a run of the part lies in it (late data may know it earlier)."""
    known: dict[Key, list[datetime]] = defaultdict(list)
    rows = OperationRun.objects.of(scope).filter(
        line_id=line.id,
        source=RunSource.LINE.value,
        serial__serial__in={item.visit.serial for item in visits},
    )
    for serial, station, at in rows.values_list("serial__serial", "station", "begun_at").order_by("begun_at"):
        known[serial, station].append(at)
    return [
        next(
            (at for at in known[item.visit.serial, item.station.code] if item.visit.holds(to_us(at))),
            from_us(item.visit.begun_us),
        )
        for item in visits
    ]


def _windows(ids: Mapping[str, int], visits: Iterable[Heard]) -> list[tuple[int, str, datetime, datetime]]:
    """(serial id, station, begin, end) of the visits that are over."""
    return [
        (
            ids[item.visit.serial],
            item.station.code,
            from_us(item.visit.begun_us),
            from_us(item.visit.ended_us),
        )
        for item in visits
        if item.visit.ended_us is not None and item.facts
    ]


def _operators(scope: Scope, line: LineInfo, visits: Sequence[Heard]) -> list[tuple[str, Fact]]:
    """People who were signed on at the station when the visit began."""
    over = [item for item in visits if item.visit.ended_us is not None]
    if not over:
        return []
    first, last = min(item.visit.begun_us for item in over), max(item.visit.begun_us for item in over)
    rows = SignOn.objects.of(scope).filter(line_id=line.id, since_at__lte=from_us(last))
    here = [row for row in rows.order_by("since_at") if row.until_at is None or row.until_at > from_us(first)]
    names = names_of(scope, {line.org}) if here else {}
    found = []
    for item in over:
        at = from_us(item.visit.begun_us)
        people = {
            row.person_id
            for row in here
            if row.station == item.station.code
            and row.since_at <= at
            and (row.until_at is None or at < row.until_at)
        }
        for person in sorted(people):
            name = names.get(person, f"#{person}")[:MAX_ACTOR]
            fact = Fact(
                FactKind.OPERATOR, name, at, item.station.op, item.station.code, data={"person": person}
            )
            found.append((item.visit.serial, fact))
    return found


def mark_of(scope: Scope, line_id: int) -> tuple[int, datetime | None]:
    """(lake version, newest time) a line was followed to, for pages that say how fresh they are."""
    with acting(scope):
        row = FollowMark.objects.of(scope).filter(line_id=line_id).first()
        return (row.lake_version, from_us(row.until_us)) if row else (-1, None)


LOOPS = (Loop("shopfloor.follow", EVERY_S, follow_all),)
