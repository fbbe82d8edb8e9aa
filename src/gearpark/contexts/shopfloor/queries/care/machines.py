"""The history of a machine: everything that happened to it, from the lake and from every list, as one line of time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet

from gearpark.base.ids import tag
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.contexts.registry.public import AssetNode
from gearpark.contexts.registry.public import asset as registry_asset
from gearpark.engines.calendars import total
from gearpark.engines.lines import asset_types
from gearpark.engines.oee import Failures, failures, mapping_table

from ...models.calls import Call
from ...models.care import GaugeCheck, MaintenanceOrder, Mounting, ToolLife
from ...types.care import OPEN_JOBS, HistoryEvent, MachineFigures, Trigger
from ...types.lines import LineInfo, StateSegment
from .. import setup, source
from ..figures import state_segments
from ..observed import SEVERITY_BITS, STATE_SIGNALS, alarms, rows
from .forecasts import planned_spans
from .heard import HOUR_US, read
from .plans import plan_dues

MAX_DAYS = 92
MAX_EVENTS = 2000
STOP_US = 5 * 60_000_000  # shorter stops are in the state band of the line, not in a machine's history
STOPPED = ("down", "setup")


@dataclass(frozen=True, slots=True)
class History:
    """One asset over a stretch: events (newest first), what it is, what plays its roles, its figures."""

    asset: AssetNode
    line: LineInfo | None
    station: str
    start: datetime
    end: datetime
    events: tuple[HistoryEvent, ...]
    mountings: tuple[Mounting, ...]
    figures: MachineFigures | None


def history(scope: Scope, asset: str, now: datetime, days: int) -> History:
    """Everything that happened to one asset in the last ``days``; NotFound ``registry.asset_unknown``."""
    node = registry_asset(scope, asset)
    span = max(1, min(days, MAX_DAYS))
    start = now - timedelta(days=span)
    line, station = _place(scope, node.org, asset)
    events: list[HistoryEvent] = []
    figures = None
    if line is not None and station:
        signals = _signals(line, asset, to_us(start), to_us(now))
        segments = state_segments(line, signals, to_us(start), to_us(now))
        events += [
            *_stops(segments, to_us(start)),
            *_alarms(signals, to_us(start), to_us(now)),
            *_programs(signals),
        ]
        events += [
            *_tools(scope, line, station, start),
            *_checks(scope, line, station, start),
            *_calls(scope, line, station, start),
        ]
        figures = _figures(line, segments, to_us(start), to_us(now))
    mountings = Mounting.objects.of(scope).filter(org=node.org, asset=asset).select_related("physical")
    events += [*_jobs(scope, node.org, asset, start), *_mounted(mountings, start)]
    events.sort(key=lambda event: (event.at, event.kind, event.text), reverse=True)
    return History(node, line, station, start, now, tuple(events[:MAX_EVENTS]), tuple(mountings), figures)


def _place(scope: Scope, org: str, asset: str) -> tuple[LineInfo | None, str]:
    for info in setup.lines(scope, [org]):
        for device in info.template.devices:
            if info.asset_of(device.code) == asset:
                return info, device.code
        if info.asset == asset:
            return info, ""
    return None, ""


def _signals(line: LineInfo, asset: str, start_us: int, end_us: int) -> dict[str, Any]:
    names = {tag(asset, signal): signal for signal in (*STATE_SIGNALS, "alarm_text", "program")}
    found = read(source.reader(), line.org, list(names), start_us - HOUR_US, end_us)
    return {names[name]: series for name, series in found.items() if len(series)}


def _figures(line: LineInfo, segments: list[StateSegment], start_us: int, end_us: int) -> MachineFigures:
    """Failures in planned time after the line's mapping: mean time between them, mean time to put them right."""
    planned = planned_spans(line, start_us, end_us)
    found: Failures = failures(segments, planned, (start_us, end_us), mapping_table(line.oee_mapping))
    running = sum(
        min(s.end_us, end_us) - max(s.start_us, start_us)
        for s in segments
        if s.state == "running" and s.end_us > start_us
    )
    known = sum(
        min(s.end_us, end_us) - max(s.start_us, start_us)
        for s in segments
        if s.state != "no_data" and s.end_us > start_us
    )
    up_us = total(planned) - found.restore_us
    return MachineFigures(
        events=found.events,
        restore_us=found.restore_us,
        running_us=running,
        known_us=known,
        planned_us=total(planned),
        mtbf_us=up_us / found.events if found.events else None,
        mtbf_iso_us=up_us / (found.events + 1),
        mttr_us=found.restore_us / found.events if found.events else None,
    )


def _stops(segments: list[StateSegment], start_us: int) -> Iterator[HistoryEvent]:
    for item in segments:
        if item.state in STOPPED and item.end_us - item.start_us >= STOP_US and item.end_us > start_us:
            begun = max(item.start_us, start_us)
            yield HistoryEvent("stop", from_us(begun), item.state, item.reason, until=from_us(item.end_us))


def _alarms(signals: dict[str, Any], start_us: int, end_us: int) -> Iterator[HistoryEvent]:
    for span in alarms(signals.get("alarm"), signals.get("alarm_text"), end_us):
        if span.start_us >= start_us:
            until = None if span.end_us is None else from_us(span.end_us)
            yield HistoryEvent("alarm", from_us(span.start_us), span.code, span.text, until=until)


def _programs(signals: dict[str, Any]) -> Iterator[HistoryEvent]:
    last = None
    for at, status, value in rows(signals["program"]) if "program" in signals else ():
        if status >> SEVERITY_BITS or not value or value == last:
            continue
        if last is not None:
            yield HistoryEvent("program", from_us(at), str(value), str(last))
        last = value


def _tools(scope: Scope, line: LineInfo, station: str, start: datetime) -> Iterator[HistoryEvent]:
    lives = ToolLife.objects.of(scope).filter(line_id=line.id, station=station, ended_at__gte=start)
    for life in lives.select_related("tool")[:MAX_EVENTS]:
        if life.ended_at is not None:
            yield HistoryEvent(
                "tool", life.ended_at, life.tool.serial, life.end, key=str(life.tool_id), value=life.used
            )


def _checks(scope: Scope, line: LineInfo, station: str, start: datetime) -> Iterator[HistoryEvent]:
    checks = GaugeCheck.objects.of(scope).filter(
        gauge__line_id=line.id, gauge__station=station, at__gte=start
    )
    for check in checks.select_related("gauge")[:MAX_EVENTS]:
        verdict = "good" if check.left_good else "bad"
        yield HistoryEvent(
            check.kind, check.at, check.gauge.code, verdict, key=str(check.gauge_id), value=check.as_found
        )


def _calls(scope: Scope, line: LineInfo, station: str, start: datetime) -> Iterator[HistoryEvent]:
    rows_ = Call.objects.of(scope).filter(line_id=line.id, station=station, raised_at__gte=start)
    for call in rows_.select_related("type")[:MAX_EVENTS]:
        yield HistoryEvent(
            "call", call.raised_at, call.type.code, call.text, key=str(call.pk), until=call.closed_at
        )


def _jobs(scope: Scope, org: str, asset: str, start: datetime) -> Iterator[HistoryEvent]:
    rows_ = MaintenanceOrder.objects.of(scope).filter(org=org, asset=asset)
    for job in rows_.filter(Q(opened_at__gte=start) | Q(ended_at__gte=start)).select_related("plan")[
        :MAX_EVENTS
    ]:
        at = job.started_at or job.opened_at
        words = " · ".join(word for word in (job.title, job.remedy) if word)
        yield HistoryEvent("job", max(at, start), job.number, words, key=job.number, until=job.ended_at)


def _mounted(mountings: QuerySet[Mounting], start: datetime) -> Iterator[HistoryEvent]:
    for item in mountings.filter(since_at__gte=start):
        yield HistoryEvent("swap", item.since_at, f"{item.module} {item.physical.serial}", item.reason)


def machine_table(scope: Scope, now: datetime, language: str) -> list[dict[str, Any]]:
    """Every device of every line: open orders, the plan that is due next, when it was last cared for. Five SQL queries."""
    jobs = MaintenanceOrder.objects.of(scope)
    standing = Counter(jobs.filter(status__in=[s.value for s in OPEN_JOBS]).values_list("org", "asset"))
    ended = jobs.filter(status="done").values("org", "asset").annotate(last=Max("ended_at"))
    last = {(row["org"], row["asset"]): row["last"] for row in ended}
    used: dict[tuple[str, str], float] = {}
    for due in plan_dues(scope, now):
        if due.trigger is not Trigger.CONDITION:
            used[due.org, due.asset] = max(used.get((due.org, due.asset), 0.0), due.share)
    kinds = asset_types()
    found = []
    for info in setup.lines(scope):
        for device in info.template.devices:
            key = (info.org, info.asset_of(device.code))
            kind = kinds.get(device.type)
            found.append(
                {
                    "asset": key[1], "line": info.asset, "line_name": info.name(language), "station": device.code,
                    "name": device.title_zh if language.startswith("zh") else device.title_en,
                    "type": (kind.title_zh if language.startswith("zh") else kind.title_en) if kind else device.type,
                    "jobs": standing.get(key, 0), "done_at": last.get(key), "used": used.get(key),
                }
            )  # fmt: skip
    return found
