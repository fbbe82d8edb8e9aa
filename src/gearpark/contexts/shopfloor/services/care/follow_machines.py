"""Follows what machines did: parts and running time by the day, uses of gauges, conditions; opens orders that are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Q, Sum

from gearpark.base.ids import tag
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.engines.care import Watch, exceedances
from gearpark.kit.tenant import acting
from gearpark.lake.reader import Reader
from gearpark.lake.series import Series

from ...models import Line
from ...models.care import Gauge, MachineDay, MaintenancePlan
from ...queries.care.days import day_figures, day_tags
from ...queries.care.heard import HOUR_US, fresh_from, read
from ...queries.care.plans import plan_dues
from ...types.care import GaugeState, JobKind, Trigger
from ...types.lines import LineInfo
from .follow_tools import mark_of
from .jobs import open_planned

WHAT = "machines"
DAY_US = 24 * HOUR_US
COUNTED = (Trigger.COUNT.value, Trigger.RUN_HOURS.value)


def follow_machines(scope: Scope, lake: Reader, info: LineInfo, now: datetime) -> int:
    """Bring days, counters and conditions of one line up to date; returns how many days were set."""
    now_us = to_us(now)
    with acting(scope):
        row = Line.objects.of(scope).get(pk=info.id)
        mark = mark_of(scope, row, WHAT)
        stations, conditions = _counted(scope, info), _watched(scope, info)
        names = [*day_tags(info, stations), *sorted({tag(plan.asset, plan.signal) for plan in conditions})]
        newest, start, days = mark.version, None, 0
        if names:
            newest, start = fresh_from(lake, info.org, names, mark.version, now_us)
        if start is not None:
            days = _days(scope, lake, info, stations, start - start % DAY_US, now_us)
            _conditions(scope, lake, info, conditions, start, now_us)
        if newest != mark.version:
            mark.version = newest
            mark.save(update_fields=["version"])
        _counters(scope, info)
        return days


def _counted(scope: Scope, info: LineInfo) -> list[str]:
    """Stations whose parts or running time a plan or a gauge counts."""
    plans = MaintenancePlan.objects.of(scope).filter(line_id=info.id, trigger__in=COUNTED, active=True)
    gauges = Gauge.objects.of(scope).filter(line_id=info.id, gauge_class__every_uses__isnull=False)
    found = {*plans.values_list("station", flat=True), *gauges.values_list("station", flat=True)}
    return sorted(found - {""})


def _watched(scope: Scope, info: LineInfo) -> list[MaintenancePlan]:
    rows = MaintenancePlan.objects.of(scope).filter(
        line_id=info.id, trigger=Trigger.CONDITION.value, active=True
    )
    return list(rows.select_related("line"))


def _days(
    scope: Scope, lake: Reader, info: LineInfo, stations: Sequence[str], start_us: int, now_us: int
) -> int:
    """Set parts and running time of every day from ``start_us`` on, for the stations somebody counts."""
    found = day_figures(lake, info, stations, start_us, now_us)
    MachineDay.objects.of(scope).bulk_create(
        [MachineDay(org=info.org, asset=asset, on=on, parts=parts, run_s=run_s)
         for (asset, on), (parts, run_s) in sorted(found.items())],
        update_conflicts=True,
        unique_fields=["org", "asset", "on"],
        update_fields=["parts", "run_s"],
    )  # fmt: skip
    return len(found)


def _counters(scope: Scope, info: LineInfo) -> None:
    """What plans and gauges have counted since they began to count."""
    for plan in MaintenancePlan.objects.of(scope).filter(line_id=info.id, trigger__in=COUNTED, active=True):
        parts, run_s = _sum(scope, info.org, plan.asset, plan.counts_from.date())
        made = parts if plan.trigger == Trigger.COUNT.value else run_s / 3600
        counted = max(made - plan.offset, 0.0)
        if counted != plan.counted:
            MaintenancePlan.objects.of(scope).filter(pk=plan.pk, counts_from=plan.counts_from).update(
                counted=counted
            )
    gauges = Gauge.objects.of(scope).filter(line_id=info.id, gauge_class__every_uses__isnull=False)
    for gauge in gauges.exclude(Q(station="") | Q(state=GaugeState.SCRAPPED.value) | Q(counts_from=None)):
        assert gauge.counts_from is not None  # left out above
        parts, _run_s = _sum(scope, info.org, info.asset_of(gauge.station), gauge.counts_from.date())
        uses = gauge.base + max(parts - gauge.offset, 0)
        if uses != gauge.uses:
            Gauge.objects.of(scope).filter(pk=gauge.pk, counts_from=gauge.counts_from).update(uses=uses)


def _sum(scope: Scope, org: str, asset: str, since: date) -> tuple[int, float]:
    found = MachineDay.objects.of(scope).filter(org=org, asset=asset, on__gte=since)
    made = found.aggregate(parts=Sum("parts"), run_s=Sum("run_s"))
    return int(made["parts"] or 0), float(made["run_s"] or 0.0)


def _conditions(
    scope: Scope, lake: Reader, info: LineInfo, plans: Sequence[MaintenancePlan], start_us: int, now_us: int
) -> None:
    """Open an order for every limit that was passed for long enough since the plan was last done."""
    series = read(lake, info.org, sorted({tag(p.asset, p.signal) for p in plans}), start_us, now_us)
    for plan in plans:
        _condition(scope, plan, _watch(plan, start_us), series, now_us)


def _watch(plan: MaintenancePlan, start_us: int) -> Watch:
    """Where the watch stands. Rows older than what it has seen send it back, but a stretch begun before them stands."""
    kept = Watch(**plan.watch) if plan.watch else Watch(seen_us=start_us - 1)
    if start_us > kept.seen_us:
        return kept
    if kept.above_us is not None and kept.above_us < start_us:
        return replace(kept, seen_us=start_us - 1)
    return Watch(seen_us=start_us - 1, value=kept.value)


def _condition(
    scope: Scope, plan: MaintenancePlan, watch: Watch, series: Mapping[str, Series], now_us: int
) -> None:
    heard = series.get(tag(plan.asset, plan.signal))
    if heard is None or plan.limit is None or plan.release is None:
        return
    found, after = exceedances(
        heard.at_us.tolist(), heard.num.tolist(), heard.status.tolist(), watch,
        limit=plan.limit, release=plan.release, hold_us=plan.hold_s * 1_000_000, until_us=now_us,
    )  # fmt: skip
    for one in found:
        if one.start_us > to_us(plan.counts_from):
            text = f"{plan.signal} {one.value:g} >= {plan.limit:g}"
            key = f"condition:{plan.pk}:{one.start_us}"
            at = from_us(one.at_us)
            open_planned(scope, plan, at, at, kind=JobKind.CONDITION, text=text, source_key=key)
    plan.watch = {
        "above_us": after.above_us,
        "told": after.told,
        "seen_us": after.seen_us,
        "value": after.value,
    }
    plan.save(update_fields=["watch"])


def open_due_jobs(scope: Scope, now: datetime, org: str = "") -> list[str]:
    """Open the order of every plan that is due soon or due; a plan has one at a time. Returns the numbers."""
    with acting(scope):
        found = []
        for due in plan_dues(scope, now, org=org):
            if due.warned and due.job is None and due.trigger is not Trigger.CONDITION:
                plan = MaintenancePlan.objects.of(scope).select_related("line").get(pk=due.id)
                at = max(due.due_at, now) if due.due_at is not None else now
                found.append(open_planned(scope, plan, now, at, kind=JobKind.PREVENTIVE))
        return found
