"""Background work of the potline; the Procrastinate worker finds it."""

from __future__ import annotations

from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.jobs import task

from .services import plans
from .services.campaigns import TASK, perform
from .services.plans import TASK as PLAN_TASK

ACTOR = "potline"


@task(TASK, attempts=1)
def try_on_twin(campaign_id: int) -> None:
    """Try one change of set-points."""
    perform(process_scope(ACTOR), campaign_id)


@task(PLAN_TASK, attempts=1)
def make_plan(plan_id: int) -> None:
    """Make one plan of tapping and anode changes."""
    plans.perform(process_scope(ACTOR), plan_id)
