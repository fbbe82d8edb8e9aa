"""Editing a line on its drawing: parts dragged, their figures, what is put in and taken out, whole sections."""

from __future__ import annotations

import json
from typing import Any

import yaml
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import NotFound, Problem
from gearpark.engines.linesim.model import read_document
from gearpark.engines.linesim.model.fields import TABLES
from gearpark.kit.http import needs, scope_of
from gearpark.kit.problems import words_of

from ..queries import models as queries
from ..services import models as services
from ..services import shape
from ..types import EDIT, Kind, ModelInfo
from .drawing import drawing
from .field_words import ABOUT, LABELS

FIELDS_OF = {"stations": "station", "buffers": "buffer", "transports": "transport", "people": "group"}
FIRST = {
    "station": ("title", "cycle", "machines", "buffer", "fail", "setup", "tools", "scrap", "operator"),
    "buffer": ("capacity",),
    "transport": ("title", "count", "empty", "move", "fail"),
    "group": ("count", "skills"),
}
WIDE = ("fail", "setup", "tools", "load", "rework", "power", "source")
SECTIONS = {
    "flow": _("Flow"),
    "parts": _("Part types"),
    "supply": _("Supply"),
    "run": _("Run"),
    "money": _("Money"),
    "scenarios": _("Scenarios"),
    "optimize": _("Optimum sought"),
    "calendars": _("Calendars"),
}
TABLE_WORDS = {
    "stations": _("Station"),
    "buffers": _("Buffer"),
    "transports": _("Transport"),
    "people": _("People"),
}
MAX_PLACES = 200_000  # bytes of a drawing's places


@needs(EDIT)
def edit(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/<id>/edit/``"""
    info = _line_model(request, key)
    return render(request, "twin/edit.html", {"page_title": info.name, **_canvas(info), "panel": None})


def _line_model(request: HttpRequest, key: int) -> ModelInfo:
    info = queries.model(scope_of(request), key)
    if info.kind is not Kind.LINE:
        raise NotFound("twin.question_unfit", "A study has no drawing; change its file.")
    return info


def _canvas(info: ModelInfo) -> dict[str, Any]:
    raw = queries.document_of(info).raw
    flows_out = [edge["from"] for edge in shape.edges_of(raw)]
    return {
        "info": info,
        "drawing": drawing(queries.line_of(info), info.layout),
        "sections": SECTIONS.items(),
        "behind": list(dict.fromkeys(flows_out)),
        "editing": True,
        "table_words": TABLE_WORDS.items(),
    }


@needs(EDIT)
def part(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/<id>/part/?table=&name=`` the panel of one part; by POST its figures changed."""
    info = _line_model(request, key)
    given = request.POST if request.method == "POST" else request.GET
    table, name = given.get("table", ""), given.get("name", "")
    raw = queries.document_of(info).raw
    if table not in FIELDS_OF or name not in (raw.get(table) or {}):
        raise NotFound("twin.part_unknown", f"The model has no {name[:40]!r}.")
    if request.method != "POST":
        return render(request, "twin/parts/panel.html", {"info": info, "panel": _panel(info, table, name)})
    scope, before = scope_of(request), (raw[table] or {})[name] or {}
    try:
        changes = _changes(request, table, name, before)
        saved = (
            services.change_model(scope, key, changes, base=_base(request), note=name) if changes else info
        )
    except Problem as problem:
        panel = _panel(info, table, name) | {"error": words_of(problem), "sent": True}
        for field in (*panel["fields"], *panel["more"]):
            field["value"] = request.POST.get(field["name"], field["value"])
        return render(request, "twin/parts/editor.html", {**_canvas(info), "panel": panel})
    return render(
        request,
        "twin/parts/editor.html",
        {**_canvas(saved), "panel": _panel(saved, table, name) | {"saved": True}},
    )


def _panel(info: ModelInfo, table: str, name: str) -> dict[str, Any]:
    kind = FIELDS_OF[table]
    values = queries.document_of(info).at((table, name)) or {}
    fields = [_field(kind, field, values.get(field)) for field in TABLES[kind]]
    first = FIRST[kind]
    return {
        "kind": "part",
        "table": table,
        "word": TABLE_WORDS[table],
        "name": name,
        "fields": sorted((f for f in fields if f["name"] in first), key=lambda f: first.index(f["name"])),
        "more": [f for f in fields if f["name"] not in first],
    }


def _field(kind: str, name: str, value: Any) -> dict[str, Any]:
    text = inline(value)
    return {
        "name": name,
        "label": LABELS.get(name, name),
        "help": ABOUT.get((kind, name), ""),
        "value": text,
        "long": len(text) > 34 or name in WIDE,
        "required": TABLES[kind][name].required,
    }


def inline(value: Any) -> str:
    """A value as it is written on one line of a model file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return str(
            yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10_000)
        ).strip()
    return str(value)


def _changes(request: HttpRequest, table: str, name: str, before: dict[str, Any]) -> dict[str, Any]:
    """Fields that differ from what the model says, by their paths."""
    changes: dict[str, Any] = {}
    for field in TABLES[FIELDS_OF[table]]:
        text = request.POST.get(field)
        if text is None or text.strip() == inline(before.get(field)):
            continue
        value = read_document(f"value: {text.strip()}\n", field).raw.get("value") if text.strip() else None
        if value is not None or before.get(field) is not None:
            changes[f"{table}.{name}.{field}"] = value
    return changes


def _base(request: HttpRequest) -> int:
    text = request.POST.get("base", "")
    return int(text) if text.isdecimal() else 0


@needs(EDIT)
def section(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/<id>/section/?path=`` a section as text; by POST changed."""
    info = _line_model(request, key)
    path = (request.POST if request.method == "POST" else request.GET).get("path", "")
    if path not in SECTIONS:
        raise NotFound("twin.part_unknown", f"The model has no {path[:40]!r}.")
    if request.method != "POST":
        return render(request, "twin/parts/panel.html", {"info": info, "panel": _section(info, path)})
    text = request.POST.get("text", "")
    try:
        saved = shape.set_section(scope_of(request), key, path, text, base=_base(request))
    except Problem as problem:
        panel = _section(info, path) | {"text": text, "error": words_of(problem)}
        return render(request, "twin/parts/editor.html", {**_canvas(info), "panel": panel})
    return render(
        request,
        "twin/parts/editor.html",
        {**_canvas(saved), "panel": _section(saved, path) | {"saved": True}},
    )


def _section(info: ModelInfo, path: str) -> dict[str, Any]:
    text = shape.section_text(info, path)
    if path == "flow" and not text:
        text = yaml.safe_dump(
            shape.flow_of(shape.edges_of(queries.document_of(info).raw)), allow_unicode=True, sort_keys=False
        )
    return {
        "kind": "section",
        "path": path,
        "word": SECTIONS[path],
        "text": text,
        "rows": min(24, max(8, text.count("\n") + 2)),
    }


@needs(EDIT)
@require_POST
def add(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/<id>/add/``: a station or buffer behind another, a transport, a group of people."""
    info = _line_model(request, key)
    table, name, after = (request.POST.get(field, "").strip() for field in ("table", "name", "after"))
    try:
        saved = shape.add_part(scope_of(request), key, table, name, after=after, base=_base(request))
    except Problem as problem:
        return render(
            request,
            "twin/parts/editor.html",
            {**_canvas(info), "panel": {"kind": "note", "error": words_of(problem)}},
        )
    return render(
        request,
        "twin/parts/editor.html",
        {**_canvas(saved), "panel": _panel(saved, table, name) | {"saved": True}},
    )


@needs(EDIT)
@require_POST
def remove(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/<id>/remove/``: a part taken out; the revision before can be restored."""
    info = _line_model(request, key)
    table, name = request.POST.get("table", ""), request.POST.get("name", "")
    try:
        saved = shape.remove_part(scope_of(request), key, table, name, base=_base(request))
    except Problem as problem:
        return render(
            request,
            "twin/parts/editor.html",
            {**_canvas(info), "panel": {"kind": "note", "error": words_of(problem)}},
        )
    told = gettext("%(name)s is taken out; undo brings it back.") % {"name": name}
    return render(
        request, "twin/parts/editor.html", {**_canvas(saved), "panel": {"kind": "note", "told": told}}
    )


@needs(EDIT)
@require_POST
def undo(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/<id>/undo/``: the revision before, kept as the newest."""
    info = _line_model(request, key)
    number = max(1, _before(info))
    try:
        saved = services.restore(scope_of(request), key, number, base=_base(request))
    except Problem as problem:
        return render(
            request,
            "twin/parts/editor.html",
            {**_canvas(info), "panel": {"kind": "note", "error": words_of(problem)}},
        )
    told = gettext("As it was in revision %(n)s.") % {"n": number}
    return render(
        request, "twin/parts/editor.html", {**_canvas(saved), "panel": {"kind": "note", "told": told}}
    )


def _before(info: ModelInfo) -> int:
    """The revision before the one shown, where undoing again goes further back."""
    note = info.revisions[0].note
    shown = note.removeprefix("= ") if note.startswith("= ") else ""
    return (int(shown) if shown.isdecimal() else info.revision) - 1


@needs(EDIT)
@require_POST
def places(request: HttpRequest, key: int) -> HttpResponse:
    """``/twin/<id>/places/``: where things are drawn, as JSON {name: [column, row]}; an empty one lays it out anew."""
    if len(request.body) > MAX_PLACES:
        raise Problem("twin.places_wrong", "That is no drawing's places: names with a column and a row each.")
    try:
        given = json.loads(request.body or b"{}")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Problem("twin.places_wrong", "That is no drawing's places: names with a column and a row each.")
    info = services.place_parts(scope_of(request), key, given)
    return JsonResponse({"placed": len(info.layout)})
