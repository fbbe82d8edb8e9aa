"""One request's view of a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from gearpark.base.problems import Problem

from ..http import scope_of
from ..models import ListChoice
from ..tenant import require
from .export import MAX_EXPORT_ROWS, csv_response, too_many, xlsx_response
from .spec import MAX_FILTER_LENGTH, Column, ListSpec

MAX_VIEWS = 30
MAX_VIEW_NAME = 60
MAX_QUERY = 2000
MAX_PAGE = 100_000


@dataclass(slots=True)
class Cell:
    """One cell as the template draws it."""

    text: str
    numeric: bool = False
    unit: str = ""
    state: str = ""
    url: str = ""


@dataclass(slots=True)
class Row:
    cells: list[Cell]
    url: str = ""


@dataclass(slots=True)
class Head:
    """A column's head; ``sorted`` is "", "asc" or "desc"."""

    key: str
    label: Any
    shown: bool
    numeric: bool = False
    unit: Any = ""
    sorted: str = ""
    sort_url: str = ""


@dataclass(slots=True)
class Choice:
    """A filter as drawn."""

    name: str
    label: Any
    choices: Any
    value: str


@dataclass(slots=True)
class ListPage:
    """Everything ``ui/list.html`` needs."""

    title: Any
    path: str
    total: int
    search: str
    sort: str
    query: str
    filtered: bool
    filters: list[Choice]
    columns: list[Head]
    all_columns: list[Head]
    rows: list[Row]
    objects: list[Any]
    views: list[dict[str, Any]]
    number: int
    first_row: int
    last_row: int
    previous_url: str
    next_url: str
    save_view_url: str
    export_csv: str
    export_xlsx: str
    empty_title: Any = ""
    empty_text: Any = ""
    empty_url: str = ""
    empty_label: Any = ""
    details: dict[str, Any] = field(default_factory=dict)


def answer(
    request: HttpRequest,
    spec: ListSpec,
    rows: QuerySet[Any],
    template: str,
    *,
    title: Any = "",
    **context: Any,
) -> HttpResponseBase:
    """The list as a page, as a sheet (``?format=csv|xlsx``), or the saving of a view (POST ``view_name``)."""
    if request.method == "POST":
        return _save_view(request, spec)
    wanted = request.GET.get("format", "")
    if wanted:
        return _export(request, spec, rows, wanted)
    page = list_page(request, spec, rows, title=title)
    return render(request, template, {"page": page, "page_title": title, **context})


def list_page(request: HttpRequest, spec: ListSpec, rows: QuerySet[Any], *, title: Any = "") -> ListPage:
    """Narrow, sort and cut ``rows`` by the request's parameters. Three SQL queries."""
    get = request.GET
    found, values = narrowed(spec, rows, get)
    sort = _sort(spec, get.get("sort", ""))
    total = found.count()
    number = _page_number(get.get("page", ""), total, spec.page_rows)
    start = (number - 1) * spec.page_rows
    objects = list(_ordered(spec, found, sort)[start : start + spec.page_rows])
    shown, views = _choices(request, spec)
    heads = [_head(column, column.key in shown, sort, get) for column in spec.columns]
    columns = [column for column in spec.columns if column.key in shown]
    search = get.get("q", "")[:MAX_FILTER_LENGTH]
    return ListPage(
        title=title,
        path=request.path,
        total=total,
        search=search,
        sort=sort,
        query=_query(get),
        filtered=bool(search or any(values.values())),
        filters=[Choice(item.name, item.label, item.options(), values[item.name]) for item in spec.filters],
        columns=[head for head in heads if head.shown],
        all_columns=heads,
        rows=[
            Row([_cell(column, row) for column in columns], spec.row_url(row) if spec.row_url else "")
            for row in objects
        ],
        objects=objects,
        views=views,
        number=number,
        first_row=start + 1 if objects else 0,
        last_row=start + len(objects),
        previous_url=_url(get, page=str(number - 1)) if number > 1 else "",
        next_url=_url(get, page=str(number + 1)) if start + len(objects) < total else "",
        save_view_url=request.path,
        export_csv=_url(get, page=None, format="csv"),
        export_xlsx=_url(get, page=None, format="xlsx"),
        empty_title=spec.empty_title or _("Nothing here yet"),
        empty_text=spec.empty_text,
        empty_url=spec.empty_url,
        empty_label=spec.empty_label,
    )


def narrowed(spec: ListSpec, rows: QuerySet[Any], get: QueryDict) -> tuple[QuerySet[Any], dict[str, str]]:
    """Apply search and filters; returns the rows and each filter's value. A value that is no choice is ignored."""
    search = get.get("q", "").strip()[:MAX_FILTER_LENGTH].replace("\x00", "")
    if search and spec.search:
        anywhere = Q()
        for lookup in spec.search:
            anywhere |= Q(**{lookup: search})
        rows = rows.filter(anywhere)
    values: dict[str, str] = {}
    for item in spec.filters:
        value = get.get(item.name, "")
        if value and value not in {str(choice) for choice, _label in item.options()}:
            value = ""
        values[item.name] = value
        if value:
            rows = item.narrow(rows, value)
    return rows, values


def _ordered(spec: ListSpec, rows: QuerySet[Any], sort: str) -> QuerySet[Any]:
    column = spec.by_key.get(sort.lstrip("-"))
    if column is None:
        return rows if rows.ordered else rows.order_by("pk")
    field = F(column.sort)
    return rows.order_by(
        field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True), "pk"
    )


def _sort(spec: ListSpec, wanted: str) -> str:
    column = spec.by_key.get(wanted.lstrip("-"))
    return (
        wanted if column is not None and column.sort and wanted.count("-", 0, 2) <= 1 else spec.default_sort
    )


def _page_number(text: str, total: int, size: int) -> int:
    last = max(1, -(-total // size))
    return min(max(1, int(text)), last, MAX_PAGE) if text.isdecimal() and len(text) < 8 else 1


def _cell(column: Column, row: Any) -> Cell:
    value = column.read(row)
    missing = value is None or value == ""
    if missing:
        text = "–" if column.numeric else ""
    elif isinstance(value, bool):
        text = _("yes") if value else _("no")
    elif column.numeric and not isinstance(value, str):
        text = number_format(value, use_l10n=True, force_grouping=True)
    else:
        text = str(value)
    return Cell(
        text=text,
        numeric=column.numeric,
        state=column.state(row) if column.state else "",
        url=column.url(row) if column.url else "",
    )


def _head(column: Column, shown: bool, sort: str, get: QueryDict) -> Head:
    direction = {column.key: "asc", f"-{column.key}": "desc"}.get(sort, "")
    after = f"-{column.key}" if direction == "asc" else column.key
    return Head(
        key=column.key,
        label=column.label,
        shown=shown,
        numeric=column.numeric,
        unit=column.unit,
        sorted=direction,
        sort_url=_url(get, sort=after, page=None) if column.sort else "",
    )


def _url(get: QueryDict, **changes: str | None) -> str:
    params = get.copy()
    for name, value in changes.items():
        if value is None:
            params.pop(name, None)
        else:
            params[name] = value
    return f"?{params.urlencode()}"


def _query(get: QueryDict) -> str:
    params = get.copy()
    params.pop("page", None)
    return params.urlencode()[:MAX_QUERY]


def _choices(request: HttpRequest, spec: ListSpec) -> tuple[set[str], list[dict[str, Any]]]:
    """Visible columns and saved views of the person; column boxes in the request are kept for next time."""
    scope = scope_of(request)
    known = set(spec.by_key)
    default = {column.key for column in spec.columns if column.shown}
    if scope.person_id is None:
        return default, []
    kept = list(
        ListChoice.objects.of(scope)
        .filter(org=scope.org, person_id=scope.person_id, page=spec.key)
        .order_by("name")
    )
    columns = next((choice for choice in kept if choice.name == ""), None)
    shown = (set(columns.columns) & known if columns else set()) or default
    asked = set(request.GET.getlist("col")) & known
    if asked and asked != shown:
        shown = asked
        _keep(request, spec, "", columns=sorted(shown))
    here = _query(request.GET)
    views = [
        {"name": choice.name, "url": f"?{choice.query}", "active": choice.query == here}
        for choice in kept
        if choice.name
    ]
    return shown, views


def _keep(request: HttpRequest, spec: ListSpec, name: str, **values: Any) -> None:
    scope = scope_of(request)
    ListChoice.objects.of(scope).update_or_create(
        org=scope.org, person_id=scope.person_id or 0, page=spec.key, name=name, defaults=values
    )


def _save_view(request: HttpRequest, spec: ListSpec) -> HttpResponse:
    """Keep the posted query under a name, or remove the view named in ``drop_view``."""
    scope = scope_of(request)
    mine = ListChoice.objects.of(scope).filter(org=scope.org, person_id=scope.person_id or 0, page=spec.key)
    drop = request.POST.get("drop_view", "")
    if drop:
        mine.filter(name=drop).delete()
        return HttpResponseRedirect(request.path)
    name = request.POST.get("view_name", "").strip()
    query = request.POST.get("query", "")
    if not name or len(name) > MAX_VIEW_NAME or len(query) > MAX_QUERY or scope.person_id is None:
        raise Problem(
            "kit.view_name", f"Give the view a name of 1 to {MAX_VIEW_NAME} characters; nothing was saved."
        )
    if mine.exclude(name__in=["", name]).count() >= MAX_VIEWS:
        raise Problem(
            "kit.too_many_views", f"You have {MAX_VIEWS} views of this list already; remove one first."
        )
    clean = _query(QueryDict(query))
    _keep(request, spec, name, query=clean)
    return HttpResponseRedirect(f"{request.path}?{clean}")


def _export(request: HttpRequest, spec: ListSpec, rows: QuerySet[Any], wanted: str) -> HttpResponseBase:
    if wanted not in ("csv", "xlsx"):
        raise Problem("kit.export_format", "Lists are exported as csv or xlsx.")
    if spec.right_to_export:
        require(scope_of(request), spec.right_to_export)
    found, _values = narrowed(spec, rows, request.GET)
    found = _ordered(spec, found, _sort(spec, request.GET.get("sort", "")))
    total = found.count()
    if total > MAX_EXPORT_ROWS:
        raise too_many(total)
    shown, _views = _choices(request, spec)
    columns = [column for column in spec.columns if column.key in shown]
    lines = (
        [column.export(row) if column.export else column.read(row) for column in columns]
        for row in found.iterator()
    )
    make = csv_response if wanted == "csv" else xlsx_response
    return make(spec.key, [column.key for column in columns], lines)
