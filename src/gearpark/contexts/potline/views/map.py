"""The map: cells in the rows of their building, coloured by a figure, at any moment of the last day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from gearpark.base.time import now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.ui.numbers import plain

from ..queries.alarms import EFFECT, episodes
from ..queries.cells import cells_at, groups
from ..queries.lines import potline, potlines
from ..types import CONTROL, UNITS, VIEW, CellState, Kpi, PotlineInfo, Target
from .words import ALARMS, CONTROLS, KPIS, NOTICES, PHASES, URGENT, language, shown, with_unit

BACK_MIN = 24 * 60  # how far the slider goes back, minutes
STEP_MIN = 10
LISTED = 12  # cells off target that are named
STEPS = 3  # colours on either side of the target
CELL_WIDTH, CELL_GAP, CELL_HEIGHT = 7.0, 1.0, 54.0
ROW_PITCH = 92.0
EDGES = (0.05, 0.25, 0.5, 0.75, 0.95)  # quantiles between the colours where there is no target


@needs(VIEW)
def front(request: HttpRequest) -> HttpResponse:
    """``/potline/``: the line, or the choice of lines."""
    lines = potlines(scope_of(request))
    if len(lines) == 1:
        return redirect("potline:map", potline_code=lines[0].code)
    shown_lines = [{"code": one.code, "name": one.name(language()), "cells": one.cells} for one in lines]
    may = scope_of(request).may(CONTROL)
    return render(
        request, "potline/front.html", {"page_title": _("Potline"), "lines": shown_lines, "may_control": may}
    )


@needs(VIEW)
def line_map(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/``; ``?kpi=``, ``?back=`` minutes before now. As a part: the map alone."""
    scope = scope_of(request)
    info = potline(scope, potline_code)
    kpi = _kpi(request.GET.get("kpi", ""))
    back = _back(request.GET.get("back", ""))
    at = now_utc() - timedelta(minutes=back)
    cells = cells_at(info, at, tuple(dict.fromkeys((kpi, Kpi.VOLTAGE, Kpi.ALUMINA))))
    context: dict[str, Any] = {
        "line": info,
        "name": info.name(language()),
        "page_title": info.name(language()),
        "kpi": kpi.value,
        "kpi_word": KPIS[kpi],
        "kpis": [{"value": one.value, "word": word} for one, word in KPIS.items()],
        "back": back,
        "back_most": BACK_MIN,
        "back_step": STEP_MIN,
        "at": timezone.localtime(at),
        "may_control": scope.may(CONTROL),
        **_drawn(info, kpi, cells),
    }
    if request.headers.get("HX-Request"):
        return render(request, "potline/parts/map.html", context)
    context["effects_day"] = _effects(request, info, at)
    return render(request, "potline/map.html", context)


def _effects(request: HttpRequest, info: PotlineInfo, at: datetime) -> int:
    start = at - timedelta(days=1)
    found = episodes(scope_of(request), info, start, at)
    return sum(one.alarm == EFFECT and one.began >= start for one in found)


def _kpi(text: str) -> Kpi:
    return Kpi(text) if text in set(Kpi) else Kpi.ALUMINA


def _back(text: str) -> int:
    return min(int(text), BACK_MIN) if text.isdecimal() else 0


def _drawn(info: PotlineInfo, kpi: Kpi, cells: Sequence[CellState]) -> dict[str, Any]:
    target, heard = info.targets.get(kpi), [one for one in cells if not one.stale]
    scale = Scale(kpi, target, [one.values[kpi] for one in heard if kpi in one.values])
    length = -(-info.cells // info.rooms)
    pitch = CELL_WIDTH + CELL_GAP
    return {
        "heard": len(heard),
        "drawing": {
            "width": length * pitch + 8, "height": info.rooms * ROW_PITCH + 4, "cell": CELL_WIDTH, "tall": CELL_HEIGHT,
            "rows": [
                {"y": room * ROW_PITCH + 14, "word": _("Row %(n)s") % {"n": room + 1}, "width": length * pitch}
                for room in range(info.rooms)
            ],
            "cells": [_cell(info, kpi, scale, one) for one in cells],
        },
        "legend": scale.legend(),
        "figures": _figures(kpi, heard, cells),
        "off": _off(info, kpi, target, heard),
        "groups": [
            {"first": one.first, "last": one.last, "word": _("too high") if one.high else _("too low")}
            for one in groups(info, kpi, cells)
        ],
        "alarmed": _alarmed(heard),
        "target": f"{shown(kpi, target.middle)} ± {shown(kpi, target.room)} {UNITS[kpi]}" if target else "",
    }  # fmt: skip


def _cell(info: PotlineInfo, kpi: Kpi, scale: Scale, one: CellState) -> dict[str, Any]:
    room, place = info.room_of(one.number)
    value = one.values.get(kpi)
    words = [f"{one.number}", with_unit(kpi, value)] if not one.stale else [f"{one.number}", _("no data")]
    words += [str(ALARMS.get(alarm, alarm)) for alarm in one.alarms]
    urgent = any(alarm in URGENT for alarm in one.alarms)
    alarmed = any(alarm not in NOTICES for alarm in one.alarms)
    return {
        "number": one.number,
        "x": round(place * (CELL_WIDTH + CELL_GAP), 1),
        "y": room * ROW_PITCH + 20,
        "look": "nodata" if one.stale or value is None else scale.look(value),
        "ring": "urgent" if urgent else "alarm" if alarmed else "",
        "away": not one.stale and one.control in ("hands", "advice"),
        "title": " · ".join(words),
    }


class Scale:
    """Colours of a figure: steps of the room on both sides of its target, else of its own spread."""

    def __init__(self, kpi: Kpi, target: Target | None, values: Sequence[float]) -> None:
        self.kpi, self.target = kpi, target
        if target is None:
            ordered = sorted(values) or [0.0]
            self.edges = [ordered[min(len(ordered) - 1, int(q * len(ordered)))] for q in EDGES]
        else:
            rooms = [-2.0, -1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0, 2.0]
            self.edges = [target.middle + x * target.room for x in rooms]

    def look(self, value: float) -> str:
        step = sum(value > edge for edge in self.edges)
        return f"d{step}" if self.target is not None else f"q{step}"

    def legend(self) -> list[dict[str, str]]:
        mark = "d" if self.target is not None else "q"
        edges = [shown(self.kpi, edge) for edge in self.edges]
        words = [
            f"< {edges[0]}",
            *(f"{a} – {b}" for a, b in pairwise(edges)),
            f"> {edges[-1]}",
        ]
        return [{"look": f"{mark}{k}", "word": word} for k, word in enumerate(words)]


def _figures(kpi: Kpi, heard: Sequence[CellState], cells: Sequence[CellState]) -> list[dict[str, Any]]:
    def mean(of: Kpi) -> str:
        values = [one.values[of] for one in heard if of in one.values]
        return shown(of, sum(values) / len(values)) if values else "–"

    made = [
        {"value": mean(of), "unit": UNITS[of], "label": KPIS[of], "size": "hero" if of is kpi else ""}
        for of in dict.fromkeys((kpi, Kpi.VOLTAGE, Kpi.ALUMINA))
    ]
    away = [one for one in heard if one.control in ("hands", "advice")]
    alarmed = [one for one in heard if one.alarms]
    return [
        *made,
        {"value": plain(len(alarmed)), "unit": _("cells"), "label": _("With an alarm"), "size": ""},
        {"value": plain(len(away)), "unit": _("cells"), "label": _("By hand or advised"), "size": ""},
        {"value": plain(len(cells) - len(heard)), "unit": _("cells"), "label": _("Without data"), "size": ""},
    ]


def _off(
    info: PotlineInfo, kpi: Kpi, target: Target | None, heard: Sequence[CellState]
) -> list[dict[str, Any]]:
    """The cells furthest off target."""
    if target is None:
        return []
    found = [(target.off(one.values[kpi]), one) for one in heard if kpi in one.values]
    worst = sorted((pair for pair in found if abs(pair[0]) > 1), key=lambda pair: -abs(pair[0]))[:LISTED]
    return [
        {
            "number": one.number,
            "value": with_unit(kpi, one.values[kpi]),
            "off": f"{'+' if off > 0 else '−'}{shown(kpi, abs(one.values[kpi] - target.middle))}",
            "phase": PHASES.get(one.phase, one.phase),
            "control": CONTROLS.get(one.control, one.control),
        }
        for off, one in worst
    ]


def _rank(alarms: Sequence[str]) -> int:
    """0: go there, 1: an alarm, 2: to know."""
    return min(0 if alarm in URGENT else 2 if alarm in NOTICES else 1 for alarm in alarms)


def _alarmed(heard: Sequence[CellState]) -> list[dict[str, Any]]:
    """Cells with alarms, those the crew goes to first in front."""
    found = sorted(
        (one for one in heard if one.alarms),
        key=lambda one: (_rank(one.alarms), one.number),
    )
    return [
        {
            "number": one.number,
            "urgent": any(alarm in URGENT for alarm in one.alarms),
            "words": [ALARMS.get(alarm, alarm) for alarm in one.alarms],
        }
        for one in found[: 2 * LISTED]
    ]
