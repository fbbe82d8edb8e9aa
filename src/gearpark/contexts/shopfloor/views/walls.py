"""All lines of a firm on one wall: state, pieces against plan, OEE, calls; read from five metres, no hand needed."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from gearpark.base.time import now_utc, to_us
from gearpark.kit.http import needs, scope_of
from gearpark.ui.numbers import age, plain

from .. import queries
from ..queries.front import calls_by_line
from ..queries.summary import shift_figures
from ..types import VIEW, LineFigures
from .board import language
from .front import call_words
from .listing import bars
from .words import clock, duration, shift_word

MAX_TILES = 12  # more lines than a wall can show legibly; the worst come first
ORDER = ("down", "no_data", "blocked", "setup", "idle", "starved", "planned_stop", "running")


@needs(VIEW)
def wall(request: HttpRequest) -> HttpResponse:
    """``/lines/wall/``; ``?part=1`` answers only the tiles."""
    scope, now, tongue = scope_of(request), now_utc(), language()
    found = shift_figures(scope, now)
    calls = calls_by_line(scope, [figures.line.asset for figures in found])
    tiles = [_tile(figures, tongue) for figures in found]
    for tile in tiles:
        tile["calls"] = [call_words(call, now, tongue) for call in calls[tile["asset"]][:2]]
        tile["age"] = age((to_us(now) - tile["fresh_us"]) / 1e6) if tile["fresh_us"] else ""
    shown = tiles
    if len(tiles) > MAX_TILES:
        shown = sorted(tiles, key=lambda tile: (ORDER.index(tile["state"]), tile["gap"]))[:MAX_TILES]
    context: dict[str, Any] = {
        "page_title": _("All lines"),
        "tiles": shown,
        "more": len(tiles) - len(shown),
        "columns": 4 if len(shown) > 6 else (3 if len(shown) > 4 else 2),
        "made": sum(tile["made"] for tile in tiles),
        "due": sum(tile["due"] for tile in tiles),
        "running": sum(1 for tile in tiles if tile["state"] == "running"),
        "all": len(tiles),
    }
    part = request.GET.get("part")
    return render(request, "shopfloor/parts/walls.html" if part else "shopfloor/walls.html", context)


def _tile(figures: LineFigures, tongue: str) -> dict[str, Any]:
    summary = queries.summary_of(figures)
    plan = max(figures.plan, figures.made, 1)
    state = summary.state
    group = [figures.units[code] for code in figures.line.template.ends_of(figures.line.bottleneck)]
    since = min((unit.since_us for unit in group if unit.state == state), default=figures.until_us)
    standing = [alarm for alarm in figures.alarms if alarm.end_us is None]
    return {
        "asset": figures.line.asset,
        "name": figures.line.name(tongue),
        "state": state,
        "since": clock(since, figures.line.calendar.zone),
        "since_length": duration(figures.until_us - since),
        "shift": shift_word(figures.shift, tongue),
        "made": figures.made,
        "plan": figures.plan,
        "due": round(figures.plan_now),
        "gap": figures.made - round(figures.plan_now),
        "gap_text": plain(abs(figures.made - round(figures.plan_now)), 0),
        "bar": figures.made / plan,
        "due_share": figures.plan_now / plan,
        "expected": None if summary.expected is None else round(summary.expected),
        "oee": summary.oee,
        "alarm": standing[0] if standing else None,
        "bars": bars(figures, summary.spark),
        "fresh_us": figures.fresh_us,
    }
