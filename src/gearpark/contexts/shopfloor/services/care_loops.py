"""Loops of care and calls, run by the floor process (``kit.loops``)."""

from __future__ import annotations

from datetime import datetime, timedelta

from gearpark.kit.loops import Loop
from gearpark.kit.tenant import acting

from ..queries import setup, source
from ..queries.care.scopes import loop_scope
from . import calls, care

CALLS_S, ALARMS_S, CARE_S = 1.0, 10.0, 30.0
FORECASTS_EVERY = timedelta(minutes=10)


class _Care:
    """Follows every line, foretells tool changes from time to time and opens what is due."""

    def __init__(self) -> None:
        self.forecast_at: datetime | None = None

    def __call__(self, now: datetime) -> None:
        scope, lake = loop_scope("care"), source.reader()
        with acting(scope):
            lines = setup.lines(scope)
        foretell = self.forecast_at is None or now - self.forecast_at >= FORECASTS_EVERY
        for info in lines:
            care.follow_tools(scope, lake, info, now)
            care.follow_machines(scope, lake, info, now)
            if foretell:
                care.keep_forecasts(scope, info, now)
        if foretell:
            self.forecast_at = now
        care.open_due_jobs(scope, now)


def _clock(now: datetime) -> None:
    calls.escalate(loop_scope("calls"), now)


def _alarms(now: datetime) -> None:
    calls.call_by_alarms(loop_scope("calls"), source.reader(), now)


LOOPS = (
    Loop("shopfloor.calls", CALLS_S, _clock),
    Loop("shopfloor.alarm-calls", ALARMS_S, _alarms),
    Loop("shopfloor.care", CARE_S, _Care()),
)
