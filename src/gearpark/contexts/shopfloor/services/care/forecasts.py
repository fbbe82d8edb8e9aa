"""Keeps what was forecast once a shift, so that it can be held against what happens."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.kit.tenant import acting

from ...models.care import ToolForecast
from ...queries.care.forecasts import tool_dues
from ...types.lines import LineInfo


def keep_forecasts(scope: Scope, info: LineInfo, now: datetime) -> int:
    """Write down when each mounted tool is expected to be due, once a life and shift; returns how many were new."""
    shift = info.calendar.last_shift(to_us(now))
    if shift is None:
        return 0
    with acting(scope):
        known = set(
            ToolForecast.objects.of(scope)
            .filter(org=info.org, shift_key=shift.key)
            .values_list("tool_id", "life_no")
        )
        fresh = [
            ToolForecast(
                org=info.org,
                tool_id=due.id,
                tool_class_id=due.class_id,
                life_no=due.life_no,
                shift_key=shift.key,
                method=due.method,
                made_at=now,
                used=due.used,
                due_at=from_us(due.due_us),
                early_at=from_us(due.early_us),
                late_at=from_us(due.late_us) if due.late_us is not None else None,
            )
            for due in tool_dues(scope, info, now)
            if not due.now
            and due.due_us is not None
            and due.early_us is not None
            and (due.id, due.life_no) not in known
        ]
        ToolForecast.objects.of(scope).bulk_create(fresh, ignore_conflicts=True)
        return len(fresh)
