"""The loop behind in-line control charts: measured values from the lake, judged within seconds."""

from __future__ import annotations

import logging
from datetime import datetime

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import to_us
from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.loops import Loop
from gearpark.kit.tenant import acting

from ...models import Line
from ...models.quality import ControlChart, Sample, SpcMark
from ...queries import source
from ...queries.quality.taken import news, taken
from ...queries.setup import line_info
from ...types.work import QUALITY, WORK
from .judge import judge_chart
from .samples import store_taken

EVERY_S = 5.0
STEP_US = 6 * 3_600_000_000  # a longer stretch is taken in steps, each in its own transaction
log = logging.getLogger(__name__)


def follow(now: datetime) -> int:
    """Take what the lake added for every line that has charts, and judge it; returns how many values were new.

    One line's failure does not stop the others.
    """
    scope = spc_scope()
    with acting(scope):
        lines = list(
            Line.objects.of(scope)
            .filter(charts__active=True)
            .select_related("calendar")
            .distinct()
            .order_by("pk")
        )
    added = 0
    for row in lines:
        try:
            added += follow_line(scope, row, now)
        except Problem as problem:
            log.error("line %s: %s", row.asset, problem)
    return added


def follow_line(scope: Scope, row: Line, now: datetime) -> int:
    """Take one line's news; the mark moves in the transaction that stores the last of them."""
    lake, info = source.reader(), line_info(row)
    with acting(scope):
        mark, _made = SpcMark.objects.of(scope).get_or_create(org=row.org, line=row)
    found = news(lake, info, mark.received_us, to_us(now))
    if found is None:
        return 0
    begin, received = found
    added = 0
    while begin < to_us(now):
        end = min(begin + STEP_US, to_us(now) + 1)
        added += _step(scope, row, taken(lake, info, begin, end), now)
        begin = end
    with acting(scope):
        SpcMark.objects.of(scope).filter(pk=mark.pk, received_us__lt=received).update(received_us=received)
    return added


def _step(scope: Scope, row: Line, values: list, now: datetime) -> int:  # type: ignore[type-arg]
    if not values:
        return 0
    with acting(scope):
        fresh = store_taken(scope, row, values)
        for key, since in touched(scope, row, fresh).items():
            judge_chart(scope, key, since, now)
    return len(fresh)


def touched(scope: Scope, row: Line, fresh: list[Sample]) -> dict[int, datetime]:
    """Chart id -> earliest new value of it."""
    found: dict[int, datetime] = {}
    charts = list(ControlChart.objects.of(scope).filter(line=row, active=True))
    for sample in fresh:
        for item in charts:
            if item.characteristic == sample.characteristic and item.maker in ("", sample.maker):
                found[item.pk] = min(found.get(item.pk, sample.at), sample.at)
    return found


def spc_scope() -> Scope:
    """On whose behalf charts are judged: a process of the installation."""
    base = process_scope("spc")
    return Scope(
        org=base.org, orgs=base.orgs, park_wide=True, rights=base.rights | {WORK, QUALITY}, actor=base.actor
    )


LOOPS = (Loop("shopfloor.spc", EVERY_S, follow),)
