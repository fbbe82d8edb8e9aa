"""One unit opened: its figures, its stretches, the observations behind a stretch, and the stretches as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gearpark.base.problems import Problem
from gearpark.base.time import from_us, now_utc
from gearpark.base.wire import quality_of
from gearpark.engines.lines import Station
from gearpark.kit.http import needs, scope_of
from gearpark.ui.states import MACHINE_STATES, look_of

from .. import queries
from ..queries.reasons import reason_titles
from ..types import VIEW, LineFigures, RawRow, StateSegment, UnitFigures
from .band import unit_band
from .board import asked_shift, language
from .sheet import elements, factors, flags, losses, quantities
from .words import clock, duration, local, reason_word, shift_word

PAGE_ROWS = 100
MAX_OFFSET = 100_000


@needs(VIEW)
def unit(request: HttpRequest, asset: str, code: str) -> HttpResponse:
    """``/lines/<asset>/stations/<unit>/``"""
    day, shift = asked_shift(request)
    figures, found = queries.unit(scope_of(request), asset, code, now_utc(), day, shift)
    return render(request, "shopfloor/unit.html", _context(request, figures, found))


@needs(VIEW)
def raw(request: HttpRequest, asset: str, code: str) -> HttpResponse:
    """``/lines/<asset>/stations/<unit>/raw/?from=&to=``: the observations behind one stretch."""
    day, shift = asked_shift(request)
    figures, found = queries.unit(scope_of(request), asset, code, now_utc(), day, shift)
    start, end = _moment(request, "from"), _moment(request, "to")
    rows, cut = queries.raw_rows(figures, found, start, end)
    zone = figures.line.calendar.zone
    context = {
        "page_title": code.upper(),
        "line": figures.line,
        "figures": figures,
        "unit": found,
        "rows": [_raw_row(row, zone) for row in rows],
        "cut": cut,
        "start": clock(start, zone, seconds=True),
        "end": clock(end, zone, seconds=True),
        "state": request.GET.get("state", "no_data")[:20],
        "back": f"?{urlencode({'day': figures.shift.day.isoformat(), 'shift': figures.shift.code})}",
    }
    partial = request.headers.get("HX-Request") == "true"
    return render(request, "shopfloor/parts/raw_rows.html" if partial else "shopfloor/raw.html", context)


@needs(VIEW)
def intervals_csv(request: HttpRequest, asset: str, code: str) -> HttpResponse:
    """``/lines/<asset>/stations/<unit>/intervals.csv``: UTC and local time, seconds, state, reason."""
    day, shift = asked_shift(request)
    figures, found = queries.unit(scope_of(request), asset, code, now_utc(), day, shift)
    answer = HttpResponse("".join(_csv_lines(figures, found)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = (
        f'attachment; filename="{asset}-{code}-{figures.shift.key.replace(":", "-")}.csv"'
    )
    return answer


class _Echo:
    def write(self, text: str) -> str:
        return text


def _csv_lines(figures: LineFigures, found: UnitFigures) -> Iterator[str]:
    writer = csv.writer(_Echo())
    zone = figures.line.calendar.zone
    yield "\ufeff"  # spreadsheets read UTF-8 only with it
    head = [
        "asset",
        "start_utc",
        "end_utc",
        "start_local",
        "end_local",
        "seconds",
        "state",
        "reason",
        "mapping",
        "revision",
    ]
    yield writer.writerow(head)
    for item in found.segments:
        yield writer.writerow(
            [
                found.asset,
                from_us(item.start_us).isoformat(),
                from_us(item.end_us).isoformat(),
                local(item.start_us, zone).isoformat(),
                local(item.end_us, zone).isoformat(),
                f"{item.seconds:.6f}",
                item.state,
                _harmless(item.reason),
                figures.line.states_mapping,
                figures.revision,
            ]
        )


def _harmless(text: str) -> str:
    """A machine's words must not run as a spreadsheet formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _moment(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > 17:
        raise Problem("shopfloor.moment_unreadable", f"{name} must be microseconds since 1970 UTC.")
    return int(text)


def _offset(request: HttpRequest) -> int:
    text = request.GET.get("after", "0")
    return min(int(text), MAX_OFFSET) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _context(request: HttpRequest, figures: LineFigures, found: UnitFigures) -> dict[str, Any]:
    tongue, zone = language(), figures.line.calendar.zone
    device = figures.line.template.device(found.code)
    state = request.GET.get("state", "")
    wanted = state if state in MACHINE_STATES else ""
    stretches = queries.segments(found, wanted)
    titles = reason_titles(scope_of(request), figures.line, tongue)
    at = _offset(request)
    chosen = {"day": figures.shift.day.isoformat(), "shift": figures.shift.code}
    return {
        "page_title": device.title_zh if tongue.startswith("zh") else device.title_en,
        "line": figures.line,
        "line_name": figures.line.name(tongue),
        "figures": figures,
        "unit": found,
        "is_station": isinstance(device, Station),
        "band": unit_band(figures, found),
        "factors": factors(found.account),
        "elements": elements(found.account),
        "quantities": quantities(found.account),
        "losses": losses(found.account, titles=titles),
        "flags": flags(found.account),
        "states": _states(figures, found, wanted),
        "state": wanted,
        "rows": [_segment_row(item, figures, zone) for item in stretches[at : at + PAGE_ROWS]],
        "count": len(stretches),
        "after": at + PAGE_ROWS if at + PAGE_ROWS < len(stretches) else 0,
        "before": max(0, at - PAGE_ROWS) if at else None,
        "shift": shift_word(figures.shift, tongue),
        "chosen": urlencode(chosen),
        "until": clock(figures.until_us, zone, seconds=True),
        "since": clock(found.since_us, zone),
        "reason": reason_word(found.reason),
    }


def _states(figures: LineFigures, found: UnitFigures, wanted: str) -> list[dict[str, Any]]:
    whole = max(1, figures.until_us - figures.shift.start_us)
    made = []
    for state in MACHINE_STATES:
        inside = [item for item in found.segments if item.state == state]
        if inside:
            spent = sum(item.end_us - item.start_us for item in inside)
            made.append(
                {
                    "state": state,
                    "time": duration(spent),
                    "share": spent / whole,
                    "times": len(inside),
                    "on": state == wanted,
                }
            )
    return made


def _segment_row(item: StateSegment, figures: LineFigures, zone: Any) -> dict[str, Any]:
    return {
        "state": item.state,
        "reason": reason_word(item.reason),
        "from": clock(item.start_us, zone, seconds=True),
        "to": clock(item.end_us, zone, seconds=True),
        "length": duration(item.end_us - item.start_us),
        "open": item.end_us == figures.until_us and figures.open,
        "query": urlencode(
            {
                "from": item.start_us,
                "to": item.end_us,
                "state": item.state,
                "day": figures.shift.day.isoformat(),
                "shift": figures.shift.code,
            }
        ),
    }


def _raw_row(row: RawRow, zone: Any) -> dict[str, Any]:
    return {
        "signal": row.signal,
        "at": local(row.at_us, zone).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "utc": from_us(row.at_us).isoformat(),
        "value": "–"
        if row.value is None
        else (f"{row.value:g}" if isinstance(row.value, float) else row.value or "“”"),
        "status": f"0x{row.status:08X}",
        "quality": look_of(quality_of(row.status).value).code,
    }
