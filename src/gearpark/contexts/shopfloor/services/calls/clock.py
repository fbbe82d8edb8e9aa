"""The clock of calls: escalates what was not done in time, and raises calls for alarms that stand.

It runs on the server, whoever looks at it. That a step escalates once is a rule of the database, not of this process.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, ExpressionWrapper, F, Value

from gearpark.base.ids import tag
from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.kit.audit import record
from gearpark.kit.events import tell
from gearpark.kit.tenant import acting
from gearpark.lake.reader import Reader

from ...models.calls import Call, CallRule
from ...queries import setup
from ...queries.care.heard import HOUR_US, read
from ...queries.observed import AlarmSpan, alarms
from ...types.calls import STANDING, CallEscalated, CallSource, CallStatus, CallStep, CallWanted
from ...types.lines import LineInfo
from .flow import raise_call

SUPERVISOR, MANAGER = 1, 2
STEPS = (  # step, the moment that ends it, its limit, the statuses in which it is still waited for, level it goes to
    (CallStep.ACCEPT, "accept_s", (CallStatus.OPEN,), SUPERVISOR),
    (CallStep.ON_SITE, "on_site_s", (CallStatus.OPEN, CallStatus.ACCEPTED), SUPERVISOR),
    (CallStep.CONTAIN, "contain_s", (CallStatus.OPEN, CallStatus.ACCEPTED, CallStatus.ON_SITE), MANAGER),
)
MAX_A_PASS = 500
SECOND = timedelta(seconds=1)
LOOK_BACK_US = HOUR_US  # the alarm in force before is read too
ALARM_SIGNALS = ("alarm", "alarm_text")


def escalate(scope: Scope, now: datetime) -> list[CallEscalated]:
    """Escalate every step whose time is over; each step of a call once, however many processes run this."""
    told = []
    with acting(scope):
        for step, limit, waiting, level in STEPS:
            due = ExpressionWrapper(F("raised_at") + F(limit) * Value(SECOND), output_field=DateTimeField())
            late = Call.objects.of(scope).filter(status__in=[status.value for status in waiting])
            over = late.annotate(step_due_at=due).filter(step_due_at__lte=now)
            over = over.exclude(escalations__step=step.value).select_related("type", "line").order_by("pk")
            rows = over.select_for_update(of=("self",), skip_locked=True)[:MAX_A_PASS]
            told += [_escalated(scope, row, step, level, now) for row in rows if _once(row, step, level, now)]
    return told


def _once(row: Any, step: CallStep, level: int, now: datetime) -> bool:
    """Write the escalation down; False when somebody else did. The database decides, by its unique constraint."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shopfloor_call_escalation (org, call_id, step, level, due_at, at) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (call_id, step) DO NOTHING RETURNING id",
            [row.org, row.pk, step.value, level, row.step_due_at, now],
        )
        return cursor.fetchone() is not None


def _escalated(scope: Scope, row: Call, step: CallStep, level: int, now: datetime) -> CallEscalated:
    Call.objects.of(scope).filter(pk=row.pk, level__lt=level).update(level=level)
    after = {"step": step.value, "level": level}
    record(scope, "calls.escalated", "call", str(row.pk), {"level": row.level}, after, org=row.org, at=now)
    event = CallEscalated(row.org, row.pk, row.line.asset, row.type.code, step, level, now)
    tell(event)
    return event


def call_by_alarms(scope: Scope, lake: Reader, now: datetime) -> list[int]:
    """Raise a call for every alarm that a rule names and that stood for long enough; returns the calls' ids.

    An alarm gives one call, and a station has one standing call of a type from its alarms.
    """
    with acting(scope):
        rules = list(
            CallRule.objects.of(scope).filter(active=True, type__active=True).select_related("type", "line")
        )
        if not rules:
            return []
        found = []
        for info in setup.lines(scope, sorted({rule.org for rule in rules})):
            mine = [rule for rule in rules if rule.org == info.org and rule.line_id in (None, info.id)]
            for station, alarm in _standing_alarms(lake, info, now) if mine else ():
                found += _answered(scope, info, station, alarm, mine, now)
    return found


def _answered(
    scope: Scope, info: LineInfo, station: str, alarm: AlarmSpan, rules: Sequence[CallRule], now: datetime
) -> list[int]:
    since = from_us(alarm.start_us)
    found = []
    for rule in rules:
        fits = alarm.code.startswith(rule.alarm) and since >= rule.since_at
        if not fits or now - since < timedelta(seconds=rule.delay_s):
            continue
        key = f"alarm:{rule.type.code}:{info.asset_of(station)}:{alarm.code}:{alarm.start_us}"
        same = Call.objects.of(scope).filter(org=info.org)
        standing = same.filter(
            line_id=info.id, station=station, type=rule.type, source=CallSource.ALARM.value,
            status__in=[status.value for status in STANDING],
        )  # fmt: skip
        if same.filter(key=key).exists() or standing.exists():
            continue
        text = f"{alarm.code} {alarm.text}".strip()
        wanted = CallWanted(rule.type.code, info.asset, station, text, CallSource.ALARM, key)
        try:
            found.append(raise_call(scope, wanted, now))
        except Problem as problem:
            if problem.code != "calls.too_many":
                raise
    return found


def _standing_alarms(lake: Reader, info: LineInfo, now: datetime) -> list[tuple[str, AlarmSpan]]:
    """(station, alarm) of every alarm that stands on the line now."""
    now_us = to_us(now)
    codes = {device.code: info.asset_of(device.code) for device in info.template.devices}
    names = [tag(asset, signal) for asset in codes.values() for signal in ALARM_SIGNALS]
    series = read(lake, info.org, names, now_us - LOOK_BACK_US, now_us + 1)
    found = []
    for code, asset in codes.items():
        spans = alarms(series.get(tag(asset, "alarm")), series.get(tag(asset, "alarm_text")), now_us)
        found += [(code, span) for span in spans if span.end_us is None]
    return found
