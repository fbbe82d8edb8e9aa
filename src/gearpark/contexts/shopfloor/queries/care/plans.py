"""Maintenance plans: how far they are and when they are due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.engines.care import zone_of

from ...models.care import ConditionZone, MachineDay, MaintenanceOrder, MaintenancePlan
from ...types.care import OPEN_JOBS, PlanDue, Trigger

RATE_DAYS = 14  # days whose use tells when a counter will be full


def plan_rows(scope: Scope) -> QuerySet[MaintenancePlan]:
    return MaintenancePlan.objects.of(scope).select_related("line", "zone")


def plan_dues(
    scope: Scope,
    now: datetime,
    *,
    org: str = "",
    asset: str = "",
    rows: Iterable[MaintenancePlan] | None = None,
) -> list[PlanDue]:
    """Active plans with how far they are, the nearest first. Three SQL queries, whatever the number of plans."""
    if rows is None:
        found = plan_rows(scope).filter(active=True)
        found = found.filter(org=org) if org else found
        rows = found.filter(asset=asset) if asset else found
    plans = list(rows)
    rates = _rates(scope, plans, now)
    jobs = MaintenanceOrder.objects.of(scope).filter(
        plan__in=[plan.pk for plan in plans], status__in=[status.value for status in OPEN_JOBS]
    )
    standing = dict(jobs.values_list("plan_id", "number"))
    dues = [
        plan_due(plan, rates.get((plan.org, plan.asset), (0.0, 0.0)), standing.get(plan.pk), now)
        for plan in plans
    ]
    far = now + timedelta(days=36_500)
    return sorted(dues, key=lambda due: (due.due_at or far, -due.share, due.code))


def plan_due(plan: MaintenancePlan, rate: tuple[float, float], job: str | None, now: datetime) -> PlanDue:
    """One plan; ``rate`` are parts and run hours a day."""
    trigger = Trigger(plan.trigger)
    share, due_at, value, zone = 0.0, None, None, ""
    if trigger is Trigger.CONDITION:
        if plan.watch:
            value = float(plan.watch["value"])
            share = value / plan.limit if plan.limit else 0.0
            zone = zone_of(value, plan.zone.ab, plan.zone.bc, plan.zone.cd) if plan.zone else ""
    elif trigger is Trigger.TIME:
        every = timedelta(days=plan.every or 0)
        due_at = plan.counts_from + every
        share = (now - plan.counts_from) / every
    else:
        every_use = plan.every or 1.0
        share = plan.counted / every_use
        a_day = rate[0] if trigger is Trigger.COUNT else rate[1]
        left = every_use - plan.counted
        if left <= 0:
            due_at = now
        elif a_day > 0:
            due_at = now + timedelta(days=min(left / a_day, 36_500))
    return PlanDue(
        id=plan.pk, org=plan.org, code=plan.code, name_en=plan.name_en, name_zh=plan.name_zh, asset=plan.asset,
        line=plan.line.asset if plan.line else "", station=plan.station, trigger=trigger, every=plan.every,
        counted=plan.counted, share=share, warn_share=plan.warn_share, due_at=due_at, done_at=plan.done_at,
        limit=plan.limit, signal=plan.signal, value=value, zone=zone, job=job, minutes=plan.minutes,
    )  # fmt: skip


def plan(scope: Scope, key: int) -> MaintenancePlan:
    """One plan's row, or NotFound ``care.plan_unknown``."""
    row = plan_rows(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("care.plan_unknown", "There is no such maintenance plan that you may see.")
    return row


def _rates(
    scope: Scope, plans: Iterable[MaintenancePlan], now: datetime
) -> dict[tuple[str, str], tuple[float, float]]:
    """(organisation, asset) -> parts and run hours a day over the newest whole days."""
    assets = {plan.asset for plan in plans if plan.trigger in (Trigger.COUNT.value, Trigger.RUN_HOURS.value)}
    if not assets:
        return {}
    since = (now - timedelta(days=RATE_DAYS)).date()
    rows = MachineDay.objects.of(scope).filter(asset__in=assets, on__gte=since, on__lte=now.date())
    days: dict[tuple[str, str], list[MachineDay]] = defaultdict(list)
    for row in rows.order_by("on"):
        days[row.org, row.asset].append(row)
    found = {}
    for key, mine in days.items():
        whole = [row for row in mine if row.on < now.date()]
        if whole:
            span = float(max((now.date() - mine[0].on).days, 1))
        else:  # only today is known: take it as it is
            whole, span = (
                mine,
                max((now - now.replace(hour=0, minute=0, second=0)).total_seconds() / 86_400, 0.1),
            )
        found[key] = (sum(row.parts for row in whole) / span, sum(row.run_s for row in whole) / 3600 / span)
    return found


def zone_rows(scope: Scope) -> QuerySet[ConditionZone]:
    """Zone limits of the scope's organisations."""
    return ConditionZone.objects.of(scope).order_by("org", "group")
