"""Silos of alumina and fluoride: how full, how long they last, what came; and which hoppers are filled next."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gearpark.base.problems import NotFound, Problem
from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.kit.lists.export import csv_response
from gearpark.kit.problems import words_of
from gearpark.ui.numbers import plain

from ..forms import FillForm, MoveForm, SiloForm
from ..queries.lines import potline
from ..queries.stock import FILL_MIN, HOPPER_KG, LOOK_H, SECTION, moves, next_fills, silos
from ..services import stock as services
from ..types import CONTROL, VIEW, WORK, Material, MoveKind, SectionFill, SiloInfo
from .words import MATERIALS, MOVES, NONE, language

SHOWN = 20  # fills: one round of 300 cells
TALL = 120.0  # of a drawn silo


@needs(VIEW)
def board(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/stock/``; ``?export=csv``."""
    scope = scope_of(request)
    info, now = potline(scope, potline_code), now_utc()
    entries = moves(scope, info)
    if request.GET.get("export") == "csv":
        head = ["silo", "entry", "t", "at", "by", "note", "first_cell", "last_cell"]
        rows = [
            [code, m.kind.value, m.t, m.at, m.by, m.note, m.first or "", m.last or ""] for code, m in entries
        ]
        return csv_response(f"{info.code}-stock", head, rows)
    found = silos(scope, info, now)
    context: dict[str, Any] = {
        "line": info,
        "name": info.name(language()),
        "page_title": _("Alumina and fluoride"),
        "silos": [_silo(one) for one in found],
        "fills": [_fill(one) for one in next_fills(scope, info, now)[:SHOWN]],
        "has_alumina": any(one.material is Material.ALUMINA for one in found),
        "hours": LOOK_H,
        "minutes": FILL_MIN,
        "hopper": plain(HOPPER_KG / 1000.0, 1),
        "section": SECTION,
        "cells": info.cells,
        "entries": [
            {
                "silo": code, "word": MOVES[m.kind], "t": plain(m.t, 1) if m.kind is not MoveKind.FILL else "", "at": m.at, "by": m.by,
                "note": m.note or (f"{m.first} – {m.last}" if m.first else ""),
            }
            for code, m in entries
        ],
        "may_control": scope.may(CONTROL),
        "may_work": scope.may(WORK),
    }  # fmt: skip
    return render(request, "potline/stock.html", context)


def _silo(one: SiloInfo) -> dict[str, Any]:
    share = 0.0 if one.stock_t is None else min(max(one.stock_t / one.capacity_t, 0.0), 1.0)
    low = one.stock_t is not None and one.stock_t < one.reorder_t
    days = NONE if one.hours_left is None else plain(one.hours_left / 24.0, 1)
    return {
        "id": one.id, "code": one.code, "material": MATERIALS[one.material], "capacity": plain(one.capacity_t),
        "stock": NONE if one.stock_t is None else plain(one.stock_t, 1), "reorder": plain(one.reorder_t), "low": low,
        "use": plain(one.use_t_d, 1), "days": days, "cells": f"{one.first} – {one.last}", "counted_at": one.counted_at,
        "top": round(10 + TALL * (1 - share), 1), "height": round(TALL * share, 1),
        "mark": round(10 + TALL * (1 - one.reorder_t / one.capacity_t), 1),
        "title": _("%(code)s: %(stock)s of %(capacity)s t") % {"code": one.code, "stock": NONE if one.stock_t is None else plain(one.stock_t, 1), "capacity": plain(one.capacity_t)},
    }  # fmt: skip


def _fill(one: SectionFill) -> dict[str, Any]:
    return {
        "first": one.first, "last": one.last, "start": timezone.localtime(one.start).strftime("%H:%M"),
        "end": timezone.localtime(one.end).strftime("%H:%M"), "dry": timezone.localtime(one.dry).strftime("%m-%d %H:%M"),
        "tonnes": plain(one.tonnes, 1), "late": one.late,
    }  # fmt: skip


@needs(CONTROL)
def new(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/stock/new/``"""
    scope = scope_of(request)
    info = potline(scope, potline_code)
    form = SiloForm(request.POST or None, initial={"first": 1, "last": info.cells})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            services.add_silo(
                scope, potline_code, given.pop("code"), Material(given.pop("material")), **given
            )
        except Problem as problem:
            form.add_error(None, words_of(problem))
        else:
            return redirect("potline:stock", potline_code=potline_code)
    context = {
        "form": form,
        "line": info,
        "name": info.name(language()),
        "page_title": _("New silo"),
        "submit_label": _("Keep"),
        "back_url": f"/potline/{info.code}/stock/",
    }
    return render(request, "potline/silo_new.html", context)


@needs(WORK)
@require_POST
def enter(request: HttpRequest, potline_code: str, silo_id: int) -> HttpResponse:
    """``/potline/<code>/stock/<silo>/enter/``: a delivery or a count."""
    form = MoveForm(request.POST)

    def deed() -> None:
        form.is_valid()  # a mass that is none is refused where the silo's size is known
        given: dict[str, Any] = {"kind": MoveKind.COUNT.value, "t": math.nan, "note": ""} | form.cleaned_data
        services.enter(
            scope_of(request), potline_code, silo_id, MoveKind(given["kind"]), given["t"], given["note"]
        )

    return _done(request, potline_code, deed)


@needs(WORK)
@require_POST
def filled(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/stock/filled/``: hoppers of a section, or of the whole line, are full."""
    form = FillForm(request.POST)

    def deed() -> None:
        form.is_valid()
        cells = {"first": 0, "last": 0} | form.cleaned_data
        services.filled(scope_of(request), potline_code, cells["first"], cells["last"])

    return _done(request, potline_code, deed)


def _done(request: HttpRequest, code: str, deed: Callable[[], None]) -> HttpResponse:
    try:
        deed()
    except NotFound:
        raise
    except Problem as problem:
        messages.error(request, words_of(problem))
    else:
        messages.success(request, _("Entered."))
    return redirect("potline:stock", potline_code=code)
