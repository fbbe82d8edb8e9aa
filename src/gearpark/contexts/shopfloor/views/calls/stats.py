"""Calls in figures: what for, where, how fast."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from ... import queries
from ...queries.calls import BOUNDS_S, Times, call_stats, call_type_rows
from ...types.lines import VIEW
from ..care.words import language, named
from .words import STEPS, span

SPANS = (1, 7, 30, 90)
WIDTH, HEIGHT, FOOT = 520, 170, 140


@needs(VIEW)
def stats(request: HttpRequest) -> HttpResponse:
    """``/calls/stats/?days=&line=&type=``"""
    scope, now = scope_of(request), now_utc()
    text = request.GET.get("days", "")
    days = int(text) if text.isdecimal() and len(text) < 4 and int(text) else 30
    line, kind = request.GET.get("line", "")[:60], request.GET.get("type", "")[:60]
    found = call_stats(scope, now - timedelta(days=days), now, line=line, type_code=kind)
    bars = (
        ("type", _("By type"), found.by_type),
        ("reason", _("By reason"), found.by_reason),
        ("station", _("By station"), found.by_station),
    )
    return render(
        request,
        "shopfloor/calls/stats.html",
        {
            "page_title": _("Calls in figures"),
            "days": days,
            "spans": [(n, n == days) for n in SPANS],
            "lines": [(item.asset, item.name(language())) for item in queries.lines(scope)],
            "types": list({row.code: named(row) for row in call_type_rows(scope)}.items()),
            "line": line,
            "type": kind,
            "stats": found,
            "times": [
                {"word": word, "times": times, "middle": _span(times.middle_s), "p90": _span(times.p90_s), "picture": histogram(times)}
                for word, times in (
                    (_("Until accepted"), found.accept),
                    (_("Response: until somebody stood there"), found.response),
                    (_("Repair: from there until closed"), found.repair),
                )
            ],
            "paretos": [
                {"key": key, "word": word, "bars": [
                    {"name": bar.name(language()), "calls": bar.calls, "time": _span(bar.seconds), "running": bar.running,
                     "share": bar.seconds / rows[0].seconds if rows[0].seconds else 0.0}
                    for bar in rows
                ]}
                for key, word, rows in bars if rows
            ],
            "told": [(STEPS[step], count) for step, count in found.escalations.items()],
        },
    )  # fmt: skip


def _span(seconds: float | None) -> str:
    return "–" if seconds is None else span(seconds)


def histogram(times: Times) -> dict[str, Any]:
    """Counts by how long it took, as bars."""
    most = max(times.bins) or 1
    width = WIDTH / len(times.bins)
    labels = [*(f"≤{_short(bound)}" for bound in BOUNDS_S), f">{_short(BOUNDS_S[-1])}"]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "foot": FOOT,
        "bars": [
            {"x": n * width + 3, "middle": (n + 0.5) * width, "width": width - 6, "y": FOOT - 110 * count / most,
             "height": 110 * count / most, "count": count or "", "label": labels[n]}
            for n, count in enumerate(times.bins)
        ],
    }  # fmt: skip


def _short(seconds: int) -> str:
    return f"{seconds}s" if seconds < 60 else f"{seconds // 60}′"
