"""Changes of set-points: drafted, tried on the twin by a job, approved by a second person, applied, taken back."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.engines.electrolysis.parameters import cell_parameters, control_parameters
from gearpark.engines.electrolysis.sim.scenarios import SCENARIOS
from gearpark.engines.electrolysis.sim.whatif import changed, whatif
from gearpark.kit import events
from gearpark.kit.audit import record
from gearpark.kit.http import unforeseen
from gearpark.kit.jobs import defer
from gearpark.kit.tenant import acting, require

from ..models import MAX_ACTOR, MAX_NAME, MAX_NOTE, Campaign, Potline
from ..queries.campaigns import campaign_info
from ..types import CONTROL, CampaignInfo, CampaignState, SetPointsOrdered
from .lines import line_row

TASK = "potline.whatif"
CELLS, HOURS, SEED = 48, 48, 1  # of the twin: some seconds of work
TOLD_EVERY_S = 0.4
MAX_OPEN = 10  # of a line that wait or are tried
WORKERS = max(1, os.cpu_count() or 1)


def draft(scope: Scope, code: str, name: str, changes: Mapping[str, float]) -> CampaignInfo:
    """Keep a wanted change and have it tried on the twin.

    Problems ``electrolysis.set_point``, ``electrolysis.parameter``, ``potline.line_unknown``, ``potline.too_many``.
    """
    require(scope, CONTROL)
    changed(control_parameters(), changes)
    with acting(scope):
        line = line_row(scope, code)
        open_states = (CampaignState.WAITING.value, CampaignState.TRYING.value)
        if Campaign.objects.of(scope).filter(line=line, state__in=open_states).count() >= MAX_OPEN:
            raise Problem(
                "potline.too_many",
                f"{MAX_OPEN} changes of this line wait already for their what-if.",
                status=409,
                most=MAX_OPEN,
            )
        row = Campaign(
            org=line.org, line=line, name=(name.strip() or ", ".join(changes))[:MAX_NAME], changes=dict(changes),
            made_by=scope.actor[:MAX_ACTOR], made_at=now_utc(),
        )  # fmt: skip
        row.save(force_insert=True)
        record(
            scope, "potline.campaign_made", "potline.campaign", str(row.pk), None, dict(changes), org=row.org
        )
        defer(TASK, campaign_id=row.pk)
        return campaign_info(row)


def perform(scope: Scope, key: int) -> CampaignState | None:
    """Try a waiting change on the twin and keep what came out. None when there is nothing to do."""
    with acting(scope):
        row = (
            Campaign.objects.of(scope)
            .select_for_update(of=("self",))
            .filter(pk=key, state=CampaignState.WAITING.value)
            .first()
        )
        if row is None:
            return None
        row.state = CampaignState.TRYING.value
        row.save(update_fields=["state"])
        in_force = dict(Potline.objects.of(scope).get(pk=row.line_id).set_points)
    try:
        q = control_parameters().with_values(in_force)
        found = whatif(
            cell_parameters(), q, row.changes, SCENARIOS["mixed"], cells=CELLS, hours=HOURS, seed=SEED, workers=WORKERS,
            progress=_Progress(scope, key),
        )  # fmt: skip
    except Problem as problem:
        return _end(scope, key, CampaignState.FAILED, [], problem)
    except Exception as error:  # a fault is told with the change; the worker goes on
        return _end(scope, key, CampaignState.FAILED, [], unforeseen(error, TASK))
    return _end(scope, key, CampaignState.TRIED, [asdict(one) for one in found], None)


class _Progress:
    """Writes how far the what-if is."""

    def __init__(self, scope: Scope, key: int) -> None:
        self.scope, self.key, self.last = scope, key, time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        if time.monotonic() - self.last < TOLD_EVERY_S:
            return
        self.last = time.monotonic()
        with acting(self.scope):
            Campaign.objects.of(self.scope).filter(pk=self.key).update(done=done, of=of)


def _end(
    scope: Scope, key: int, state: CampaignState, result: list[dict[str, object]], problem: Problem | None
) -> CampaignState:
    told = (
        {}
        if problem is None
        else {"code": problem.code, "sentence": problem.sentence, "details": problem.details}
    )
    with acting(scope):
        Campaign.objects.of(scope).filter(pk=key, state=CampaignState.TRYING.value).update(
            state=state.value, result=result, problem=told
        )
    return state


def approve(scope: Scope, key: int) -> CampaignInfo:
    """Say yes to a tried change; not by who made it. Problems ``potline.same_person``, ``potline.not_so_far``."""
    with _taken(scope, key, CampaignState.TRIED) as row:
        if row.made_by == scope.actor[:MAX_ACTOR]:
            raise Problem("potline.same_person", "A second person has to approve what you made.", status=409)
        row.approved_by, row.state = scope.actor[:MAX_ACTOR], CampaignState.APPROVED.value
        return _kept(scope, row, "potline.campaign_approved")


def apply(scope: Scope, key: int) -> CampaignInfo:
    """Give an approved change to the controller. Tells ``SetPointsOrdered``; with a refusal nothing is kept.

    Problems ``potline.not_so_far``, ``potline.applied_already``, and those of the controller (``potline.not_running``).
    """
    with _taken(scope, key, CampaignState.APPROVED) as row:
        line = Potline.objects.of(scope).select_for_update().get(pk=row.line_id)
        applied = Campaign.objects.of(scope).filter(line=line, state=CampaignState.APPLIED.value).first()
        if applied is not None:
            raise Problem(
                "potline.applied_already",
                f"{applied.name!r} is in force: end or take it back first.",
                status=409,
                name=applied.name,
            )
        row.before, row.applied_by, row.applied_at = dict(line.set_points), scope.actor[:MAX_ACTOR], now_utc()
        row.state = CampaignState.APPLIED.value
        line.set_points = {**line.set_points, **row.changes}
        return _ordered(scope, line, row, "potline.campaign_applied", row.name)


def take_back(scope: Scope, key: int, note: str = "") -> CampaignInfo:
    """Order the set-points that were in force before. Problems as of ``apply``."""
    with _taken(scope, key, CampaignState.APPLIED) as row:
        line = Potline.objects.of(scope).select_for_update().get(pk=row.line_id)
        line.set_points = dict(row.before)
        row.ended_by, row.ended_at, row.note = scope.actor[:MAX_ACTOR], now_utc(), note.strip()[:MAX_NOTE]
        row.state = CampaignState.TAKEN_BACK.value
        return _ordered(
            scope, line, row, "potline.campaign_taken_back", note.strip() or f"{row.name}: taken back"
        )


def end(scope: Scope, key: int, note: str = "") -> CampaignInfo:
    """End a change: one that is not in force is dropped, one in force is kept for good and makes room for the next."""
    open_states = (CampaignState.TRIED, CampaignState.APPROVED, CampaignState.FAILED, CampaignState.APPLIED)
    with _taken(scope, key, *open_states) as row:
        row.ended_by, row.ended_at, row.note = scope.actor[:MAX_ACTOR], now_utc(), note.strip()[:MAX_NOTE]
        in_force = row.state == CampaignState.APPLIED
        row.state = CampaignState.KEPT.value if in_force else CampaignState.DROPPED.value
        return _kept(scope, row, "potline.campaign_ended")


@contextmanager
def _taken(scope: Scope, key: int, *states: CampaignState) -> Iterator[Campaign]:
    """The row, locked, when it is in one of the states."""
    require(scope, CONTROL)
    with acting(scope):
        row = Campaign.objects.of(scope).select_for_update(of=("self",)).filter(pk=key).first()
        if row is None:
            raise NotFound(
                "potline.campaign_unknown", "There is no such change of set-points that you may see."
            )
        if row.state not in states:
            raise Problem(
                "potline.not_so_far",
                f"The change is {row.state}; that is possible when it is {' or '.join(states)}.",
                status=409,
                state=row.state,
            )
        yield row


def _ordered(scope: Scope, line: Potline, row: Campaign, action: str, why: str) -> CampaignInfo:
    line.save(update_fields=["set_points", "changed_at"])
    kept = _kept(scope, row, action)
    events.tell(SetPointsOrdered(line.org, line.code, dict(line.set_points), scope.actor, why[:200]))
    return kept


def _kept(scope: Scope, row: Campaign, action: str) -> CampaignInfo:
    row.save()
    record(
        scope,
        action,
        "potline.campaign",
        str(row.pk),
        None,
        {"state": row.state, "changes": row.changes},
        org=row.org,
    )
    return campaign_info(row)
