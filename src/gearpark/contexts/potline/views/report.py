"""A shift or a day in figures: the line, and cell by cell with what is off target."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gearpark.base.time import from_us, now_utc
from gearpark.kit.http import needs, scope_of
from gearpark.kit.lists.export import csv_response, xlsx_response
from gearpark.ui.numbers import percent, plain

from ..queries.lines import potline
from ..queries.report import line_report
from ..queries.shifts import calendar
from ..types import UNITS, VIEW, CellReport, Kpi, LineReport, PotlineInfo
from .words import KPIS, NONE, language, shown

SHIFTS = {
    "early": gettext_lazy("Early shift"),
    "late": gettext_lazy("Late shift"),
    "night": gettext_lazy("Night shift"),
    "day": gettext_lazy("Whole day"),
}
COLUMNS = (
    Kpi.VOLTAGE,
    Kpi.RESISTANCE,
    Kpi.ALUMINA,
    Kpi.TEMPERATURE,
    Kpi.SUPERHEAT,
    Kpi.ACIDITY,
    Kpi.NOISE,
    Kpi.FEED,
)


@needs(VIEW)
def report(request: HttpRequest, potline_code: str) -> HttpResponse:
    """``/potline/<code>/report/``; ``?day=``, ``?shift=`` early, late, night or day; ``?export=csv|xlsx``."""
    scope, get = scope_of(request), request.GET
    info, now = potline(scope, potline_code), now_utc()
    day, shift, start, end = _stretch(get.get("day", ""), get.get("shift", ""), now)
    found = line_report(scope, info, start, min(end, now)) if start < now else None
    if found is not None and get.get("export") in ("csv", "xlsx"):
        answer = csv_response if get["export"] == "csv" else xlsx_response
        return answer(f"{info.code}-{day}-{shift}", _head(), [_export(one) for one in found.cells])
    rows = (
        sorted(found.cells, key=lambda one: (-one.effects, -_worst(info, one), one.number)) if found else []
    )
    context: dict[str, Any] = {
        "line": info,
        "name": info.name(language()),
        "page_title": _("Shift report"),
        "day": day.isoformat(),
        "shift": shift,
        "shifts": [{"value": value, "word": word} for value, word in SHIFTS.items()],
        "from": timezone.localtime(start),
        "to": timezone.localtime(end),
        "open": end > now,
        "figures": _figures(found) if found else [],
        "heard": found.heard if found else 0,
        "heads": [{"word": KPIS[kpi], "unit": UNITS[kpi]} for kpi in COLUMNS],
        "rows": [_row(info, one) for one in rows],
        "estimated": bool(found and any(Kpi.EFFICIENCY in one.means for one in found.cells)),
        "efficiency": percent(found.efficiency, 2) if found and found.efficiency else "",
    }
    return render(request, "potline/report.html", context)


def _stretch(day_text: str, shift: str, now: datetime) -> tuple[date, str, datetime, datetime]:
    """The chosen day and shift, by default the running one."""
    made = calendar()
    running = made.shift_at(int(now.timestamp() * 1e6))
    today = running.day if running else timezone.localdate()
    day = parse_date(day_text) if day_text else None
    wanted = shift if shift in SHIFTS else (running.code if running and not day else "day")
    chosen = day or today
    shifts = made.shifts_of_day(chosen)
    if wanted != "day":
        shifts = [one for one in shifts if one.code == wanted] or shifts
    if not shifts:
        begin = timezone.make_aware(datetime.combine(chosen, datetime.min.time()))
        return chosen, "day", begin, begin + timedelta(days=1)
    return chosen, wanted, from_us(shifts[0].start_us), from_us(shifts[-1].end_us)


def _figures(found: LineReport) -> list[dict[str, Any]]:
    return [
        {"value": plain(found.metal_t, 1) if found.metal_t else NONE, "unit": "t", "label": _("Metal made, estimated"), "size": "hero"},
        {"value": plain(found.tapped_t, 1) if found.tapped_t else NONE, "unit": "t", "label": _("Metal tapped, weighed"), "size": ""},
        {"value": plain(found.kwh_per_kg, 3) if found.kwh_per_kg else NONE, "unit": "kWh/kg", "label": _("Direct-current energy"), "size": ""},
        {"value": shown(Kpi.VOLTAGE, found.volts), "unit": "V", "label": _("Mean cell voltage"), "size": ""},
        {"value": plain(found.current_ka, 1) if found.current_ka else NONE, "unit": "kA", "label": _("Line current"), "size": ""},
        {"value": plain(found.energy_mwh, 1) if found.energy_mwh else NONE, "unit": "MWh", "label": _("Energy of the cells"), "size": ""},
        {"value": plain(found.effects), "unit": "", "label": _("Anode effects"), "size": ""},
        {"value": plain(found.effects_per_cell_day, 3) if found.effects_per_cell_day is not None else NONE, "unit": "", "label": _("Effects a cell and day"), "size": ""},
        {"value": plain(found.pfc_co2e_t, 2) if found.pfc_co2e_t is not None else NONE, "unit": "t CO2e", "label": _("CF4 and C2F6"), "size": ""},
    ]  # fmt: skip


def _worst(info: PotlineInfo, one: CellReport) -> float:
    return max(
        (abs(target.off(one.means[kpi])) for kpi, target in info.targets.items() if kpi in one.means),
        default=0.0,
    )


def _row(info: PotlineInfo, one: CellReport) -> dict[str, Any]:
    values = []
    for kpi in COLUMNS:
        value, target = one.means.get(kpi), info.targets.get(kpi)
        off = target.off(value) if target is not None and value is not None else 0.0
        values.append({"text": shown(kpi, value), "off": "▲" if off > 1 else "▼" if off < -1 else ""})
    return {
        "number": one.number,
        "values": values,
        "tapped": plain(one.tapped_kg) if one.tapped_kg else "",
        "effects": one.effects,
        "effect_min": plain(one.effect_min, 1) if one.effect_min else "",
        "alumina": plain(one.alumina_kg) if one.alumina_kg is not None else NONE,
        "fluoride": plain(one.fluoride_kg, 1) if one.fluoride_kg is not None else NONE,
        "away": plain(one.hours_away, 1) if one.hours_away else "",
        "alarms": one.alarms,
    }


def _head() -> list[str]:
    return [
        "cell", *(kpi.value for kpi in COLUMNS), "effects", "effect_min", "alumina_kg", "fluoride_kg", "hours_away", "alarms", "tapped_kg",
    ]  # fmt: skip


def _export(one: CellReport) -> list[Any]:
    return [
        one.number, *(one.means.get(kpi) for kpi in COLUMNS), one.effects, one.effect_min, one.alumina_kg,
        one.fluoride_kg, one.hours_away, one.alarms, one.tapped_kg,
    ]  # fmt: skip
