"""Setting lines up: lines, calendars, plans. Checked before anything is written; every write is audited and told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from gearpark.base.ids import asset_id
from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines.calendars import calendar_from, document_of
from gearpark.engines.lines import LineTemplate, Phase, Station
from gearpark.engines.oee import mapping_table
from gearpark.engines.states import mapping
from gearpark.kit.audit import record
from gearpark.kit.events import tell
from gearpark.kit.tenant import acting, require

from ..models import MAX_NAME, MAX_PLAN, Calendar, Line, ShiftPlan
from ..queries.line_types import chosen_type
from ..queries.setup import line, line_info
from ..types import EDIT, LineChanged, LineInfo, LineWanted


def save_calendar(scope: Scope, document: Mapping[str, Any], *, org: str = "") -> int:
    """Make or replace the calendar of the document's name; returns its id. Problems ``calendars.*``."""
    require(scope, EDIT)
    checked = document_of(calendar_from(document))
    name = checked["name"].strip()
    if not name or len(name) > MAX_NAME:
        raise Problem("calendars.document", f"A calendar needs a name of at most {MAX_NAME} characters.")
    owner = owner_of(scope, org)
    with acting(scope):
        row = Calendar.objects.of(scope).filter(org=owner, name=name).select_for_update().first()
        if row is None:
            row = Calendar(org=owner, name=name, document=checked)
            before = None
        elif row.document == checked:
            return int(row.pk)
        else:
            before, row.document, row.revision = row.document, checked, row.revision + 1
        row.save()
        record(scope, "shopfloor.calendar_saved", "calendar", name, before, checked, org=owner)
        for asset in Line.objects.of(scope).filter(calendar=row).values_list("asset", flat=True):
            tell(LineChanged(owner, asset))
        return int(row.pk)


def save_line(scope: Scope, wanted: LineWanted, *, org: str = "") -> LineInfo:
    """Make a line, or change the one of this asset.

    Problems: ``lines.template_unknown``, ``calendars.unknown``, ``shopfloor.bottleneck_unknown``,
    ``shopfloor.binding_unknown``, ``shopfloor.plan_range``, ``oee.mapping_unknown``, ``states.*``.
    """
    require(scope, EDIT)
    owner = owner_of(scope, org)
    with acting(scope):
        facts = _checked(scope, wanted, owner)
        calendar = Calendar.objects.of(scope).filter(org=owner, name=wanted.calendar).first()
        if calendar is None:
            raise Problem("calendars.unknown", f"There is no calendar named {wanted.calendar!r} in {owner}.")
        row = Line.objects.of(scope).filter(asset=wanted.asset).select_for_update().first()
        before = _facts_of(row) if row else None
        if row is None:
            row = Line(org=owner, asset=wanted.asset, calendar=calendar, **facts)
        elif before == {**facts, "calendar": calendar.name}:
            return line_info(row)
        else:
            for name, value in facts.items():
                setattr(row, name, value)
            row.calendar = calendar
            row.revision += 1
        row.save()
        record(scope, "shopfloor.line_saved", "line", row.asset, before, _facts_of(row), org=row.org)
        tell(LineChanged(row.org, row.asset))
        return line_info(row)


def set_plan(scope: Scope, asset: str, on: date, shift: str, pieces: int | None, note: str = "") -> None:
    """Plan one shift of one line otherwise than usual; ``None`` goes back to the usual plan."""
    require(scope, EDIT)
    with acting(scope):
        info = line(scope, asset)
        if not any(found.code == shift for found in info.calendar.shifts_of_day(on)):
            raise Problem(
                "shopfloor.shift_unknown",
                f"There is no shift {shift!r} on {on.isoformat()} in this calendar.",
            )
        rows = ShiftPlan.objects.of(scope).filter(line_id=info.id, on=on, shift=shift)
        before = {"pieces": rows[0].pieces} if rows else None
        if pieces is None:
            rows.delete()
        else:
            _check_plan(pieces)
            row = rows.first() or ShiftPlan(org=info.org, line_id=info.id, on=on, shift=shift)
            row.pieces, row.note = pieces, note[:MAX_NAME]
            row.save()
        after = None if pieces is None else {"pieces": pieces, "note": note[:MAX_NAME]}
        record(scope, "shopfloor.plan_set", "line", f"{asset} {on} {shift}", before, after, org=info.org)
        tell(LineChanged(info.org, asset))


def owner_of(scope: Scope, org: str) -> str:
    """The firm something is written for, or Problem ``shopfloor.org_unknown``."""
    owner = org or scope.org
    if not scope.sees(owner):
        raise Problem(
            "shopfloor.org_unknown", f"There is no organisation {owner!r} that you may act for.", status=404
        )
    return owner


def fitting(shape: LineTemplate, bottleneck: str, bindings: Mapping[str, str]) -> str:
    """The bottleneck of a line of this type. Problems when bottleneck or bindings name what the type does not have."""
    found = bottleneck or shape.bottleneck
    stations = {station.code for station in shape.stations}
    group = [code for code in shape.ends_of(found) if code in stations]
    if not group:
        raise Problem(
            "shopfloor.bottleneck_unknown",
            f"Template {shape.code} has no station or group {found!r}.",
            known=sorted(set(shape.groups) | stations),
        )
    cycles = {one.part_s for code in group if isinstance(one := shape.device(code), Station)}
    if len(cycles) > 1:
        raise Problem(
            "oee.not_alike",
            f"The stations of {found!r} have different ideal cycles; choose one station.",
        )
    unknown = sorted(set(bindings) - {device.code for device in shape.devices})
    if unknown:
        raise Problem(
            "shopfloor.binding_unknown",
            f"Template {shape.code} has no device {unknown[0]!r}.",
            unknown=unknown,
        )
    return found


def _checked(scope: Scope, wanted: LineWanted, owner: str) -> dict[str, Any]:
    asset_id(wanted.asset)
    digest, shape = chosen_type(scope, wanted.template, owner, wanted.type_digest)
    bottleneck = fitting(shape, wanted.bottleneck, wanted.bindings)
    for bound in wanted.bindings.values():
        asset_id(bound)
    plan = shape.plan_per_shift if wanted.plan is None else wanted.plan
    _check_plan(plan)
    mapping_table(wanted.oee_mapping)
    mapping(wanted.states_mapping)
    if not wanted.name_en.strip():
        raise Problem("shopfloor.name_missing", "A line needs a name.")
    return {
        "name_en": wanted.name_en.strip()[:MAX_NAME],
        "name_zh": wanted.name_zh.strip()[:MAX_NAME],
        "path": wanted.path,
        "template": shape.code,
        "type_digest": digest,
        "phase": str(Phase(wanted.phase) if wanted.phase else shape.phase),
        "plan_per_shift": plan,
        "bottleneck": bottleneck,
        "states_mapping": wanted.states_mapping,
        "oee_mapping": wanted.oee_mapping,
        "bindings": dict(wanted.bindings),
    }


def _check_plan(pieces: int) -> None:
    if not 0 <= pieces <= MAX_PLAN:
        raise Problem("shopfloor.plan_range", f"A plan is between 0 and {MAX_PLAN} pieces a shift.")


def _facts_of(row: Line) -> dict[str, Any]:
    names = (
        "name_en", "name_zh", "path", "template", "type_digest", "phase", "plan_per_shift", "bottleneck", "states_mapping", "oee_mapping",
        "bindings",
    )  # fmt: skip
    return {**{name: getattr(row, name) for name in names}, "calendar": row.calendar.name}
