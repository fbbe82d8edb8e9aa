"""Running the lake's jobs and writing down how they went."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from gearpark.base import home
from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit import audit
from gearpark.kit.tenant import acting, require

from .. import queries
from ..models import JobRun
from ..types import JOBS_RUN, LAKE_JOBS, PARK_ORG, JobState

RUNS_KEPT = timedelta(days=14)
MAX_ERROR = 2000
log = logging.getLogger(__name__)


def _work(job: str) -> Callable[..., dict[str, Any]]:
    """The lake's function of a job; loaded when a worker runs it, the web process only names jobs."""
    from gearpark.lake import compaction, retention, rollup

    work: dict[str, Callable[..., dict[str, Any]]] = {
        "rollup": rollup.run,
        "compaction": compaction.run,
        "retention": retention.run,
    }
    return work[job]


def task_name(job: str) -> str:
    """The name under which Procrastinate knows a lake job."""
    return f"telemetry.{job}"


def run_job(job: str, now: datetime, *, asked_by: str = "") -> dict[str, Any]:
    """Run one lake job and keep its outcome. A failure is kept and raised again, so that the worker sees it too."""
    scope = queries.process_scope("jobs")
    with acting(scope):
        row = JobRun(
            org=PARK_ORG, job=job, state=JobState.RUNNING.value, started_at=now_utc(), asked_by=asked_by
        )
        row.save()
    try:
        result = _work(job)(home.folder("lake"), now, **_options(scope, job))
    except Exception as error:
        sentence = error.sentence if isinstance(error, Problem) else f"{type(error).__name__}: {error}"
        _end(scope, row, JobState.FAILED, {}, sentence[:MAX_ERROR])
        raise
    _end(scope, row, JobState.DONE, json.loads(json.dumps(result, default=str)), "")
    return result


def _options(scope: Scope, job: str) -> dict[str, Any]:
    if job != "retention":
        return {}
    from gearpark.lake.retention import Policy

    with acting(scope):
        kept = queries.retention(scope)
    return {"policy": Policy(kept.points_days, kept.minute_days, kept.hour_days, kept.keep_orgs)}


def _end(scope: Scope, row: JobRun, state: JobState, result: dict[str, Any], error: str) -> None:
    with acting(scope):
        row.state, row.result, row.error, row.ended_at = state.value, result, error, now_utc()
        row.save(update_fields=["state", "result", "error", "ended_at"])
        JobRun.objects.of(scope).filter(job=row.job, started_at__lt=row.started_at - RUNS_KEPT).delete()


def ask_job(scope: Scope, job: str, now: datetime) -> bool:
    """Ask the worker to run a job now. True when it was waiting already."""
    require(scope, JOBS_RUN)
    if job not in {known.code for known in LAKE_JOBS}:
        raise NotFound("telemetry.job_unknown", f"There is no job {job[:40]!r}.")
    try:
        with transaction.atomic():  # a refusal of the queue must not spoil the request's transaction
            app.configure_task(
                task_name(job), queueing_lock=task_name(job), lock="lake", queue="gearpark"
            ).defer(timestamp=int(now.timestamp()))
    except AlreadyEnqueued:
        return True
    audit.record(scope, "telemetry.job_asked", "telemetry.job", job, {}, {})
    return False
