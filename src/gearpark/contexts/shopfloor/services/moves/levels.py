"""Rules that look at a level or a stock: asked again and again, and one task of a rule at a time."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db.models import Sum

from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ...models.moves import Carrier, CarrierItem, Rule, Stock, Task
from ...queries.moves.wip import levels
from ...queries.setup import line_info
from ...types.moves import Means, RuleKind, TaskKind, Watch
from .pieces import away
from .raising import ACTIVE_STATES, find_carrier, raise_task


def look(scope: Scope, now: datetime, *, machines: bool = True) -> int:
    """Raise what levels and stocks ask for. ``machines``: also look at what buffers say. Returns how many tasks."""
    watches = [Watch.STOCK.value] + ([Watch.LEVEL.value] if machines else [])
    with acting(scope):
        busy = set(
            Task.objects.of(scope)
            .filter(state__in=ACTIVE_STATES, kind__in=[TaskKind.SUPPLY.value, TaskKind.OUTPUT.value])
            .values_list("rule_id", flat=True)
        )
        rows = list(
            Rule.objects.of(scope)
            .select_for_update(of=("self",))
            .select_related("place__line__calendar", "store")
            .filter(active=True, watch__in=watches)
            .exclude(pk__in=[key for key in busy if key is not None])
            .order_by("pk")
        )
        heard = _levels(scope, [row for row in rows if row.watch == Watch.LEVEL], now)
        return sum(_raise(scope, row, heard, now) for row in rows)


def _levels(scope: Scope, rows: list[Rule], now: datetime) -> dict[int, float]:
    """Rule -> level of its buffer, for buffers of which something is known."""
    by_line: dict[int, list[Rule]] = defaultdict(list)
    for row in rows:
        if row.place.line is not None:
            by_line[row.place.line.pk].append(row)
    made: dict[int, float] = {}
    for found in by_line.values():
        line = found[0].place.line
        assert line is not None
        said = levels(scope, line_info(line), now)
        for row in found:
            level = said.get(row.place.device)
            if level is not None:
                made[row.pk] = level
    return made


def _raise(scope: Scope, rule: Rule, heard: dict[int, float], now: datetime) -> bool:
    if rule.kind == RuleKind.OUTPUT:
        level = heard.get(rule.pk)
        if level is None or rule.watch != Watch.LEVEL or level < max(rule.threshold, 1):
            return False
        away(scope, rule, _standing(scope, rule), round(level), now)
        return True
    here: float | None = heard.get(rule.pk) if rule.watch == Watch.LEVEL else stock_at(scope, rule)
    if here is None or here > rule.threshold:
        return False
    rule.raised += 1
    rule.save(update_fields=["raised"])
    made = raise_task(
        scope,
        rule.org,
        kind=TaskKind.SUPPLY,
        trigger=f"rule:{rule.pk}:{rule.raised}",
        source=rule.store,
        target=rule.place,
        means=Means(rule.means),
        due_s=rule.due_s,
        priority=rule.priority,
        now=now,
        rule=rule,
        material=rule.material,
        quantity=rule.quantity,
    )
    return made is not None


def _standing(scope: Scope, rule: Rule) -> Carrier | None:
    """The fullest carrier at the place that no task moves."""
    rows = (
        Carrier.objects.of(scope)
        .filter(place=rule.place, active=True)
        .exclude(tasks__state__in=ACTIVE_STATES)
    )
    held = [(CarrierItem.objects.of(scope).filter(carrier=row).count() + row.quantity, row) for row in rows]
    held = [pair for pair in held if pair[0]]
    return max(held, key=lambda pair: (pair[0], -pair[1].pk))[1] if held else None


def stock_at(scope: Scope, rule: Rule) -> int:
    """Parts of the rule's material at its place: in carriers and beside them."""
    carried = Carrier.objects.of(scope).filter(place=rule.place, active=True, material=rule.material)
    loose = Stock.objects.of(scope).filter(place=rule.place, material=rule.material)
    total = [rows.aggregate(total=Sum("quantity"))["total"] or 0 for rows in (carried, loose)]
    return int(sum(total))


def find_missing(scope: Scope, now: datetime) -> int:
    """Tasks that waited for a carrier: is there one now?"""
    with acting(scope):
        rows = list(
            Task.objects.of(scope)
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("source", "target", "rule")
            .filter(state="new", carrier=None)
            .exclude(kind__in=[TaskKind.MANUAL.value, TaskKind.OUTPUT.value])
            .order_by("pk")
        )
        return sum(find_carrier(scope, row, now) for row in rows)
