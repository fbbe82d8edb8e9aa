"""Background work of the twin; the Procrastinate worker finds these."""

from __future__ import annotations

from datetime import datetime

from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.jobs import periodic, task

from .services.forecasts import forecast_lines, score_ended
from .services.runs import TASK, give_up_silent, perform

ACTOR = "twin"


@task(TASK, attempts=1)
def run(run_id: int) -> None:
    """Answer one question."""
    perform(process_scope(ACTOR), run_id)


@periodic("twin.forecast", "* * * * *", lock="twin.forecast")
def forecast(now: datetime) -> None:
    """Forecast the running shift of every line with a model; score those that have ended."""
    scope = process_scope(ACTOR)
    forecast_lines(scope, now)
    score_ended(scope, now)


@periodic("twin.silent", "*/5 * * * *", lock="twin.silent")
def silent(now: datetime) -> None:
    """Runs nothing is heard of any more."""
    give_up_silent(process_scope(ACTOR), now)
