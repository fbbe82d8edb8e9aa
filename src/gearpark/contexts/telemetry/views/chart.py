"""Tag charts: page, data, export, and the ones people keep."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of

from .. import queries, services
from ..types import VIEW, TagInfo
from ..types.commands import COMMAND
from .files import csv_response, xlsx_response

HERE = ("tag", "last", "start", "end")
FOUND_ROWS = 20
NAIVE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?")


def parameters(request: HttpRequest) -> dict[str, Any]:
    """``tag`` (many), ``last`` (seconds) or ``start`` and ``end`` (ISO, or the site's local time without zone)."""
    last = request.GET.get("last", "")
    try:
        last_s = float(last) if last else None
    except ValueError:
        raise Problem("telemetry.period", f"{last[:20]!r} is not a number of seconds.") from None
    return {
        "tags": [tag for part in request.GET.getlist("tag") for tag in part.split(",") if tag],
        "start": instant(request.GET.get("start", "")),
        "end": instant(request.GET.get("end", "")),
        "last_s": last_s,
    }


def instant(text: str) -> str:
    """ISO text as it is; a browser's local date-time without zone is the site's local time."""
    if not NAIVE.fullmatch(text):
        return text
    try:
        return timezone.make_aware(datetime.fromisoformat(text)).isoformat()
    except ValueError:
        raise Problem("telemetry.period", f"{text} is not a calendar time.") from None


def _points(request: HttpRequest, fallback: int) -> int:
    text = request.GET.get("max_points", "")
    return int(text) if text.isdecimal() and len(text) < 7 else fallback


@require_GET
@needs(VIEW)
def page(request: HttpRequest) -> HttpResponse:
    """The chart page; works as a table without script."""
    now = now_utc()
    language = get_language() or "en"
    asked = parameters(request)
    made = queries.chart_page(scope_of(request), now=now, language=language, **asked)
    period = [(key, request.GET[key]) for key in ("last", "start", "end") if request.GET.get(key)]
    tags = [("tag", info.tag) for info in made.tags]
    here = reverse("chart")
    colours = {item["tag"]: place % 8 + 1 for place, item in enumerate(made.document.get("series", []))}
    context = {
        "page": made,
        "now": now,
        "chips": [
            (
                info,
                f"{here}?{urlencode([pair for pair in tags if pair[1] != info.tag] + period)}",
                colours.get(info.tag),
            )
            for info in made.tags
        ],
        "ranges": [
            (seconds, words, f"{here}?{urlencode([*tags, ('last', int(seconds))])}")
            for seconds, words in zip(made.ranges, range_words(), strict=True)
        ],
        "data_url": f"{reverse('chart-data')}?{urlencode(tags + period)}",
        "export_url": f"{reverse('chart-export')}?{urlencode(tags + period)}",
        "write_url": _write_url(scope_of(request), made.tags),
    }
    return render(request, "telemetry/chart.html", context)


def _write_url(scope: Scope, tags: list[TagInfo]) -> str:
    """Where to write the one signal shown, when it may be written by this person."""
    if len(tags) != 1 or not scope.may(COMMAND) or not queries.writable(scope, [tags[0].tag]):
        return ""
    return f"{reverse('command-new')}?{urlencode({'tag': tags[0].tag})}"


def range_words() -> list[str]:
    """The words of ``queries.RANGES_S``."""
    return [_("1 min"), _("10 min"), _("1 h"), _("8 h"), _("1 day"), _("7 days"), _("30 days"), _("1 year")]


@require_GET
@needs(VIEW)
def data(request: HttpRequest) -> JsonResponse:
    """The chart's document; asked again at every zoom."""
    points = _points(request, queries.DEFAULT_POINTS)
    language = get_language() or "en"
    document = queries.chart_data(
        scope_of(request), now=now_utc(), language=language, max_points=points, **parameters(request)
    )
    response = JsonResponse(document)
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@needs(VIEW)
def find(request: HttpRequest) -> HttpResponse:
    """Tags to add to the chart, while typing."""
    q, chosen = request.GET.get("q", ""), set(request.GET.getlist("tag"))
    found = queries.search(scope_of(request), q, limit=FOUND_ROWS + len(chosen))
    fresh = [info for info in found if info.tag not in chosen][:FOUND_ROWS]
    here = [(key, value) for key, values in request.GET.lists() if key in HERE for value in values]
    return render(request, "telemetry/parts/found.html", {"found": fresh, "here": urlencode(here)})


@require_GET
@needs(VIEW)
def export(request: HttpRequest) -> HttpResponseBase:
    """``format=csv|xlsx``, ``grain=raw|rolled`` of the tags and period asked."""
    raw = request.GET.get("grain", "raw") == "raw"
    head, rows = queries.chart_export(scope_of(request), now=now_utc(), raw=raw, **parameters(request))
    if request.GET.get("format") == "xlsx":
        return xlsx_response("gearpark-tags.xlsx", head, rows, limit=queries.MAX_XLSX_ROWS)
    return csv_response("gearpark-tags.csv", head, rows)


@require_POST
@needs(VIEW)
def save(request: HttpRequest) -> HttpResponseRedirect:
    """Keep the chart under a name."""
    post = request.POST
    query = {"tags": post.getlist("tag")} | {key: post.get(key, "") for key in ("last", "start", "end")}
    pk = services.save_chart(scope_of(request), post.get("name", ""), query, shared="shared" in post)
    return HttpResponseRedirect(reverse("chart-saved", args=[pk]))


@require_GET
@needs(VIEW)
def saved(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Open a kept chart."""
    query = queries.saved_chart(scope_of(request), pk).query
    pairs = [("tag", tag) for tag in query.get("tags", [])]
    pairs += [(key, query[key]) for key in ("last", "start", "end") if query.get(key)]
    return HttpResponseRedirect(f"{reverse('chart')}?{urlencode(pairs)}")


@require_POST
@needs(VIEW)
def remove(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    """Remove one's own kept chart."""
    services.delete_chart(scope_of(request), pk)
    return HttpResponseRedirect(reverse("chart"))
