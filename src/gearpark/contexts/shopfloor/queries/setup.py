"""How lines are set up: lines, calendars, plans."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.engines.calendars import Shift, calendar_from
from gearpark.engines.lines import Phase

from ..models import Calendar, Line, ShiftPlan
from ..types import CalendarInfo, LineInfo
from .line_types import shape_of


def lines(scope: Scope, orgs: Iterable[str] = ()) -> list[LineInfo]:
    """Lines of the scope, by organisation and asset; ``orgs`` narrows them."""
    found = Line.objects.of(scope).select_related("calendar").order_by("org", "asset")
    wanted = list(orgs)
    return [line_info(row) for row in (found.filter(org__in=wanted) if wanted else found)]


def line(scope: Scope, asset: str) -> LineInfo:
    """One line by its asset id, or NotFound ``shopfloor.line_unknown``."""
    row = Line.objects.of(scope).select_related("calendar").filter(asset=asset).first()
    if row is None:
        raise NotFound("shopfloor.line_unknown", f"There is no line {asset!r} that you may see.")
    return line_info(row)


def plans(scope: Scope, wanted: Iterable[tuple[LineInfo, Shift]]) -> dict[str, int]:
    """Line asset -> pieces planned for its shift: the dated plan, else the line's usual one."""
    pairs = list(wanted)
    keys = {(info.id, shift.day, shift.code) for info, shift in pairs}
    rows = ShiftPlan.objects.of(scope).filter(
        line_id__in={key[0] for key in keys}, on__in={key[1] for key in keys}
    )
    dated = {(row.line_id, row.on, row.shift): row.pieces for row in rows}
    return {info.asset: dated.get((info.id, shift.day, shift.code), info.plan) for info, shift in pairs}


def dated_plans(scope: Scope, info: LineInfo, since: date) -> list[tuple[date, str, int, str]]:
    """Dated plans of one line from a day on: (day, shift, pieces, note)."""
    rows = ShiftPlan.objects.of(scope).filter(line_id=info.id, on__gte=since).order_by("on", "shift")
    return [(row.on, row.shift, row.pieces, row.note) for row in rows]


def calendars(scope: Scope) -> list[CalendarInfo]:
    """Calendars of the scope with how many lines use each."""
    rows = Calendar.objects.of(scope).annotate(used=Count("lines")).order_by("org", "name")
    return [CalendarInfo(row.id, row.org, row.name, row.revision, row.document, row.used) for row in rows]


def calendar(scope: Scope, key: int) -> CalendarInfo:
    """One calendar, or NotFound ``calendars.unknown``."""
    found = next((item for item in calendars(scope) if item.id == key), None)
    if found is None:
        raise NotFound("calendars.unknown", "There is no such calendar that you may see.")
    return found


def line_info(row: Line) -> LineInfo:
    """Row -> plain data with template and calendar read."""
    return LineInfo(
        id=row.pk,
        org=row.org,
        asset=row.asset,
        name_en=row.name_en,
        name_zh=row.name_zh,
        path=row.path,
        template=shape_of(row),
        calendar=calendar_from(row.calendar.document),
        calendar_id=row.calendar.pk,
        calendar_revision=row.calendar.revision,
        plan=row.plan_per_shift,
        states_mapping=row.states_mapping,
        oee_mapping=row.oee_mapping,
        bottleneck=row.bottleneck,
        bindings=row.bindings,
        revision=row.revision,
        phase=Phase(row.phase),
        type_digest=row.type_digest,
    )
