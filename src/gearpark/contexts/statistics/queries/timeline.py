"""Alarms laid out on a time line: pure, no reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gearpark.base.time import from_us, to_us
from gearpark.contexts.shopfloor.public import Alarm

from ..types import AlarmMark, HourTick, TimeLine

PERIOD = timedelta(hours=8)
MAX_MARKS = 200
MAX_LANES = 6
LABEL_ROOM = timedelta(minutes=30)  # an hour nearer to the right edge than this gets a line but no label
MIN_WIDTH_PERCENT = 0.35  # a short alarm stays visible


def lay_out(alarms: Sequence[Alarm], now: datetime, zone: ZoneInfo, period: timedelta = PERIOD) -> TimeLine:
    """Alarms that touch [now - period, now), the newest MAX_MARKS of them, in lanes without overlap.

    When more overlap than MAX_LANES allow, the last lane takes them.
    """
    start = now - period
    low, high = to_us(start), to_us(now)
    touching = [a for a in alarms if a.start_us < high and (a.end_us is None or a.end_us > low)]
    touching.sort(key=lambda a: (a.start_us, a.asset, a.code))
    shown = touching[-MAX_MARKS:]
    ends: list[float] = []
    marks = []
    for alarm in shown:
        x = min(max(0.0, (alarm.start_us - low) / (high - low) * 100), 100.0 - MIN_WIDTH_PERCENT)
        end = 100.0 if alarm.end_us is None else min(100.0, (alarm.end_us - low) / (high - low) * 100)
        width = max(MIN_WIDTH_PERCENT, end - x)
        lane = next((i for i, free in enumerate(ends) if free <= x), len(ends))
        lane = min(lane, MAX_LANES - 1)
        if lane == len(ends):
            ends.append(0.0)
        ends[lane] = max(ends[lane], x + width)
        marks.append(
            AlarmMark(
                asset=alarm.asset,
                line=alarm.line,
                unit=alarm.unit,
                code=alarm.code,
                text=alarm.text,
                start_at=from_us(alarm.start_us),
                end_at=None if alarm.end_us is None else from_us(alarm.end_us),
                x=round(x, 3),
                width=round(width, 3),
                lane=lane,
            )
        )
    return TimeLine(
        start, now, _ticks(start, now, zone), tuple(marks), max(1, len(ends)), len(touching) - len(shown)
    )


def _ticks(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[HourTick, ...]:
    """Full local hours inside the period."""
    at = start.astimezone(zone).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    ticks = []
    while at < end:
        label = at.strftime("%H:%M") if end - at > LABEL_ROOM else ""
        ticks.append(HourTick(label, round((at - start) / (end - start) * 100, 3)))
        at += timedelta(hours=1)
    return tuple(ticks)
