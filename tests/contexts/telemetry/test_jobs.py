"""Lake jobs: what they did is kept, what went wrong is kept, people see it and may ask for a run."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.contexts.telemetry.support import SECOND_US, onboard, store

from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.telemetry import jobs, queries, services
from gearpark.contexts.telemetry.models import RetentionPolicy
from gearpark.contexts.telemetry.types import PARK_ORG, JobState
from gearpark.kit.tenant import acting

pytestmark = pytest.mark.django_db


def test_a_run_is_kept_with_what_it_did(firm: Scope, park_scope: Scope) -> None:
    onboard(firm, park_scope, "m1")
    now_us = time.time_ns() // 1000
    store("qichi", "m1/load", [(now_us - k * SECOND_US, float(k), 0) for k in range(300)])
    assert services.run_job("rollup", now_utc())["rollup_1m"] >= 5
    with acting(park_scope):
        [run] = queries.job_runs(park_scope, now_utc())
    assert (run.job, run.state, run.error) == ("rollup", JobState.DONE, "")
    assert dict(run.facts)["rollup 1m"] >= 5
    assert run.duration_s is not None
    assert run.duration_s >= 0


def test_a_failure_is_kept_in_words_and_raised(park_scope: Scope, lake_home: Any) -> None:
    (lake_home / "lake").mkdir()
    (lake_home / "lake" / "points").mkdir()
    (lake_home / "lake" / "points" / "_delta_log").mkdir()
    (lake_home / "lake" / "points" / "_delta_log" / "00000000000000000000.json").write_text("not a log")
    with pytest.raises(Exception):  # noqa: B017 - whatever the lake says
        services.run_job("rollup", now_utc())
    with acting(park_scope):
        [run] = queries.job_runs(park_scope, now_utc(), state="failed")
    assert run.error


def test_retention_follows_the_stored_policy(firm: Scope, park_scope: Scope) -> None:
    onboard(firm, park_scope, "m1")
    store("qichi", "m1/load", [(time.time_ns() // 1000, 1.0, 0)])
    with acting(park_scope):
        RetentionPolicy(org=PARK_ORG, points_days=30, minute_days=60).save()
        RetentionPolicy(org="qichi", keep_all=True).save()
        kept = queries.retention(park_scope)
    assert (kept.points_days, kept.minute_days, kept.hour_days, kept.keep_orgs) == (30, 60, None, {"qichi"})
    assert services.run_job("retention", now_utc())["points"]["dropped"] == []


def test_people_see_jobs_and_ask_for_runs(signed_in: Any, park_scope: Scope) -> None:
    from django.db import connection

    admin = signed_in("qijiang-park", "park-admin")
    page = admin.get("/jobs/")
    assert page.status_code == 200
    assert "Roll-ups" in page.content.decode()
    assert admin.post("/jobs/rollup/run/").status_code == 302
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'telemetry.rollup'")
        assert cursor.fetchone() == (1,)
    again = admin.post("/jobs/rollup/run/", follow=True)
    assert "waiting for the worker already" in again.content.decode()
    assert admin.post("/jobs/nonsense/run/").status_code == 404
    assert signed_in("qijiang-park", "viewer").get("/jobs/").status_code == 403


def test_a_worker_runs_the_periodic_task(park_scope: Scope) -> None:
    jobs.rollup.func(int(now_utc().timestamp()))
    with acting(park_scope):
        assert [run.job for run in queries.job_runs(park_scope, now_utc())] == ["rollup"]
