"""The queue of a line: which order is made before which."""

from __future__ import annotations

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import WorkOrder
from ...queries.work.orders import QUEUE, in_queue
from ...queries.work.route import line_row
from ...types.lines import EDIT


def move_order(scope: Scope, order_id: int, place: int) -> list[int]:
    """Put an order at ``place`` (0 first) of its line's queue; returns the queue's order ids.

    An order that jumps over another priority takes that one's, so that the list always reads top down.
    """
    require(scope, EDIT)
    with acting(scope):
        found = WorkOrder.objects.of(scope).filter(pk=order_id).select_related("line").first()
        if found is None or found.status not in QUEUE:
            raise Problem(
                "work.not_in_queue", "Only a released, running or held order stands in the queue.", status=409
            )
        line_row(scope, found.line.asset)
        rows = list(
            WorkOrder.objects.of(scope)
            .filter(line=found.line, status__in=QUEUE)
            .select_for_update(of=("self",))
            .order_by("pk")
        )
        ranked = list(
            WorkOrder.objects.of(scope)
            .filter(pk__in=[row.pk for row in rows])
            .order_by(*in_queue())
            .values_list("pk", flat=True)
        )
        by_id = {row.pk: row for row in rows}
        before = ranked.index(order_id)
        ranked.remove(order_id)
        at = max(0, min(place, len(ranked)))
        ranked.insert(at, order_id)
        _take_priority(by_id, ranked, at)
        for number, key in enumerate(ranked, start=1):
            by_id[key].sequence = number
        WorkOrder.objects.of(scope).bulk_update(rows, ["sequence", "priority"])
        if at != before:
            record(
                scope,
                "work.order_moved",
                "order",
                found.number,
                {"place": before + 1},
                {"place": at + 1},
                org=found.org,
            )
        return ranked


def _take_priority(by_id: dict[int, WorkOrder], ranked: list[int], at: int) -> None:
    moved = by_id[ranked[at]]
    above = by_id[ranked[at - 1]].priority if at else 0
    below = by_id[ranked[at + 1]].priority if at + 1 < len(ranked) else moved.priority
    moved.priority = min(max(moved.priority, above), max(below, above))
