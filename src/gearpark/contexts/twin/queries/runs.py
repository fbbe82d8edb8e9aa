"""Runs: what was asked, how far it is, what came out."""

from __future__ import annotations

from typing import Any

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.kit.tenant import ScopedQuerySet

from ..models import Run
from ..types import Kind, Question, RunInfo, RunStatus

MAX_LISTED = 200


def run_rows(scope: Scope, model_id: int | None = None) -> ScopedQuerySet[Run]:
    """Runs, newest first, without their figures."""
    rows = (
        Run.objects.of(scope)
        .select_related("revision__model")
        .defer("result", "revision__document", "revision__layout")
    )
    return rows.filter(revision__model=model_id) if model_id else rows


def run(scope: Scope, key: int) -> RunInfo:
    """One run, or NotFound ``twin.run_unknown``."""
    row = Run.objects.of(scope).select_related("revision__model").filter(pk=key).first()
    if row is None:
        raise NotFound("twin.run_unknown", "There is no such run that you may see.")
    return run_info(row)


def newest(scope: Scope, model_id: int, revision: int) -> dict[Question, RunInfo]:
    """The newest finished run of each question to a model's revision."""
    rows: Any = (
        Run.objects.of(scope)
        .select_related("revision__model")
        .filter(revision__model=model_id, revision__number=revision, status=RunStatus.DONE.value)
        .exclude(question=Question.ANIMATION.value)
        .order_by("question", "-id")
        .distinct("question")
    )
    return {Question(row.question): run_info(row) for row in rows}


def open_runs(scope: Scope, model_id: int) -> list[RunInfo]:
    """Runs of a model that wait or work."""
    rows = (
        Run.objects.of(scope)
        .select_related("revision__model")
        .filter(revision__model=model_id, ended_at=None)
    )
    return [run_info(row) for row in rows.order_by("id")[:MAX_LISTED]]


def run_info(row: Run) -> RunInfo:
    model = row.revision.model
    return RunInfo(
        id=row.pk,
        org=row.org,
        model_id=model.pk,
        model=model.name,
        kind=Kind(model.kind),
        revision=row.revision.number,
        newest=model.revision,
        question=Question(row.question),
        status=RunStatus(row.status),
        settings=row.settings,
        done=row.done,
        of=row.of,
        result=row.result,
        problem=row.problem,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
