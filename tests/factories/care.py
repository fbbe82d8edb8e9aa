"""Rows of every table of care and calls, with words of their own."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.shopfloor.queries import lines
from gearpark.contexts.shopfloor.services import calls, care
from gearpark.contexts.shopfloor.types.calls import CallColour, CallTypeWanted, CallWanted
from gearpark.contexts.shopfloor.types.care import (
    GaugeClassWanted,
    GaugeWanted,
    JobWanted,
    MovementKind,
    PlanWanted,
    SpareWanted,
    ToolClassWanted,
    Trigger,
)
from gearpark.kit.tenant import acting

ROWS = 3  # of each kind: keys 1 to 3 in a fresh database


def care_rows(scope: Scope, word: str) -> None:
    """Three rows of each kind for the scope's organisation, named by ``word``."""
    now = now_utc()
    with acting(scope):
        line = lines(scope, [scope.org])[0]
    station = line.template.stations[0].code
    for n in range(ROWS):
        name = f"{word}-{n}"
        care.save_tool_class(scope, ToolClassWanted(name, word, 100.0))
        care.save_tool(scope, name, name)
        care.mount_tool(scope, name, line.asset, station, name[-40:], now)
        care.report_usage(scope, name, 5.0, now)
        care.preset_tool(scope, name, 100.0, 10.0, now)
        care.save_gauge_class(scope, GaugeClassWanted(name, word, "um", 2.0, every_days=90))
        care.save_gauge(scope, GaugeWanted(name, name, 0.1, 0.0, 1.0, place=word), now)
        with acting(scope):
            file = care.keep_certificate(
                scope, scope.org, f"%PDF-1.7 {name}\n%%EOF".encode(), f"{name}.pdf", now
            )
        care.calibration_check(scope, name, now, 0.1, certificate=file, note=word)
        care.save_zone(scope, name, word, "1", (1.0, 2.0, 3.0))
        care.save_spare(scope, SpareWanted(name, word))
        care.move_spare(scope, name, MovementKind.RECEIVE, Decimal(3), now)
        care.save_plan(
            scope, PlanWanted(name, word, line.asset, Trigger.TIME, every=30.0), now - timedelta(days=40)
        )
        number = care.open_job(scope, JobWanted(line.asset, name), now)
        care.reserve_spare(scope, name, number, Decimal(1))
        care.swap(scope, line.asset_of(station), f"{word}-{n}", name, now)
        calls.save_call_type(scope, CallTypeWanted(name, word, CallColour.RED))
        calls.save_call_reason(scope, name, word, word)
        calls.save_call_rule(scope, name, word, now)
        calls.raise_call(scope, CallWanted(name, line.asset, station, word), now - timedelta(minutes=30))
    care.open_due_jobs(scope, now)
    calls.escalate(scope, now)
