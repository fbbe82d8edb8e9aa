"""Periodic work on the lake; the Procrastinate worker finds these."""

from __future__ import annotations

from datetime import datetime

from gearpark.kit.jobs import periodic

from . import services
from .types import LAKE_JOBS

CRON = {job.code: job.cron for job in LAKE_JOBS}
LOCK = "lake"  # one lake job at a time: they rewrite the same tables


@periodic(services.task_name("rollup"), CRON["rollup"], lock=LOCK)
def rollup(now: datetime) -> None:
    """Minute and hour figures of the touched range."""
    services.run_job("rollup", now)


@periodic(services.task_name("compaction"), CRON["compaction"], lock=LOCK)
def compaction(now: datetime) -> None:
    """Small files into sorted ones, also of the day that ended."""
    services.run_job("compaction", now)


@periodic(services.task_name("retention"), CRON["retention"], lock=LOCK)
def retention(now: datetime) -> None:
    """What is past its keeping time goes."""
    services.run_job("retention", now)
