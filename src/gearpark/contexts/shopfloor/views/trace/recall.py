"""Recall: choose a cause, see whom it touched, freeze it as a case, hold the parts, close it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.base.time import now_utc
from gearpark.kit import lists
from gearpark.kit.http import needs, scope_of
from gearpark.kit.lists.export import MAX_EXPORT_ROWS, plain_cell, too_many, xlsx_response
from gearpark.kit.problems import words_of

from ... import queries
from ...queries import trace
from ...queries.trace.down import part_pages, touched
from ...queries.trace.recalls import cause_of, recall_case, recall_parts, recall_rows
from ...services import recalls
from ...types.lines import VIEW
from ...types.trace import Cause, FactKind, PartRow, TraceDown
from ...types.work import QUALITY
from ..work.words import PART_LOOK, PART_STATUS, language, word
from .listing import part_url
from .story import product_name
from .tabs import frame
from .words import CAUSES, cause_kind_word, cause_words, when

SHOWN = 50
LINE = "line"
HEADER = ("serial", "status", "product", "order", "line", "lot", "station", "on_station", "begun_at", "done_at",
          "touched_at", "depth")  # fmt: skip


@needs(VIEW)
def recall_page(request: HttpRequest) -> HttpResponseBase:
    """``/parts/recall/``: the cause and its preview; ``?format=csv|xlsx`` the whole list; POST freezes a case."""
    scope = scope_of(request)
    if request.method == "POST":
        return _freeze(request, scope)
    form = _asked(scope, request.GET)
    cause = form["cause"]
    if request.GET.get("format") and cause is not None:
        return _export(scope, cause, request.GET["format"])
    found: TraceDown | None = None
    if cause is not None:
        try:
            found = trace.recall(scope, cause, limit=SHOWN)
        except Problem as problem:
            messages.error(request, words_of(problem))
    cases = list(recall_rows(scope)[:SHOWN])
    names = {line.asset: line.name(language()) for line in queries.lines(scope)}
    context = frame(
        scope,
        "recalls",
        _("Recall"),
        form=form,
        kinds=[(kind.value, cause_kind_word(kind)) for kind in CAUSES],
        lines=list(names.items()),
        found=found,
        asked=cause_words(cause) if cause else "",
        preview=_preview(found, names) if found else None,
        query=urlencode({name: value for name, value in form["query"].items() if value}),
        cases=[
            {"row": row, "cause": cause_words(cause_of(row.cause)), "at": when(row.opened_at)}
            for row in cases
        ],
    )
    return render(request, "shopfloor/trace/recall.html", context)


def _asked(scope: Scope, get: Any) -> dict[str, Any]:
    """The form as asked, and its cause when there is enough of one."""
    kind, key = get.get("kind", ""), get.get("key", "").strip()
    line, version = get.get("line", ""), get.get("version", "").strip()
    since, until = _local(get.get("since", "")), _local(get.get("until", ""))
    note = ""
    if get.get("last") and key and kind in (FactKind.GAUGE, FactKind.TOOL):
        since = trace.last_good(scope, FactKind(kind), key, until or now_utc())
        if since is None:
            note = gettext("Nothing says when it was last known to be good: all it ever touched is listed.")
        elif kind == FactKind.GAUGE:
            note = gettext("Since the last check that found it good, %(at)s.") % {"at": when(since)}
        else:
            note = gettext("Since the begin of its life in the machine, %(at)s.") % {"at": when(since)}
    cause = None
    if kind == LINE and line and since:
        cause = Cause(None, line=line, since_at=since, until_at=until)
    elif kind in set(FactKind) and kind != FactKind.VALUE and key:
        cause = Cause(FactKind(kind), key, version, "", since, until)
    return {
        "kind": kind, "key": key, "version": version, "line": line, "since": _input(since), "until": _input(until),
        "cause": cause, "note": note, "can_last": kind in (FactKind.GAUGE, FactKind.TOOL) and bool(key),
        "query": {"kind": kind, "key": key, "version": version, "line": line, "since": _input(since),
                  "until": _input(until)},
    }  # fmt: skip


def _local(text: str) -> datetime | None:
    """What a date-and-time field sends, as site time; None when it is empty or unreadable."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else timezone.make_aware(at)


def _input(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M") if at else ""


def _preview(found: TraceDown, names: Mapping[str, str]) -> dict[str, Any]:
    by_place: dict[tuple[str, str], dict[str, int]] = {}
    for group in found.groups:
        row = by_place.setdefault((group.line, group.product), {})
        row[group.status] = row.get(group.status, 0) + group.parts
    return {
        "bar": status_bar(found.by_status),
        "places": [
            {"name": names.get(line, line), "product": product, "parts": sum(counts.values()),
             "counts": [counts.get(status, 0) for status in PART_STATUS]}
            for (line, product), counts in sorted(by_place.items(), key=lambda item: -sum(item[1].values()))
        ],
        "heads": list(PART_STATUS.values()),
        "deep": sum(group.parts for group in found.groups if group.depth),
        "rows": [_row(part) for part in found.parts],
        "first": when(found.first_at),
        "last": when(found.last_at),
    }  # fmt: skip


def status_bar(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Parts by status as pieces of one bar."""
    total = sum(counts.values()) or 1
    found, at = [], 0.0
    for status, label in PART_STATUS.items():
        share = counts.get(status, 0) / total
        if share:
            found.append({"look": PART_LOOK[status], "label": label, "parts": counts[status], "share": share,
                          "x": round(at * 100, 3), "width": round(share * 100, 3)})  # fmt: skip
        at += share
    return found


def _row(part: PartRow) -> dict[str, Any]:
    return {
        "part": part,
        "url": part_url(part.serial),
        "product": product_name(part),
        "status": word(PART_STATUS, part.status),
        "look": PART_LOOK[part.status],
        "touched": when(part.touched_at),
        "begun": when(part.begun_at),
    }


def _freeze(request: HttpRequest, scope: Scope) -> HttpResponse:
    post = request.POST
    form = _asked(scope, post)
    try:
        if form["cause"] is None:
            raise Problem("trace.cause_empty", "Say what to trace, and since when where a line is the cause.")
        key = recalls.open_recall(scope, post.get("name", ""), form["cause"], post.get("reason", ""))
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        messages.error(request, words_of(problem))
        return redirect(f"{request.path}?{urlencode(form['query'])}")
    messages.success(request, _("The case is opened; its parts are frozen as they stand now."))
    return redirect("shopfloor:recall", case_id=key)


def _cells(part: PartRow) -> tuple[Any, ...]:
    return (
        part.serial, part.status, part.product, part.order, part.line, part.lot, part.station, part.on_station,
        part.begun_at, part.done_at, part.touched_at, part.depth,
    )  # fmt: skip


def _export(scope: Scope, cause: Cause, form: str) -> HttpResponseBase:
    """The whole list. CSV has no limit but the case's; a sheet holds what a sheet may hold."""
    name = f"recall-{cause.kind.value if cause.kind else 'line'}"
    if form == "xlsx":
        with touched(scope, cause):
            rows = [_cells(part) for part in _at_most(part_pages(), MAX_EXPORT_ROWS)]
        return xlsx_response(name, HEADER, rows)
    if form != "csv":
        raise Problem("kit.export_format", "Lists are exported as csv or xlsx.")
    with touched(scope, cause):
        text = "".join(_csv(_cells(part) for part in _at_most(part_pages(), recalls.MAX_RECALL)))
    response = StreamingHttpResponse(iter([text]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _at_most(parts: Iterable[PartRow], limit: int) -> Iterator[PartRow]:
    for count, part in enumerate(parts):
        if count >= limit:
            raise too_many(count + 1)
        yield part


def _csv(rows: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    out.write("\ufeff")
    writer.writerow(HEADER)
    for row in rows:
        writer.writerow([plain_cell(value) for value in row])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def _case_spec(scope: Scope) -> lists.ListSpec:
    column = lists.Column
    return lists.ListSpec(
        key="recall-parts",
        columns=(
            column("serial", _("Serial"), lambda row: row.serial.serial, sort="serial_id", url=lambda row: part_url(row.serial.serial)),
            column("now", _("Status now"), lambda row: word(PART_STATUS, row.serial.status), sort="serial__status", state=lambda row: PART_LOOK[row.serial.status], export=lambda row: row.serial.status),
            column("then", _("Status then"), lambda row: word(PART_STATUS, row.status), sort="status", export=lambda row: row.status),
            column("station", _("Seen at then"), sort="station"),
            column("product", _("Product"), lambda row: row.serial.product.code, sort="serial__product__code"),
            column("order", _("Order"), lambda row: row.serial.order.number if row.serial.order else "", sort="serial__order__number"),
            column("line", _("Line"), lambda row: row.serial.order.line.asset if row.serial.order else "", sort="serial__order__line__asset"),
            column("lot", _("Lot"), lambda row: row.serial.lot, sort="serial__lot"),
            column("touched_at", _("Touched"), lambda row: when(row.touched_at), sort="touched_at"),
        ),
        filters=(lists.Filter("now", _("Status now"), tuple(PART_STATUS.items()), "serial__status"),),
        search=("serial__serial__icontains", "serial__order__number__startswith"),
        row_url=lambda row: part_url(row.serial.serial),
    )  # fmt: skip


@needs(VIEW)
def recall_case_page(request: HttpRequest, case_id: int) -> HttpResponseBase:
    """``/parts/recall/<id>/``; ``?part=holds`` answers how far holding is."""
    scope = scope_of(request)
    case = recall_case(scope, case_id)
    context = frame(scope, "recalls", case.name, case=case, cause=cause_words(case.cause), opened=when(case.opened_at),
                    closed=when(case.closed_at), then=status_bar(case.counts), now=status_bar(case.now))  # fmt: skip
    if request.GET.get("part") == "holds":
        return render(request, "shopfloor/trace/holds.html", context)
    title = context.pop("page_title")
    return lists.answer(
        request,
        _case_spec(scope),
        recall_parts(scope, case_id),
        "shopfloor/trace/case.html",
        title=title,
        **context,
    )


@require_POST
@needs(QUALITY)
def recall_action(request: HttpRequest, case_id: int, action: str) -> HttpResponse:
    """``/parts/recall/<id>/hold/`` and ``/close/``"""
    scope = scope_of(request)
    try:
        if action == "hold":
            recalls.hold_recalled(scope, case_id)
            messages.success(request, _("Parts are being held; this goes on when you leave the page."))
        else:
            recalls.close_recall(scope, case_id, request.POST.get("note", ""))
            messages.success(request, _("The case is closed."))
    except Problem as problem:
        if problem.status in (403, 404):
            raise
        messages.error(request, words_of(problem))
    return redirect("shopfloor:recall", case_id=case_id)
