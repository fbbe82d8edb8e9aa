"""Where a part stands, from its runs alone: the same runs in any order give the same answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ...types.work import RunResult, RunSource, SerialStatus


class Run(Protocol):
    """What is needed of a run; the table's row has it."""

    op: int
    begun_at: datetime
    ended_at: datetime | None
    result: str
    rework_to: int | None
    source: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A part on its route. ``next_op`` is None once it is finished or scrapped."""

    status: SerialStatus
    next_op: int | None
    loops: int
    done_at: datetime | None


def standing(ops: Sequence[int], runs: Iterable[Run]) -> Standing:
    """Walk the ended runs by time over the route ``ops`` (ascending).

    The last good operation decides what comes next, so a pass that no machine reported never stops a part for ever.
    Rework sends the part back. Scrap ends the route; only a signed disposition takes it back.
    """
    ended = [run for run in runs if run.ended_at is not None and run.result != RunResult.ABORTED]
    ended.sort(key=lambda run: (run.ended_at, run.begun_at, run.op))
    next_op: int | None = ops[0] if ops else None
    loops = 0
    scrapped = False
    done_at: datetime | None = None
    for run in ended:
        if scrapped and run.source != RunSource.DISPOSITION:
            continue
        if run.result == RunResult.SCRAP:
            scrapped, done_at = True, run.ended_at
            continue
        scrapped, done_at = False, None
        if run.result == RunResult.REWORK:
            loops += 1
            next_op = _at_or_after(ops, run.rework_to if run.rework_to is not None else run.op)
        else:
            next_op = _at_or_after(ops, run.op + 1)
            done_at = run.ended_at if next_op is None and ops else None
    if scrapped:
        return Standing(SerialStatus.SCRAP, None, loops, done_at)
    if done_at is not None:
        return Standing(SerialStatus.GOOD, None, loops, done_at)
    return Standing(SerialStatus.OPEN, next_op, loops, None)


def _at_or_after(ops: Sequence[int], op: int) -> int | None:
    return next((known for known in ops if known >= op), None)
