"""Lake jobs and their runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from gearpark.base.scope import Scope

from ..models import JobRun, RetentionPolicy
from ..types import JOBS_RUN, LAKE_JOBS, PARK_ORG, JobRunInfo, JobState, LakeJob, Retention

LOST_AFTER = timedelta(hours=1)
RECENT = 100


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job with its newest run and how its last day went."""

    job: LakeJob
    last: JobRunInfo | None
    done_last_day: int
    failed_last_day: int
    overdue: bool


@dataclass(frozen=True, slots=True)
class JobsPage:
    lines: list[JobLine]
    runs: list[JobRunInfo]
    job: str
    state: str
    may_run: bool


def _info(row: JobRun, now: datetime) -> JobRunInfo:
    state = JobState(row.state)
    if state is JobState.RUNNING and now - row.started_at > LOST_AFTER:
        state = JobState.LOST
    return JobRunInfo(
        row.pk, row.job, state, row.started_at, row.ended_at, row.result, row.error, row.asked_by
    )


def job_runs(
    scope: Scope, now: datetime, *, job: str = "", state: str = "", limit: int = RECENT
) -> list[JobRunInfo]:
    """The newest runs first."""
    rows = JobRun.objects.of(scope)
    if job:
        rows = rows.filter(job=job)
    if state:
        rows = rows.filter(state=state)
    return [_info(row, now) for row in rows.order_by("-started_at", "-pk")[:limit]]


def jobs_page(scope: Scope, *, now: datetime, job: str, state: str) -> JobsPage:
    """Every lake job with its newest run; a job that should have run twice since and did not is overdue."""
    lines = []
    first = JobRun.objects.of(scope).order_by("started_at").first()
    for known_job in LAKE_JOBS:
        rows = JobRun.objects.of(scope).filter(job=known_job.code)
        newest = rows.order_by("-started_at", "-pk").first()
        last = None if newest is None else _info(newest, now)
        day = rows.filter(started_at__gte=now - timedelta(days=1))
        # a job that never ran is late only when the worker has been running others for that long
        since = last.started_at if last is not None else first.started_at if first is not None else now
        overdue = now - since > 2 * timedelta(seconds=known_job.every_s)
        lines.append(
            JobLine(
                known_job,
                last,
                day.filter(state=JobState.DONE.value).count(),
                day.filter(state=JobState.FAILED.value).count(),
                overdue,
            )
        )
    return JobsPage(lines, job_runs(scope, now, job=job, state=state), job, state, scope.may(JOBS_RUN))


def retention(scope: Scope) -> Retention:
    """The lake's retention: the installation's row (or the default) and the organisations that are spared."""
    rows = list(RetentionPolicy.objects.of(scope))
    spared = frozenset(row.org for row in rows if row.keep_all)
    own = next((row for row in rows if row.org == PARK_ORG), None)
    if own is None:
        return Retention(keep_orgs=spared)
    return Retention(own.points_days, own.minute_days, own.hour_days, spared)
