"""Background work of the potline; the Procrastinate worker finds it."""

from __future__ import annotations

from gearpark.contexts.telemetry.public import process_scope
from gearpark.kit.jobs import task

from .services.campaigns import TASK, perform

ACTOR = "potline"


@task(TASK, attempts=1)
def try_on_twin(campaign_id: int) -> None:
    """Try one change of set-points."""
    perform(process_scope(ACTOR), campaign_id)
