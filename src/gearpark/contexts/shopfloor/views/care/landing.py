"""``/care/``: what is due or overdue, drawn, then listed; ``/care/changes/``: coming tool changes, station by station."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from gearpark.base.time import from_us, now_utc, to_us
from gearpark.kit.http import needs, scope_of

from ... import queries
from ...queries.calls import standing_calls
from ...queries.care.due import care_counts, due_items, line_tools, overdue
from ...queries.care.forecasts import forecast_score, tool_dues
from ...types.care import CARE, DueItem, ToolDue
from ...types.lines import VIEW, LineInfo
from .draw import change_picture, due_picture
from .tabs import tabs
from .words import BLOCKS, METHODS, away, clock, day_and_time, language, use

DAYS = 14
SHOWN = 40
SHIFTS = 2
EXACT = timedelta(minutes=2)  # a narrower interval is not worth a column


def due_url(item: DueItem) -> str:
    """Where a due thing opens."""
    name = {"gauge": "gauge", "plan": "care-plan", "job": "job"}[item.kind]
    return reverse(f"shopfloor:{name}", args=[item.code if item.kind == "job" else item.id])


@needs(VIEW)
def landing(request: HttpRequest) -> HttpResponse:
    """``/care/``"""
    scope, now = scope_of(request), now_utc()
    items = due_items(scope, now)
    lines = line_tools(scope, now)
    late = [item for item in items if overdue(item, now)]
    today = [item for item in items if item not in late and (item.at - now).total_seconds() < 86_400]
    strips = [_strip(line, dues, to_us(now)) for line, dues in lines]
    kinds = Counter(item.kind for item in late)
    return render(
        request,
        "shopfloor/care/landing.html",
        {
            "page_title": _("Care"),
            "tabs": tabs("care"),
            "picture": due_picture(items, now, DAYS, due_url),
            "late": [_row(item, now) for item in late[:SHOWN]],
            "more_late": max(0, len(late) - SHOWN),
            "today": [_row(item, now) for item in today[:SHOWN]],
            "n_late": len(late),
            "n_gauges": kinds["gauge"],
            "n_jobs": kinds["plan"] + kinds["job"],
            "n_calls": len(standing_calls(scope)),
            "strips": strips,
            "n_changes": sum(strip["count"] for strip in strips),
            "counts": care_counts(scope, now),
            "any": bool(items or lines),
            "may_care": scope.may(CARE),
        },
    )


def _row(item: DueItem, now: datetime) -> dict[str, Any]:
    return {
        "url": due_url(item),
        "code": item.code,
        "name": item.name(language()),
        "where": item.where,
        "kind": item.kind,
        "reason": BLOCKS[item.reason] if item.reason else "",
        "blocks": item.reason is not None and bool(item.station),
        "at": day_and_time(item.at),
        "away": away(item.at, now),
    }


def _strip(line: LineInfo, dues: list[ToolDue], now_us: int) -> dict[str, Any]:
    """One line's coming changes as ticks on this and the next shift."""
    end = _until(line, now_us)[0]
    soon = [due for due in dues if due.now or (due.due_us is not None and due.due_us <= end)]
    width = 300.0
    span = max(end - now_us, 1)
    ticks = [0.0 if due.now else width * ((due.due_us or now_us) - now_us) / span for due in soon]
    return {
        "line": line.name(language()),
        "url": reverse("shopfloor:line-changes", args=[line.asset]),
        "count": len(soon),
        "now": sum(1 for due in soon if due.now),
        "ticks": [round(min(max(tick, 0.0), width), 1) for tick in ticks],
        "first": next((clock_of(due) for due in soon if not due.now), ""),
        "minutes": round(sum(due.change_s for due in soon) / 60),
    }


def clock_of(due: ToolDue) -> str:
    return clock(from_us(due.due_us)) if due.due_us is not None else ""


def _until(line: LineInfo, now_us: int) -> tuple[int, list[int]]:
    """End of the next shift, and the edges of shifts until then."""
    ahead = line.calendar.shifts(now_us, now_us + 7 * 86_400_000_000)[:SHIFTS]
    if not ahead:
        return now_us + 16 * 3_600_000_000, []
    return ahead[-1].end_us, [shift.start_us for shift in ahead]


@needs(VIEW)
def changes(request: HttpRequest, asset: str = "") -> HttpResponse:
    """``/care/changes/`` and ``/care/changes/<line>/``"""
    scope, now = scope_of(request), now_utc()
    lines = queries.lines(scope)
    chosen = queries.line(scope, asset) if asset else None
    if chosen is None:
        chosen = next((line for line, _dues in line_tools(scope, now)), lines[0] if lines else None)
    dues = tool_dues(scope, chosen, now) if chosen else []
    now_us = to_us(now)
    end, edges = _until(chosen, now_us) if chosen else (now_us, [])
    score = forecast_score(scope, now, org=chosen.org if chosen else "")
    return render(
        request,
        "shopfloor/care/changes.html",
        {
            "page_title": _("Tool changes"),
            "tabs": tabs("changes"),
            "lines": [
                {
                    "asset": line.asset,
                    "name": line.name(language()),
                    "here": chosen is not None and line.id == chosen.id,
                }
                for line in lines
            ],
            "line": chosen,
            "line_name": chosen.name(language()) if chosen else "",
            "picture": change_picture(dues, now_us, end, edges),
            "rows": [_change_row(due, now) for due in dues],
            "soon": sum(1 for due in dues if due.now or (due.due_us is not None and due.due_us <= end)),
            "minutes": round(
                sum(due.change_s for due in dues if due.now or (due.due_us or end + 1) <= end) / 60
            ),
            "score": score,
            "until": day_and_time(datetime.fromtimestamp(end / 1e6, now.tzinfo)),
        },
    )


def _change_row(due: ToolDue, now: datetime) -> dict[str, Any]:

    at = from_us(due.due_us) if due.due_us is not None else None
    early = from_us(due.early_us) if due.early_us is not None else None
    late = from_us(due.late_us) if due.late_us is not None else None
    same = at is not None and late is not None and day_and_time(at)[:10] == day_and_time(late)[:10]
    return {
        "due": due,
        "name": due.name(language()),
        "used": use(due.used, due.unit),
        "share": due.used / due.limit if due.left_share is None else 1 - due.left_share,
        "left": use(due.left, due.unit),
        "state": "down" if due.now else "",
        "at": day_and_time(at),
        "away": away(at, now),
        "between": ""
        if early is None
        else f"{clock(early)}–{clock(late) if same else day_and_time(late) or '…'}",
        "method": METHODS.get(due.method, due.method),
        "paced": _("pace counted here") if due.counted else _("pace of the plan"),
    }
