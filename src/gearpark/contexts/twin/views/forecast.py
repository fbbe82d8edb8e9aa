"""Forecasts of a line's shift: the tile on its board, and the page with how they came and how good they were."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from gearpark.base.problems import NotFound
from gearpark.base.time import now_utc, to_us
from gearpark.contexts.shopfloor.public import LineInfo, lines
from gearpark.kit.http import needs, scope_of
from gearpark.ui.numbers import plain

from ..queries import forecasts as queries
from ..queries.models import model_of_line
from ..types import EDIT, VIEW, ForecastInfo
from .words import kept_words, language, share

FAN_WIDTH, FAN_HEIGHT = 560.0, 180.0
SECOND_US = 1_000_000


def _line(request: HttpRequest, asset: str) -> LineInfo:
    found = next((line for line in lines(scope_of(request)) if line.asset == asset), None)
    if found is None:
        raise NotFound("shopfloor.line_unknown", f"There is no line {asset[:40]!r} that you may see.")
    return found


@needs(VIEW)
def tile(request: HttpRequest, asset: str) -> HttpResponse:
    """``/twin/lines/<asset>/tile/``: what the line board shows of the forecast."""
    line, now = _line(request, asset), now_utc()
    found = queries.newest_forecast(scope_of(request), asset, now)
    return render(
        request,
        "twin/parts/tile.html",
        {"line": line, "forecast": found, "fan": _fan(found) if found else None, "words": _words(found)},
    )


@needs(VIEW)
def line_forecast(request: HttpRequest, asset: str) -> HttpResponse:
    """``/twin/lines/<asset>/``: the shift's forecasts, and the scores of the last month's."""
    scope, line, now = scope_of(request), _line(request, asset), now_utc()
    found, model = queries.newest_forecast(scope, asset, now), model_of_line(scope, asset)
    newest = found or next(
        (queries.forecast_info(row, with_path=False) for row in queries.forecast_rows(scope, asset)[:1]), None
    )
    made = queries.of_shift(scope, asset, queries.forecast_rows(scope, asset)[0].starts_at) if newest else []
    context = {
        "line": line,
        "page_title": _("Forecast: %(name)s") % {"name": line.name(language())},
        "forecast": found,
        "fan": _fan(found) if found else None,
        "words": _words(found),
        "newest": newest,
        "chart": _history(made, line),
        "scores": [
            {
                "left": f"{share(row.left_from)} – {share(row.left_to)}",
                "count": plain(row.count),
                "inside": share(row.share),
                "bias": plain(row.bias, 1),
                "crps": plain(row.crps, 2),
            }
            for row in queries.scores(scope, asset, now)
        ],
        "model": model,
        "trouble": kept_words(model.trouble) if model else "",
        "may_edit": scope.may(EDIT),
    }
    return render(request, "twin/forecast.html", context)


def _words(found: ForecastInfo | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {
        "range": f"{plain(found.low)}–{plain(found.high)}",
        "reaches": share(found.reaches),
        "target": plain(found.target),
        "until": timezone.localtime(found.ends_at).strftime("%H:%M"),
        "at": timezone.localtime(found.at).strftime("%H:%M"),
    }


def _fan(found: ForecastInfo) -> dict[str, Any] | None:
    """The way to the end of the shift: a band of eight in ten and its middle."""
    if not found.path:
        return None
    last = found.path[-1][0]
    top = max(found.target, found.path[-1][3], 1)
    low = min(found.made, found.target) * 0.9

    def x(second: float) -> float:
        return round(FAN_WIDTH * second / last, 1)

    def y(value: float) -> float:
        return round(FAN_HEIGHT * (1 - (value - low) / ((top - low) or 1.0)), 1)

    rows = [(0.0, float(found.made), float(found.made), float(found.made)), *found.path]
    upper = " ".join(f"{x(s)},{y(high)}" for s, _low, _mid, high in rows)
    lower = " ".join(f"{x(s)},{y(lowest)}" for s, lowest, _mid, _high in reversed(rows))
    return {
        "band": f"{upper} {lower}",
        "middle": " ".join(f"{x(s)},{y(mid)}" for s, _low, mid, _high in rows),
        "target": y(found.target),
        "width": FAN_WIDTH,
        "height": FAN_HEIGHT,
    }


def _history(made: list[ForecastInfo], line: LineInfo) -> dict[str, Any] | None:
    """How the forecast of the newest shift moved while it ran."""
    if len(made) < 2:
        return None
    at = [to_us(row.at) for row in made]
    series = [
        {
            "name": _("Expected at the end"),
            "at_us": at,
            "value": [row.mean for row in made],
            "min": [row.low for row in made],
            "max": [row.high for row in made],
        },
        {"name": _("Made"), "at_us": at, "value": [row.made for row in made]},
    ]
    return {
        "kind": "line",
        "unit": _("pieces"),
        "title": line.name(language()),
        "series": series,
        "limits": [{"name": _("Plan"), "value": made[-1].target}],
    }
