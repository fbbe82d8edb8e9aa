"""The line board, its wall mode, and the parts a page asks for again."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from gearpark.base.time import now_utc, to_us
from gearpark.engines.calendars import Shift
from gearpark.kit.http import needs, scope_of
from gearpark.ui.states import MACHINE_STATES, look_of

from .. import queries
from ..queries.front import front, live_state
from ..queries.live import PUSHED
from ..queries.reasons import reason_titles
from ..types import EDIT, VIEW, LineFigures, LineInfo, LiveUnit
from .band import band, pace_chart
from .drawing import drawing
from .front import front_words
from .sheet import sheet
from .tabs import tabs
from .words import clock, duration, local, shift_word

LIVE_DECIMALS = 4
MOVING = ("position", "x", "y", "level")


def language() -> str:
    return get_language() or "en"


def asked_shift(request: HttpRequest) -> tuple[str, str]:
    """(day, shift code) of the query string; empty for the running shift."""
    return request.GET.get("day", "")[:20], request.GET.get("shift", "")[:60]


@needs(VIEW)
def board(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/``"""
    return render(request, "shopfloor/board.html", _context(request, asset))


@needs(VIEW)
def wall(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/wall/``: the running shift, readable at five metres, no scrolling."""
    return render(request, "shopfloor/wall.html", _context(request, asset))


@needs(VIEW)
def board_parts(request: HttpRequest, asset: str, part: str) -> HttpResponse:
    """``/lines/<asset>/part/<name>/``: what htmx asks for again."""
    return render(request, f"shopfloor/parts/{part}.html", _context(request, asset))


@needs(VIEW)
def live(request: HttpRequest, asset: str) -> HttpResponse:
    """``/lines/<asset>/live/``: every device now, as JSON."""
    units = queries.live_units(scope_of(request), asset, now_utc())
    return JsonResponse({"units": [unit_json(unit) for unit in units]})


def unit_json(unit: LiveUnit) -> dict[str, Any]:
    return {
        "code": unit.code,
        "state": unit.state,
        "reason": unit.reason,
        "since_us": unit.since_us,
        "part": unit.part,
        "alarm": unit.alarm,
        "level": unit.level,
        "capacity": unit.capacity,
        "x": None if unit.x is None else round(unit.x, LIVE_DECIMALS),
        "y": None if unit.y is None else round(unit.y, LIVE_DECIMALS),
    }


def _context(request: HttpRequest, asset: str) -> dict[str, Any]:
    scope, now = scope_of(request), now_utc()
    day, code = asked_shift(request)
    view = queries.board_view(scope, asset, now, day, code)
    figures, units = view.figures, view.units
    tongue = language()
    query = (
        f"?{urlencode({'day': figures.shift.day.isoformat(), 'shift': figures.shift.code})}" if day else ""
    )
    titles = reason_titles(scope, figures.line, tongue)
    return {
        "page_title": figures.line.name(tongue),
        "figures": figures,
        "tabs": tabs(asset, "board", query.removeprefix("?")),
        "front": front_words(front(scope, figures, units), figures, titles, now, tongue),
        "line": figures.line,
        "type_name": figures.line.template.title(tongue),
        "query": query,
        "drawing": drawing(figures, units, tongue, query),
        "band": band(figures, tongue),
        "pace": pace_chart(figures),
        "sheet": sheet(figures, tongue, titles),
        "head": head(figures, units, tongue),
        "picker": picker(figures, to_us(now), tongue),
        "live": live_config(view) if figures.open else "",
        "looks": [look_of(state) for state in MACHINE_STATES],
        "may_edit": scope.may(EDIT),
        "now": now,
    }


def head(figures: LineFigures, units: dict[str, LiveUnit], tongue: str) -> dict[str, Any]:
    """The line of figures at the top."""
    state, since = live_state(figures, units)
    group = [figures.units[code] for code in figures.line.template.ends_of(figures.line.bottleneck)]
    zone = figures.line.calendar.zone
    seen = figures.projection
    return {
        "state": state,
        "since": clock(since, zone),
        "since_length": duration(figures.until_us - since),
        "gap": figures.made - round(figures.plan_now),
        "due": round(figures.plan_now),
        "expected": round(seen.expected) if seen else None,
        "low": int(seen.low) if seen else None,
        "high": int(-(-seen.high // 1)) if seen else None,
        "rate": seen.rate_per_h if seen else None,
        "shift": shift_word(figures.shift, tongue),
        "from": clock(figures.shift.start_us, zone),
        "to": clock(figures.shift.end_us, zone),
        "day": figures.shift.day,
        "until": clock(figures.until_us, zone),
        "unknown": duration(figures.account.unknown_us // max(1, len(group)))
        if figures.account.unknown_us
        else "",
        "standing": sum(1 for alarm in figures.alarms if alarm.end_us is None),
    }


def picker(figures: LineFigures, now_us: int, tongue: str) -> dict[str, Any]:
    """Links to the shifts around, and the shifts of the day."""
    return shift_picker(figures.line, figures.shift, now_us, tongue)


def shift_picker(line: LineInfo, shift: Shift, now_us: int, tongue: str) -> dict[str, Any]:
    before, after = queries.neighbours(line, shift)
    of_day = line.calendar.shifts_of_day(shift.day)
    return {
        "before": _shift_query(before),
        "after": _shift_query(after) if after and after.start_us <= now_us else "",
        "day": shift.day.isoformat(),
        "latest": local(now_us, line.calendar.zone).date().isoformat(),
        "shifts": [(s.code, shift_word(s, tongue), s.code == shift.code) for s in of_day],
        "open": shift.start_us <= now_us < shift.end_us,
    }


def _shift_query(shift: Shift | None) -> str:
    return "" if shift is None else "?" + urlencode({"day": shift.day.isoformat(), "shift": shift.code})


def live_config(view: queries.BoardView) -> str:
    """What the page's script needs: address, tags to watch, and which device each moving tag belongs to."""
    line = view.figures.line
    codes = {line.asset_of(device.code): device.code for device in line.template.devices}
    config = {
        "url": reverse("shopfloor:live", args=[line.asset]),
        "watched": [info.tag for info in view.watched if info.signal in PUSHED],
        "moving": {
            info.tag: [codes[info.asset], info.signal] for info in view.watched if info.signal in MOVING
        },
    }
    return json.dumps(config, separators=(",", ":"))
