"""Runs: asked on a page, worked on by a job, cancelled, given up when nothing is heard of them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.contexts.shopfloor.public import MAX_SPELL_DAYS
from gearpark.engines.linesim.history import History
from gearpark.engines.linesim.model import Document, build_line
from gearpark.kit.audit import record
from gearpark.kit.http import unforeseen
from gearpark.kit.jobs import defer
from gearpark.kit.tenant import acting, require

from ..models import MAX_ACTOR, LineModel, Run
from ..queries.history import line_history
from ..queries.models import document_of, info_of, model_row, revision_row, study_models
from ..queries.runs import run, run_info
from ..types import EDIT, OPEN, Asked, Kind, ModelInfo, Question, RunInfo, RunStatus
from .answers import MAX_COMPARED, MAX_REPLICATIONS, MAX_TRACE_H, answer
from .models import save_model

TASK = "twin.run"
MAX_OPEN = 20  # runs of a firm that wait or work
KEPT = 200  # runs of a model; older ones go
TOLD_EVERY_S = 0.4
SILENT = timedelta(minutes=15)  # after which a run is given up
MAX_SEED = 2**31 - 1
MIN_DAYS = 0.1


class Cancelled(Exception):
    """Somebody wants no answer any more."""


def ask(scope: Scope, key: int, asked: Asked) -> RunInfo:
    """Ask a model's newest revision something; a job gives the answer.

    Problems: ``twin.question_unfit``, ``twin.too_many_runs``, ``twin.value_out_of_range``, ``twin.model_unknown``.
    """
    require(scope, EDIT)
    with acting(scope):
        row = model_row(scope, key)
        if (row.kind == Kind.STUDY.value) != (asked.question is Question.STUDY):
            raise Problem(
                "twin.question_unfit",
                "A study is asked as a study; a line model is run, compared and improved.",
            )
        settings = _settings(scope, asked)
        if Run.objects.of(scope).filter(org=row.org, ended_at=None).count() >= MAX_OPEN:
            raise Problem(
                "twin.too_many_runs",
                f"{MAX_OPEN} runs wait already; wait for some, or cancel them.",
                status=409,
                most=MAX_OPEN,
            )
        made = Run(
            org=row.org, revision=revision_row(scope, row), question=asked.question.value, settings=settings,
            asked_by=scope.actor[:MAX_ACTOR], asked_at=now_utc(),
        )  # fmt: skip
        made.save(force_insert=True)
        old = (
            Run.objects.of(scope)
            .filter(revision__model=row)
            .exclude(ended_at=None)
            .order_by("-id")
            .values_list("id", flat=True)
        )
        Run.objects.of(scope).filter(pk__in=list(old[KEPT : KEPT * 2])).delete()
        record(
            scope,
            "twin.run_asked",
            "twin.run",
            str(made.pk),
            None,
            {"model": row.code, "question": asked.question.value, **settings},
            org=row.org,
        )
        defer(TASK, run_id=made.pk)
        return run_info(made)


def _settings(scope: Scope, asked: Asked) -> dict[str, Any]:
    most = {
        "replications": (asked.replications or 1, 1, MAX_REPLICATIONS),
        "seed": (asked.seed, 0, MAX_SEED),
        "hours": (asked.hours, 0.01, MAX_TRACE_H),
        "days": (asked.days, MIN_DAYS, MAX_SPELL_DAYS),
    }
    for name, (value, low, high) in most.items():
        if not low <= value <= high:
            raise Problem(
                "twin.value_out_of_range",
                f"{name} goes from {low:,} to {high:,}.",
                name=name,
                low=low,
                high=high,
            )
    made: dict[str, Any] = {"seed": asked.seed}
    if asked.replications:
        made["replications"] = asked.replications
    if asked.question is Question.COMPARE:
        if len(asked.scenarios) + len(asked.others) > MAX_COMPARED:
            raise Problem(
                "twin.too_many_compared",
                f"At most {MAX_COMPARED} are compared at once; choose some.",
                most=MAX_COMPARED,
            )
        others = LineModel.objects.of(scope).filter(pk__in=asked.others, kind=Kind.LINE.value)
        if others.count() != len(set(asked.others)):
            raise NotFound("twin.model_unknown", "There is no such model that you may see.")
        made |= {"scenarios": list(asked.scenarios), "others": list(asked.others)}
    if asked.question is Question.ANIMATION:
        made["hours"] = asked.hours
    if asked.question is Question.CALIBRATE:
        made |= {"days": asked.days, "until": (asked.until or now_utc()).isoformat(timespec="seconds")}
    return made


def cancel(scope: Scope, key: int) -> None:
    """Stop a run. One that waits ends now, one that works ends at its next step. An ended one stays as it is."""
    require(scope, EDIT)
    with acting(scope):
        row = Run.objects.of(scope).select_for_update(of=("self",)).filter(pk=key).first()
        if row is None:
            raise NotFound("twin.run_unknown", "There is no such run that you may see.")
        if row.status not in OPEN:
            return
        row.stop = True
        if row.status == RunStatus.WAITING:
            row.status, row.ended_at = RunStatus.CANCELLED.value, now_utc()
        row.save(update_fields=["stop", "status", "ended_at"])
        record(scope, "twin.run_cancelled", "twin.run", str(row.pk), None, None, org=row.org)


def perform(scope: Scope, key: int) -> RunStatus | None:
    """Work on a run that waits, and keep its answer or what went wrong. None when there is nothing to do."""
    with acting(scope):
        row = (
            Run.objects.of(scope)
            .select_for_update(of=("self",))
            .filter(pk=key, status=RunStatus.WAITING.value)
            .first()
        )
        if row is None:
            return None
        row.status, row.started_at, row.heard_at = RunStatus.RUNNING.value, now_utc(), now_utc()
        row.save(update_fields=["status", "started_at", "heard_at"])
    try:
        with acting(scope):
            documents = _documents(scope, key)
            settings = dict(row.settings)
            if row.question == Question.CALIBRATE:
                settings["history"] = _history(scope, row, documents[0])
        result = answer(Question(row.question), documents, settings, _Progress(scope, key))
    except Cancelled:
        return _end(scope, key, RunStatus.CANCELLED, {}, {})
    except Problem as problem:
        return _end(scope, key, RunStatus.FAILED, {}, told(problem))
    except Exception as error:  # a run's fault is told with the run; the worker goes on
        return _end(scope, key, RunStatus.FAILED, {}, told(unforeseen(error, TASK)))
    return _end(scope, key, RunStatus.DONE, result, {})


def told(problem: Problem) -> dict[str, Any]:
    """A problem as it is kept."""
    return {"code": problem.code, "sentence": problem.sentence, "details": problem.details}


def _documents(scope: Scope, key: int) -> Sequence[Document]:
    """Files a run needs: its own revision as it was, others as they are."""
    row = Run.objects.of(scope).select_related("revision__model").get(pk=key)
    own = document_of(info_of(row.revision.model, row.revision))
    if row.question == Question.STUDY:
        return [own, *(document_of(info) for info in study_models(scope, own, row.org))]
    others = []
    for other in row.settings.get("others", ()):
        found = model_row(scope, other)
        others.append(document_of(info_of(found, revision_row(scope, found))))
    return [own, *others]


def _history(scope: Scope, row: Run, document: Document) -> History:
    """What the line did in the days before the question."""
    asset = row.revision.model.line
    if not asset:
        raise Problem(
            "twin.no_line",
            "The model stands for no line of the shop floor, so nothing is known to calibrate it from: make one from a line, or calibrate a file on the command line.",
        )
    until = datetime.fromisoformat(row.settings["until"])
    return line_history(scope, asset, build_line(document), until, row.settings["days"])


class _Progress:
    """Writes how far a run is, and hears when it is to be cancelled."""

    def __init__(self, scope: Scope, key: int) -> None:
        self.scope, self.key, self.last = scope, key, time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        if time.monotonic() - self.last < TOLD_EVERY_S:
            return
        self.last = time.monotonic()
        with acting(self.scope):
            rows = Run.objects.of(self.scope).filter(pk=self.key)
            rows.update(done=min(done, of), of=max(1, of), heard_at=now_utc())
            if not rows.filter(stop=False).exists():
                raise Cancelled


def _end(
    scope: Scope, key: int, status: RunStatus, result: dict[str, Any], problem: dict[str, Any]
) -> RunStatus:
    with acting(scope):
        row = (
            Run.objects.of(scope)
            .select_for_update(of=("self",))
            .filter(pk=key, status=RunStatus.RUNNING.value)
            .first()
        )
        if row is None:  # given up meanwhile
            return status
        row.status, row.result, row.problem, row.ended_at = status.value, result, problem, now_utc()
        if status is RunStatus.DONE:
            row.done = row.of
            row.per_h, row.per_h_half = result.get("throughput_per_h"), result.get("throughput_ci_half")
        row.save()
    return status


def keep_calibrated(scope: Scope, key: int) -> ModelInfo:
    """Keep the calibrated file of a finished calibration as its model's newest revision.

    Problems ``twin.run_unknown``, ``twin.not_calibrated``; ``kit.conflict`` when the model was changed since.
    """
    require(scope, EDIT)
    with acting(scope):
        info = run(scope, key)
        text = info.result.get("text")
        if info.question is not Question.CALIBRATE or not text:
            raise Problem("twin.not_calibrated", "This run holds no calibrated model.", status=409)
        note = f"calibrated {info.result['begin']}, {info.result['days']:g} d"
        return save_model(scope, info.model_id, text, base=info.revision, note=note)


def give_up_silent(scope: Scope, now: datetime) -> int:
    """End runs whose work was lost with its process; returns how many."""
    with acting(scope):
        rows = Run.objects.of(scope).filter(status=RunStatus.RUNNING.value, heard_at__lt=now - SILENT)
        lost = Problem(
            "twin.run_lost",
            "The work on this run was lost, most likely by a restart. Ask again; nothing else was touched.",
        )
        return rows.update(
            status=RunStatus.FAILED.value,
            ended_at=now,
            problem=told(lost),
        )
