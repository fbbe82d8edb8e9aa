"""What people (and a warehouse system) do with tasks: make, accept, pick, drop, give back, cancel, hand on."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models.moves import Carrier, Task
from ...models.work import MAX_ACTOR, MAX_NOTE
from ...queries.moves.places import place_row
from ...queries.moves.tasks import task_info
from ...types.moves import ENDED, Means, TaskInfo, TaskKind, TaskState
from ...types.work import WORK
from .orders import void_order
from .raising import ACTIVE_STATES, advance, back_to_new, locked_task, log, raise_task

MAX_DUE_S = 7 * 24 * 3600
STEPS = ("accept", "pick", "drop", "release", "fail")


def make_task(
    scope: Scope,
    *,
    source: int,
    target: int,
    now: datetime,
    carrier: str = "",
    means: Means = Means.AGV,
    due_s: int = 1800,
    priority: int = 50,
    key: str = "",
) -> TaskInfo:
    """A task by hand. ``key`` makes it once: the same key gives the same task.

    Problems: ``moves.two_places``, ``moves.carrier_unknown``, ``moves.carrier_busy``, ``moves.task_range``.
    """
    require(scope, WORK)
    if not 60 <= due_s <= MAX_DUE_S or not 0 <= priority <= 99:
        raise Problem("moves.task_range", "A task is due within 1 minute to 7 days; its priority is 0 to 99.")
    with acting(scope):
        start, end = place_row(scope, source), place_row(scope, target)
        if start.pk == end.pk or start.org != end.org:
            raise Problem("moves.two_places", "A task needs two different places of one firm.")
        trigger = f"manual:{key or f'{scope.actor}:{now.isoformat()}'}"[:120]
        known = Task.objects.of(scope).filter(org=start.org, trigger=trigger).first()
        if known is not None:
            return task_info(locked_task(scope, known.number))
        found = _carrier_at(scope, start.pk, carrier) if carrier else None
        made = raise_task(
            scope,
            start.org,
            kind=TaskKind.MANUAL,
            trigger=trigger,
            source=start,
            target=end,
            means=means,
            due_s=due_s,
            priority=priority,
            now=now,
            carrier=found,
            quantity=found.quantity if found else 0,
        )
        if made is None:
            raise Problem(
                "moves.carrier_busy",
                f"Another task is moving {carrier}; cancel it first.",
                status=409,
                task="",
                carrier=carrier,
            )
        record(
            scope,
            "moves.task_made",
            "task",
            made.number,
            None,
            {"from": start.code, "to": end.code},
            org=made.org,
        )
        return task_info(made)


def _carrier_at(scope: Scope, place: int, code: str) -> Carrier:
    row = Carrier.objects.of(scope).filter(code=code.strip(), place_id=place, active=True).first()
    if row is None:
        raise NotFound("moves.carrier_unknown", f"No carrier {code[:40]!r} stands at that place.")
    return row


def report_step(
    scope: Scope,
    number: str,
    step: str,
    now: datetime,
    *,
    carrier: str = "",
    place: str = "",
    note: str = "",
) -> TaskInfo:
    """A step of a task that a person or the warehouse carries out. Told twice it counts once.

    step     accept, pick, drop, release (give back), fail
    carrier  the code scanned while picking; ``place`` the one scanned while dropping
    Problems: ``moves.step_unknown``, ``moves.not_by_hand``, ``moves.task_ended``, ``moves.not_yours``,
    ``moves.wrong_carrier``, ``moves.wrong_place``, ``moves.fail_note``.
    """
    require(scope, WORK)
    if step not in STEPS:
        raise Problem("moves.step_unknown", f"{step[:20]!r} is none of {', '.join(STEPS)}.")
    with acting(scope):
        row = locked_task(scope, number)
        if row.means == Means.AGV:
            raise Problem(
                "moves.not_by_hand", f"A vehicle carries out {number}; hand it to people first.", status=409
            )
        if row.state in ENDED:
            if step == "drop" and row.state == TaskState.DONE:
                return task_info(row)
            raise Problem("moves.task_ended", f"Task {number} is {row.state}.", status=409, state=row.state)
        if row.person and row.person != scope.actor[:MAX_ACTOR] and step != "accept":
            raise Problem(
                "moves.not_yours", f"{row.person} has accepted {number}.", status=409, person=row.person
            )
        _do(scope, row, step, now, carrier.strip(), place.strip(), note.strip())
        return task_info(row)


def _do(scope: Scope, row: Task, step: str, now: datetime, carrier: str, place: str, note: str) -> None:
    if step == "accept":
        _accept(scope, row, now)
    elif step == "pick":
        row.person = row.person or scope.actor[:MAX_ACTOR]
        _match_carrier(scope, row, carrier)
        advance(scope, row, TaskState.PICKED, now)
    elif step == "drop":
        if place and place != row.target.code:
            raise Problem(
                "moves.wrong_place",
                f"This is {place}; {row.number} goes to {row.target.code}.",
                status=409,
                place=place,
                wanted=row.target.code,
            )
        row.person = row.person or scope.actor[:MAX_ACTOR]
        advance(scope, row, TaskState.DONE, now)
    elif step == "release":
        if row.state == TaskState.PICKED:
            raise Problem("moves.loaded", "The load is picked already; bring it to its place.", status=409)
        if row.state != TaskState.NEW:
            back_to_new(scope, row, now, note or "given back", carried_by=None)
    else:
        if not note:
            raise Problem("moves.fail_note", "Say what went wrong.")
        advance(scope, row, TaskState.FAILED, now, note=note)


def _accept(scope: Scope, row: Task, now: datetime) -> None:
    me = scope.actor[:MAX_ACTOR]
    if row.person and row.person != me:
        raise Problem(
            "moves.not_yours", f"{row.person} has accepted {row.number}.", status=409, person=row.person
        )
    if row.state == TaskState.NEW:
        row.person, row.tries = me, row.tries + 1
        advance(scope, row, TaskState.ACCEPTED, now)


def _match_carrier(scope: Scope, row: Task, code: str) -> None:
    """The scanned carrier is the task's, or becomes it when the task names none."""
    if row.carrier is not None:
        if code and code != row.carrier.code:
            raise Problem(
                "moves.wrong_carrier",
                f"This is {code}; {row.number} moves {row.carrier.code}.",
                status=409,
                carrier=code,
                wanted=row.carrier.code,
            )
    elif code:
        found = _carrier_at(scope, row.source_id, code)
        if Task.objects.of(scope).filter(carrier=found, state__in=ACTIVE_STATES).exists():
            raise Problem(
                "moves.carrier_busy",
                f"Another task is moving {code}; cancel it first.",
                status=409,
                task="",
                carrier=code,
            )
        row.carrier = found


def cancel_task(scope: Scope, number: str, why: str, now: datetime) -> TaskInfo:
    """Cancel a task whose load still stands where it stood; the vehicle is told to stop.

    Problems: ``moves.task_ended``, ``moves.loaded``, ``moves.cancel_why``.
    """
    require(scope, WORK)
    if not why.strip():
        raise Problem("moves.cancel_why", "Say why, in a few words; nothing was changed.")
    with acting(scope):
        row = locked_task(scope, number)
        _open(row)
        if row.state in (TaskState.PICKED, TaskState.DROPPED) or row.carried_by_id is not None:
            raise Problem(
                "moves.loaded",
                f"The load of {number} is on its way; hand it to people to bring it somewhere else.",
                status=409,
            )
        void_order(scope, row, now)
        advance(scope, row, TaskState.CANCELLED, now, note=why.strip())
        record(
            scope, "moves.task_cancelled", "task", number, None, {"why": why.strip()[:MAX_NOTE]}, org=row.org
        )
        return task_info(row)


def reassign_task(scope: Scope, number: str, means: Means, now: datetime) -> TaskInfo:
    """Take the task from whoever has it and give it to a (different) kind of carrier. The load must not be picked."""
    require(scope, WORK)
    with acting(scope):
        row = locked_task(scope, number)
        _open(row)
        if row.state in (TaskState.PICKED, TaskState.DROPPED) or row.carried_by_id is not None:
            raise Problem(
                "moves.loaded", f"The load of {number} is on its way; take it over instead.", status=409
            )
        void_order(scope, row, now)
        before = {
            "means": row.means,
            "vehicle": row.vehicle.name if row.vehicle else "",
            "person": row.person,
        }
        row.means, row.tries = means.value, 0
        back_to_new(scope, row, now, "", carried_by=None)
        record(scope, "moves.task_reassigned", "task", number, before, {"means": means.value}, org=row.org)
        return task_info(row)


def take_over(scope: Scope, number: str, now: datetime) -> TaskInfo:
    """A person takes the load off a vehicle that will not bring it (lost, broken) and carries it on."""
    require(scope, WORK)
    with acting(scope):
        row = locked_task(scope, number)
        _open(row)
        if row.means != Means.AGV:
            raise Problem("moves.not_a_vehicle", f"No vehicle has {number}.", status=409)
        void_order(scope, row, now)
        loaded = row.state == TaskState.PICKED or row.carried_by_id is not None
        before = {"vehicle": row.vehicle.name if row.vehicle else "", "state": row.state}
        row.means, row.person, row.vehicle, row.carried_by = (
            Means.PERSON.value,
            scope.actor[:MAX_ACTOR],
            None,
            None,
        )
        row.state = TaskState.PICKED.value if loaded else TaskState.ACCEPTED.value
        row.trouble, row.version = "", row.version + 1
        row.save()
        if loaded and row.carrier_id is not None:
            Carrier.objects.of(scope).filter(pk=row.carrier_id).update(vehicle=None, place=None)
        log(scope, row, row.state, now, "taken over by hand")
        record(scope, "moves.task_taken_over", "task", number, before, {"person": row.person}, org=row.org)
        return task_info(row)


def retry_task(scope: Scope, number: str, now: datetime) -> TaskInfo:
    """A failed or cancelled task once more, as a new task of the same load and places."""
    require(scope, WORK)
    with acting(scope):
        row = locked_task(scope, number)
        if row.state not in (TaskState.FAILED, TaskState.CANCELLED):
            raise Problem(
                "moves.not_failed",
                f"Task {number} is {row.state}; only a failed or cancelled one can be tried again.",
                status=409,
            )
        carrier = row.carrier if row.carrier is not None and row.carrier.place_id == row.source_id else None
        made = raise_task(
            scope,
            row.org,
            kind=TaskKind(row.kind),
            trigger=f"again:{row.number}",
            source=row.source,
            target=row.target,
            means=Means(row.means),
            due_s=max(60, int((row.due_at - row.made_at).total_seconds())),
            priority=row.priority,
            now=now,
            rule=row.rule,
            carrier=carrier,
            material=row.material,
            quantity=row.quantity,
        )
        if made is None:
            known = Task.objects.of(scope).filter(org=row.org, trigger=f"again:{row.number}").first()
            if known is None:
                raise Problem(
                    "moves.carrier_busy", "Another task moves that carrier.", status=409, task="", carrier=""
                )
            return task_info(locked_task(scope, known.number))
        record(scope, "moves.task_retried", "task", number, None, {"as": made.number}, org=row.org)
        return task_info(made)


def _open(row: Task) -> None:
    if row.state in ENDED:
        raise Problem("moves.task_ended", f"Task {row.number} is {row.state}.", status=409, state=row.state)
