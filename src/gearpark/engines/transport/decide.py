"""What to do now, from the facts as they stand."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .types import (
    Assign,
    Decision,
    GiveUp,
    Job,
    JobState,
    Limits,
    MarkLost,
    Park,
    Point,
    TakeBack,
    Truck,
)

OVERDUE_WINDOW_S = 60.0  # jobs whose deadlines differ by less are equally urgent: the shorter way decides


def decide(jobs: Sequence[Job], trucks: Sequence[Truck], limits: Limits | None = None) -> list[Decision]:
    """Decisions in the order they are to be done. The same facts give the same decisions.

    A job whose load is on a vehicle is never given to another one: the load would not be there.
    """
    rules = limits or Limits()
    trucks = sorted(trucks, key=lambda one: one.id)
    made: list[Decision] = [
        MarkLost(truck.id) for truck in trucks if not truck.lost and truck.silent_s > rules.lost_after_s
    ]
    gone = {truck.id for truck in trucks if truck.silent_s > rules.lost_after_s}
    waiting: list[Job] = []
    for job in sorted(jobs, key=lambda one: one.id):
        if job.state is JobState.NEW:
            waiting.append(job)
            continue
        why = _taken_back(job, gone, rules)
        if why and job.truck is not None:
            made.append(TakeBack(job.id, job.truck, why))
    kept: list[Job] = []
    for job in waiting:
        if job.tries >= rules.most_tries:
            made.append(GiveUp(job.id, "tries"))
        else:
            kept.append(job)
    busy = {job.truck for job in jobs if job.truck is not None and job.state is not JobState.NEW}
    return made + _assigned(kept, [t for t in trucks if t.id not in busy and t.id not in gone], rules)


def _taken_back(job: Job, gone: set[int], rules: Limits) -> str:
    """Why the job's order is void, or ""."""
    if job.refused:
        return "refused"
    if job.state is JobState.PICKED:
        return ""  # the load is on that vehicle: wait for it, or let a person take over
    if job.truck in gone:
        return "lost"
    if job.unanswered_s is not None and job.unanswered_s > rules.unanswered_after_s:
        return "unanswered"
    return ""


def _assigned(waiting: list[Job], trucks: list[Truck], rules: Limits) -> list[Decision]:
    """Most urgent job first; of the vehicles that may take it, the nearest."""
    made: list[Decision] = []
    free = {truck.id: truck for truck in trucks if truck.ready and truck.at is not None}
    for job in sorted(waiting, key=lambda one: _urgency(one)):
        if job.carried_by is not None:
            carrier = free.pop(job.carried_by, None)
            if carrier is not None:
                made.append(Assign(job.id, carrier.id, deliver_only=True))
            continue
        fit = [truck for truck in free.values() if truck.battery >= rules.least_battery]
        carrying = {one.carried_by for one in waiting}
        fit = [truck for truck in fit if truck.id not in carrying]
        if not fit:
            continue
        best = min(fit, key=lambda truck: (_distance(truck.at, job.source), -truck.battery, truck.id))
        del free[best.id]
        made.append(Assign(job.id, best.id))
    made += [
        Park(truck.id)
        for truck in sorted(free.values(), key=lambda one: one.id)
        if truck.home is not None and not truck.at_home and truck.idle_s > rules.park_after_s
    ]
    return made


def _urgency(job: Job) -> tuple[int, int, float, int]:
    carried = 0 if job.carried_by is not None else 1  # a load on a vehicle blocks that vehicle: first
    return carried, -job.priority, math.floor(job.due_in_s / OVERDUE_WINDOW_S), job.id


def _distance(a: Point | None, b: Point) -> float:
    return math.inf if a is None else abs(a.x - b.x) + abs(a.y - b.y)
