"""Pictures of care as coordinates; templates turn them into SVG. Widths are drawing units of the view box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from gearpark.base.time import from_us, to_us
from gearpark.engines.care import Survival

from ...types.care import DueItem, HistoryEvent, ToolDue
from .words import DUE_KINDS, EVENTS, away, clock, day_and_time, language

WIDTH = 1000
LEFT = 132  # of the plot: lane names stand before it
PAST_WIDTH = 110  # overdue things are piled up here
MARK = 15
ROW = 17
MAX_PILE = 9
HISTORY_LANES = ("job", "swap", "tool", "program", "calibration", "call", "alarm", "stop")


def due_picture(
    items: Sequence[DueItem], now: datetime, days: int, url: Callable[[DueItem], str]
) -> dict[str, Any]:
    """What is due in the next days: a lane for each kind, overdue things piled up left of today."""
    zone = timezone.get_current_timezone()
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    begin = LEFT + PAST_WIDTH
    wide = (WIDTH - begin) / days
    top, lanes = 26, []
    for kind, word in DUE_KINDS.items():
        mine = [item for item in items if item.kind == kind]
        piles: dict[int, list[dict[str, Any]]] = {}
        hidden = 0
        for item in mine:
            late = item.late or item.at < today
            slot = -1 if late else min((timezone.localtime(item.at).date() - today.date()).days, days - 1)
            pile = piles.setdefault(slot, [])
            across = max(1, int((PAST_WIDTH if slot < 0 else wide) // MARK))
            if len(pile) >= across * MAX_PILE:
                hidden += 1
                continue
            x0 = LEFT if slot < 0 else begin + slot * wide
            pile.append(
                {
                    "x": x0 + len(pile) % across * MARK + 8,
                    "y": top + len(pile) // across * ROW + 12,
                    "late": late,
                    "url": url(item),
                    "title": f"{item.code} {item.name(language())} · {item.where} · {away(item.at, now)}",
                }
            )
        marks = [mark for pile in piles.values() for mark in pile]
        height = max([mark["y"] for mark in marks], default=top + 12) - top + 16
        overdue = sum(1 for mark in marks if mark["late"])
        lanes.append({"kind": kind, "word": word, "y": top, "height": height, "marks": marks, "late": overdue,
                      "count": len(mine), "hidden": hidden})  # fmt: skip
        top += height + 8
    dates = [
        {
            "x": begin + n * wide,
            "middle": begin + (n + 0.5) * wide,
            "label": f"{on.month}/{on.day}",
            "weekend": on.weekday() >= 5,
            "odd": n % 2 == 1,
        }
        for n in range(days)
        for on in [(today + timedelta(days=n)).astimezone(zone).date()]
    ]
    return {"lanes": lanes, "dates": dates, "height": top, "left": LEFT, "begin": begin, "wide": wide, "width": WIDTH,
            "late": _("overdue")}  # fmt: skip


def change_picture(dues: Sequence[ToolDue], now_us: int, end_us: int, edges: Sequence[int]) -> dict[str, Any]:
    """Coming tool changes of one line: a row for each pocket that is due before ``end_us``, a bar for the interval."""
    span = max(end_us - now_us, 1)

    def x(at: int) -> float:
        return LEFT + 60 + (WIDTH - LEFT - 70) * min(max((at - now_us) / span, 0.0), 1.0)

    rows, top = [], 28
    shown = [due for due in dues if due.now or (due.early_us is not None and due.early_us <= end_us)]
    station = ""
    for due in sorted(shown, key=lambda d: (d.station, d.due_us or 0, d.pocket)):
        new = due.station != station
        top += 8 if new and station else 0
        station = due.station
        at = now_us if due.now else (due.due_us or end_us)
        late = due.late_us if due.late_us is not None else end_us
        rows.append(
            {
                "y": top,
                "middle": top + 9,
                "station": due.station if new else "",
                "pocket": due.pocket,
                "serial": due.serial,
                "id": due.id,
                "now": due.now,
                "begin": x(now_us if due.now else (due.early_us or at)),
                "width": max(
                    x(at if due.now else late) - x(now_us if due.now else (due.early_us or at)), 3.0
                ),
                "x": x(at),
                "beyond": not due.now and at >= end_us,
                "open": not due.now and (due.late_us is None or due.late_us > end_us),
                "time": "" if due.now else clock(from_us(at)),
                "title": f"{due.serial}: {clock(from_us(due.early_us)) if due.early_us else ''} – "
                f"{clock(from_us(due.late_us)) if due.late_us else '…'}",
            }
        )
        top += 20
    hour = 3_600_000_000
    first = now_us - now_us % hour + hour
    ticks = [
        {"x": x(at), "label": clock(from_us(at)), "odd": n % 2 == 1}
        for n, at in enumerate(range(first, end_us, hour * (2 if span > 10 * hour else 1)))
    ]
    shifts = [{"x": x(at), "label": day_and_time(from_us(at))[11:]} for at in edges if now_us < at < end_us]
    return {
        "rows": rows,
        "ticks": ticks,
        "edges": shifts,
        "height": top + 6,
        "width": WIDTH,
        "left": LEFT + 60,
    }


def check_picture(checks: Sequence[Any], limit: float) -> dict[str, Any]:
    """Deviations as found (and as left, where adjusted) over time, with the limit as a band."""
    width, height, pad = 640, 220, 14
    listed = [check for check in reversed(checks) if check.kind == "calibration"]
    if not listed:
        return {}
    peak = (
        max(
            [
                limit * 1.25,
                *(abs(c.as_found) + c.uncertainty for c in listed),
                *(abs(c.as_left) for c in listed),
            ]
        )
        * 1.08
    )
    first, last = listed[0].at, listed[-1].at
    span = max((last - first).total_seconds(), 1.0)

    def x(at: datetime) -> float:
        return 56 + (width - 56 - 24) * ((at - first).total_seconds() / span if len(listed) > 1 else 0.5)

    def y(value: float) -> float:
        return pad + (height - 2 * pad - 18) * (0.5 - value / (2 * peak))

    points = [
        {
            "x": x(c.at), "y": y(c.as_found), "top": y(c.as_found + c.uncertainty), "bottom": y(c.as_found - c.uncertainty),
            "good": c.found_good, "left": y(c.as_left) if c.as_left != c.as_found else None,
            "title": f"{day_and_time(c.at)}: {c.as_found:g} {c.unit}",
        }
        for c in listed
    ]  # fmt: skip
    return {
        "width": width, "height": height, "points": points, "zero": y(0), "high": y(limit), "low": y(-limit),
        "limit": f"{limit:g}", "minus": f"−{limit:g}", "unit": listed[-1].unit, "band": y(-limit) - y(limit),
        "first": day_and_time(first)[:10], "last": day_and_time(last)[:10], "right": width - 24, "foot": height - 6,
    }  # fmt: skip


def life_picture(
    track: Sequence[tuple[float, float]], used: float, limit: float, due: ToolDue | None
) -> dict[str, Any]:
    """Life left against use: what the machine said, where it leads, the limit."""
    width, height, left, foot = 640, 220, 44, 196
    most = max([limit, used, *((used + (due.left_high or due.left),) if due else ())]) * 1.06 or 1.0

    def x(value: float) -> float:
        return left + (width - left - 12) * min(value / most, 1.0)

    def y(share: float) -> float:
        return 12 + (foot - 12) * (1 - min(max(share, 0.0), 1.0))

    points = " ".join(f"{x(u):.1f},{y(s):.1f}" for u, s in track)
    made: dict[str, Any] = {
        "width": width, "height": height, "left": left, "foot": foot, "points": points, "used": x(used),
        "limit": x(limit), "limit_word": f"{limit:g}", "used_word": f"{used:g}", "half": y(0.5), "top": y(1.0),
        "dots": [{"x": x(u), "y": y(s)} for u, s in track[-1:]],
    }  # fmt: skip
    if due is not None and not due.now:
        begin = y(track[-1][1]) if track else y(1 - used / limit if limit else 0)
        high = due.left_high if due.left_high is not None else most - used
        made["cone"] = (
            f"M{x(used):.1f} {begin:.1f}L{x(used + due.left_low):.1f} {foot}L{x(used + high):.1f} {foot}Z"
        )
        made["ray"] = f"M{x(used):.1f} {begin:.1f}L{x(used + due.left):.1f} {foot}"
        made["end"], made["end_word"] = x(used + due.left), f"{used + due.left:.0f}"
    return made


def survival_picture(known: Survival, limit: float) -> dict[str, Any]:
    """Share of lives that last longer than so much use, as steps."""
    if not known.used:
        return {}
    width, height, left, foot = 640, 220, 44, 196
    most = max(known.used[-1], limit) * 1.06

    def x(value: float) -> float:
        return left + (width - left - 12) * value / most

    def y(share: float) -> float:
        return 12 + (foot - 12) * (1 - share)

    path, share = [f"M{x(0):.1f} {y(1):.1f}"], 1.0
    for at, then in zip(known.used, known.share, strict=True):
        path.append(f"H{x(at):.1f}V{y(then):.1f}")
        share = then
    middle = known.quantile(0.5)
    return {
        "width": width, "height": height, "left": left, "foot": foot, "path": "".join(path), "limit": x(limit),
        "limit_word": f"{limit:g}", "half": y(0.5), "top": y(1.0), "rest": share,
        "middle": x(middle) if middle is not None else None, "middle_word": f"{middle:g}" if middle is not None else "",
    }  # fmt: skip


def history_picture(events: Sequence[HistoryEvent], start: datetime, end: datetime) -> dict[str, Any]:
    """Everything that happened to a machine, a lane for each kind: bars for what lasted, marks for what did not."""
    begin, span = to_us(start), max(to_us(end) - to_us(start), 1)

    def x(at: datetime) -> float:
        return LEFT + (WIDTH - LEFT - 6) * min(max((to_us(at) - begin) / span, 0.0), 1.0)

    lanes, top = [], 26
    for kind in HISTORY_LANES:
        mine = [
            event for event in events if (event.kind if event.kind != "master" else "calibration") == kind
        ]
        if not mine:
            continue
        marks = [
            {
                "x": x(event.at),
                "width": max(x(event.until) - x(event.at), 2.5) if event.until else 0,
                "open": kind in ("alarm", "call", "job") and event.until is None,
                "state": event.code if kind == "stop" else "",
                "bad": event.kind in ("calibration", "master") and event.text == "bad",
                "title": f"{day_and_time(event.at)} · {event.code} {event.text}",
            }
            for event in mine
        ]
        lanes.append(
            {
                "kind": kind,
                "word": EVENTS[kind],
                "y": top,
                "middle": top + 11,
                "marks": marks,
                "count": len(mine),
            }
        )
        top += 28
    days = max(1, round(span / 86_400_000_000))
    step = 1 if days <= 10 else (7 if days <= 60 else 14)
    first = timezone.localtime(start).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    ticks = []
    for n in range(0, days, step):
        at = first + timedelta(days=n)
        ticks.append({"x": x(at), "label": f"{at.month}/{at.day}", "odd": n // step % 2 == 1})
    return {"lanes": lanes, "ticks": ticks, "height": top, "width": WIDTH, "left": LEFT}
