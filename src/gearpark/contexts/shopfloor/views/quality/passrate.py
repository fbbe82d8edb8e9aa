"""Pass rates: what the pieces show, of which population, and the charts that still work at a few failures a million."""

from __future__ import annotations

import math
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.engines import quality as engine
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of
from gearpark.kit.tenant import acting

from ...forms.quality import EscapeForm, TargetForm
from ...queries import lines
from ...queries import quality as queries
from ...queries.quality.passrate import escapes, promise_of, rate_of, year_start
from ...services import quality as services
from ...types import VIEW
from ...types.quality import PassCount, PassTargetInfo, Population
from ...types.work import QUALITY
from ..board import language
from .drawing import bound_bar, nice
from .words import POPULATIONS, VERDICT_LOOKS, VERDICTS

GAP_WIDTH, GAP_HEIGHT = 1120, 220
MAX_POINTS = 200
ALPHA = 0.0027
FALSE_ALARMS = 167  # failures at the promised share between two false alarms: 1.67 million pieces at 100 ppm


@cache
def _cusum(p0: float) -> engine.BernoulliCusum:
    """Against ten times the promised share of failures, one false alarm in FALSE_ALARMS of the promised failures."""
    return engine.bernoulli_cusum(p0, 10 * p0, anos0=FALSE_ALARMS / p0)


@needs(VIEW)
def passrate(request: HttpRequest) -> HttpResponse:
    """``/quality/passrate/``: every line of the scope, and all together; ``?line=`` opens one."""
    return _page(request, None, None)


def _page(
    request: HttpRequest, target_form: TargetForm | None, escape_form: EscapeForm | None
) -> HttpResponse:
    scope, now = scope_of(request), now_utc()
    with acting(scope):
        known = {item.asset: item for item in lines(scope)}
        promises = queries.targets_of(scope)
        found_later = escapes(scope)
        chosen = request.GET.get("line", "")
        promise = promise_of(scope, chosen)
    wanted = request.GET.get("population", "")
    population = Population(wanted) if wanted in set(Population) else Population.FIRST
    since = promise.since_at or year_start(now)
    rows = [_row(scope, item, promise, since, now, chosen) for item in Population]
    shown = next(row for row in rows if row["population"] is population)
    initial = {"target": promise.target, "confidence": promise.confidence, "since": since}
    context: dict[str, Any] = {
        "page_title": _("Pass rate"),
        "rows": rows,
        "shown": shown,
        "population": population,
        "promise": promise,
        "since": since,
        "lines": [(asset, item.name(language())) for asset, item in known.items()],
        "chosen": chosen,
        "per_line": []
        if chosen
        else [_line_row(scope, asset, known[asset], promises[asset], now) for asset in known],
        "gaps": _gap_chart(shown["count"], promise),
        "table": _allowed(promise),
        "escapes": found_later,
        "target_form": target_form or TargetForm(initial=initial),
        "escape_form": escape_form or EscapeForm(),
        "may_edit": scope.may(QUALITY),
    }
    return render(request, "shopfloor/quality/passrate.html", context)


def _row(
    scope: Scope, population: Population, promise: PassTargetInfo, since: datetime, now: datetime, line: str
) -> dict[str, Any]:
    count = queries.pass_counts(scope, population, since, now, line=line)
    rate = rate_of(count, promise)
    return {
        "population": population,
        "words": POPULATIONS[population],
        "count": count,
        "rate": rate,
        "verdict": VERDICTS[rate.verdict] if rate and rate.verdict else "",
        "look": VERDICT_LOOKS[rate.verdict] if rate and rate.verdict else "no_data",
        "bar": bound_bar(rate) if rate else None,
        "share": rate.pieces / (rate.pieces + (rate.pieces_still_needed or 0)) if rate else None,
    }


def _line_row(scope: Scope, asset: str, info: Any, promise: PassTargetInfo, now: datetime) -> dict[str, Any]:
    row = _row(scope, Population.FIRST, promise, promise.since_at or year_start(now), now, asset)
    return {**row, "asset": asset, "name": info.name(language()), "promise": promise}


def _allowed(promise: PassTargetInfo) -> list[dict[str, int]]:
    """How many pieces show the promise with so many failures."""
    share = float(1 - float(promise.target))
    return [
        {"failures": n, "pieces": engine.pieces_needed(n, share, promise.confidence)}
        for n in (0, 1, 2, 3, 5, 10, 12, 20)
    ]


def _gap_chart(count: PassCount, promise: PassTargetInfo) -> dict[str, Any]:
    """CCC chart (pieces up to each failure, logarithmic) with its limits, and the CUSUM's standing."""
    p0 = float(1 - float(promise.target))
    limits = engine.ccc_limits(p0, alpha=ALPHA)
    gaps = list(count.gaps[-MAX_POINTS:])
    made: dict[str, Any] = {"limits": limits, "points": [], "width": GAP_WIDTH, "height": GAP_HEIGHT}
    cusum = _cusum(p0)
    total, places = 0, []
    for gap in count.gaps:
        total += gap
        places.append(total)
    signal, level = cusum.run(places, total + count.tail)
    made["cusum"] = {"m": cusum.m, "h": cusum.h, "level": level, "signal": signal, "p1_ppm": p0 * 1e7}
    low, high = 0.0, math.log10(max([*gaps, count.tail, limits.ucl, 10]) * 1.3)
    top, bottom, left, right = 12, GAP_HEIGHT - 24, 72, GAP_WIDTH - 60

    def y(value: float) -> float:
        return bottom - (math.log10(max(value, 1.0)) - low) / (high - low) * (bottom - top)

    step = (right - left) / max(len(gaps) + 1, 2)
    seen = engine.ccc_chart(gaps, limits, lower_only=True) if gaps else None
    bad = set(seen.signals) if seen else set()
    made["points"] = [
        {"x": round(left + step * (i + 0.5), 1), "y": round(y(gap), 1), "gap": gap, "signal": i + 1 in bad}
        for i, gap in enumerate(gaps)
    ]
    made["path"] = "".join(f"{'L' if i else 'M'}{p['x']} {p['y']}" for i, p in enumerate(made["points"]))
    made["tail"] = {
        "x": round(left + step * (len(gaps) + 0.5), 1),
        "y": round(y(count.tail), 1),
        "pieces": count.tail,
    }
    made["lines"] = [
        ("ucl", round(y(limits.ucl), 1), limits.ucl),
        ("centre", round(y(limits.centre), 1), limits.centre),
        ("lcl", round(y(limits.lower_only), 1), limits.lower_only),
    ]
    made["rows"] = [
        (round(y(10**d), 1), f"{10 ** int(d):,}") for d in nice(0, math.floor(high), 6) if d == int(d)
    ]
    made["left"], made["right"], made["signals"] = left, right, len(bad)
    return made


@require_POST
@needs(QUALITY)
def set_target(request: HttpRequest, asset: str) -> HttpResponse:
    """Promise a pass rate."""
    form = TargetForm(request.POST)
    with acting(scope_of(request)):
        promise_of(scope_of(request), asset)
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.set_target(
                scope_of(request), asset, given["target"], given["since"], given["confidence"]
            )
        except Problem as problem:
            form.add_error("target", words_of(problem))
        else:
            messages.success(request, _("The promise is kept."))
            return redirect(f"/quality/passrate/?line={asset}")
    return _page(request, form, None)


@require_POST
@needs(QUALITY)
def escape(request: HttpRequest) -> HttpResponse:
    """Record a part that was found bad after it had left."""
    form = EscapeForm(request.POST)
    if form.is_valid():
        try:
            services.record_escape(
                scope_of(request), form.cleaned_data["serial"], form.cleaned_data["reason"], now_utc()
            )
        except Problem as problem:
            form.add_error("serial", words_of(problem))
        else:
            messages.success(request, _("The part is recorded as found bad; the pass rates count it."))
            return redirect("shopfloor:quality-passrate")
    return _page(request, None, form)
