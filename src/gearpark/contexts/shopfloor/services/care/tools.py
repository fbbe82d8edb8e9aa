"""What people do with tools: register, preset, mount, change, send to the grinder, scrap."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gearpark.base.problems import NotFound, Problem
from gearpark.base.scope import Scope
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models.care import CareFollow, Tool, ToolClass, ToolPreset
from ...models.care.tools import MAX_NOTE, MAX_POCKET
from ...models.lines import MAX_CODE, MAX_NAME
from ...queries.line_types import shape
from ...types.care import CARE, LifeEnd, ToolClassWanted, ToolPlace, ToolState
from .common import FLOOR, believable, line_row, named, owner, require_one
from .lives import end_life, put_in, take_out
from .usage import locked_tool

MAX_REGRINDS = 100
MAX_MONEY = 1e9
MAX_LENGTH_MM = 5000.0
CLASS_FACTS = ("name_en", "name_zh", "line_type", "unit", "life_limit", "per_part", "wear_limit_mm", "regrinds_max",
               "change_s", "price_cny", "regrind_cny")  # fmt: skip


def save_tool_class(scope: Scope, wanted: ToolClassWanted, *, org: str = "") -> int:
    """Make a kind of tool or change the one of this code; returns its id.

    Problems: ``care.text_missing``, ``care.number_range``, ``lines.template_unknown``.
    """
    require(scope, CARE)
    mine = owner(scope, org)
    facts = _class_facts(wanted)
    code = named("code", wanted.code, MAX_CODE)
    with acting(scope):
        if wanted.line_type:
            shape(wanted.line_type, mine)
        row = ToolClass.objects.of(scope).filter(org=mine, code=code).select_for_update().first()
        before = {name: getattr(row, name) for name in CLASS_FACTS} if row else None
        if row is None:
            row = ToolClass(org=mine, code=code, illustrative=wanted.illustrative)
            # what machines said of tools of this kind so far is read again, now that the kind is known
            CareFollow.objects.of(scope).filter(org=mine, what="tools").delete()
        elif before == facts:
            return int(row.pk)
        for name, value in facts.items():
            setattr(row, name, value)
        row.save()
        record(scope, "care.tool_class_saved", "tool-class", code, before, facts, org=mine)
        return int(row.pk)


def _class_facts(wanted: ToolClassWanted) -> dict[str, Any]:
    believable("life limit", wanted.life_limit, 1e-6)
    believable("use per part", wanted.per_part, 1e-6)
    believable("regrinds", wanted.regrinds_max, 0, MAX_REGRINDS)
    believable("change time", wanted.change_s, 0, 86_400)
    believable("price", float(wanted.price_cny), 0, MAX_MONEY)
    believable("cost of a regrind", float(wanted.regrind_cny), 0, MAX_MONEY)
    if wanted.wear_limit_mm is not None:
        believable("wear limit", wanted.wear_limit_mm, 1e-6, 10)
    facts = {name: getattr(wanted, name) for name in CLASS_FACTS}
    facts |= {"unit": wanted.unit.value, "name_en": named("name", wanted.name_en, MAX_NAME)}
    facts["name_zh"] = wanted.name_zh.strip()[:MAX_NAME]
    return facts


def save_tool(
    scope: Scope,
    serial: str,
    tool_class: str,
    *,
    life_limit: float | None = None,
    note: str = "",
    org: str = "",
    illustrative: bool = False,
) -> int:
    """Register a tool in the store, or change the limit and note of the one of this serial; returns its id.

    Problems: ``care.tool_class_unknown``, ``care.class_stays``, ``care.text_missing``, ``care.number_range``.
    """
    require(scope, CARE)
    mine = owner(scope, org)
    name = named("serial", serial, MAX_CODE)
    if life_limit is not None:
        believable("life limit", life_limit, 1e-6)
    with acting(scope):
        kind = ToolClass.objects.of(scope).filter(org=mine, code=tool_class).first()
        if kind is None:
            raise NotFound("care.tool_class_unknown", f"There is no kind of tool {tool_class!r} in {mine}.")
        row = Tool.objects.of(scope).filter(org=mine, serial=name).select_for_update().first()
        facts = {"tool_class_id": kind.pk, "life_limit": life_limit, "note": note.strip()[:MAX_NOTE]}
        before = {key: getattr(row, key) for key in facts} if row else None
        if row is None:
            row = Tool(org=mine, serial=name, illustrative=illustrative)
        elif before == facts:
            return int(row.pk)
        elif row.tool_class_id != kind.pk and row.used > 0:
            raise Problem(
                "care.class_stays", f"Tool {name} has been used as {row.tool_class.code}; its kind stays."
            )
        for key, value in facts.items():
            setattr(row, key, value)
        row.version += 1
        row.save()
        record(scope, "care.tool_saved", "tool", name, before, {**facts, "class": kind.code}, org=mine)
        return int(row.pk)


def mount_tool(scope: Scope, serial: str, line: str, station: str, pocket: str, at: datetime) -> None:
    """Put a tool into an empty pocket of a station.

    Problems: ``care.tool_unknown``, ``care.tool_gone``, ``care.tool_worn``, ``care.pocket_taken``, ``care.station_unknown``.
    """
    require_one(scope, *FLOOR)
    with acting(scope):
        place = line_row(scope, line, station)
        row = _usable(scope, serial)
        if row.place == ToolPlace.STATION.value:
            raise Problem(
                "care.tool_mounted",
                f"Tool {serial} stands in {row.station}; take it out first.",
                serial=serial,
            )
        spot = named("pocket", pocket, MAX_POCKET)
        there = Tool.objects.of(scope).filter(
            line=place, station=station, pocket=spot, place=ToolPlace.STATION.value
        )
        taken = there.first()
        if taken is not None:
            raise Problem(
                "care.pocket_taken",
                f"Pocket {spot} of {station} holds tool {taken.serial}; change it instead.",
                serial=taken.serial,
            )
        put_in(scope, row, place, station, spot, at)
        after = {"line": line, "station": station, "pocket": spot}
        record(scope, "care.tool_in", "tool", serial, None, after, org=row.org, at=at)


def change_tool(
    scope: Scope, serial: str, end: LifeEnd, at: datetime, *, successor: str = "", note: str = ""
) -> None:
    """End the life of a tool, and put its successor (if any) into the pocket it stood in.

    Problems: ``care.tool_unknown``, ``care.tool_gone``, ``care.tool_not_used``, ``care.tool_worn``, ``care.tool_mounted``.
    """
    require_one(scope, *FLOOR)
    with acting(scope):
        row = _present(scope, serial)
        if row.mounted_at is None and row.used <= 0:
            raise Problem("care.tool_not_used", f"Tool {serial} was never used; there is no life to end.")
        place, station, pocket = row.line, row.station, row.pocket
        end_life(scope, row, at, end, note)
        after = {"end": end.value, "used": row.used, "successor": successor, "note": note}
        record(scope, "care.tool_out", "tool", serial, None, after, org=row.org, at=at)
        if successor and place is not None:
            new = _usable(scope, successor)
            if new.place == ToolPlace.STATION.value:
                raise Problem(
                    "care.tool_mounted", f"Tool {successor} stands in {new.station}; take it out first.",
                    serial=successor,
                )  # fmt: skip
            put_in(scope, new, place, station, pocket, at)
            mounted = {"line": place.asset, "station": station, "pocket": pocket}
            record(scope, "care.tool_in", "tool", successor, None, mounted, org=new.org, at=at)


def unmount_tool(scope: Scope, serial: str, at: datetime) -> None:
    """Take a tool out of its pocket into the store; its life rests and goes on where it is mounted next."""
    require_one(scope, *FLOOR)
    with acting(scope):
        row = _present(scope, serial)
        before = {"station": row.station, "pocket": row.pocket}
        take_out(scope, row, at)
        record(scope, "care.tool_out", "tool", serial, before, {"place": "store"}, org=row.org, at=at)


def mark_tool(scope: Scope, serial: str, state: ToolState, at: datetime, note: str = "") -> None:
    """Say that a tool is worn or broken where it stands (it blocks the station), or scrap it for good."""
    require_one(scope, *FLOOR)
    if state not in (ToolState.WORN, ToolState.BROKEN, ToolState.SCRAPPED):
        raise Problem("care.tool_state", "A tool is marked worn, broken or scrapped; nothing was changed.")
    with acting(scope):
        row = _present(scope, serial)
        before = {"state": row.state, "place": row.place}
        if state is ToolState.SCRAPPED:
            require(scope, CARE)
            broken = row.state == ToolState.BROKEN.value
            if row.mounted_at is not None or row.used > 0:
                end_life(scope, row, at, LifeEnd.BROKEN if broken else LifeEnd.SCHEDULED, note)
            row.place, row.state = ToolPlace.GONE.value, state.value
        else:
            row.state = state.value
        row.note = note.strip()[:MAX_NOTE] or row.note
        row.version += 1
        row.save()
        after = {"state": row.state, "place": row.place, "note": note}
        record(scope, "care.tool_marked", "tool", serial, before, after, org=row.org, at=at)


def send_to_regrind(scope: Scope, serial: str, at: datetime) -> None:
    """Send a worn tool to the grinder. Problem ``care.no_regrind`` when it was ground as often as its kind allows."""
    require(scope, CARE)
    with acting(scope):
        row = _present(scope, serial)
        if row.regrinds >= row.tool_class.regrinds_max:
            raise Problem(
                "care.no_regrind",
                f"Tool {serial} was reground {row.regrinds} times; its kind allows {row.tool_class.regrinds_max}.",
                regrinds=row.regrinds,
            )
        if row.place == ToolPlace.STATION.value or row.used > 0:
            end_life(scope, row, at, LifeEnd.WORN)
        row.place = ToolPlace.REGRIND.value
        row.save()
        record(
            scope,
            "care.tool_to_regrind",
            "tool",
            serial,
            None,
            {"regrinds": row.regrinds},
            org=row.org,
            at=at,
        )


def back_from_regrind(scope: Scope, serial: str, at: datetime) -> None:
    """A sharp tool comes back into the store: its next life begins with the next mounting."""
    require(scope, CARE)
    with acting(scope):
        row = _present(scope, serial)
        if row.place != ToolPlace.REGRIND.value:
            raise Problem("care.tool_not_away", f"Tool {serial} is not at the grinder; nothing was changed.")
        row.place, row.state = ToolPlace.STORE.value, ToolState.NEW.value
        row.life_no, row.regrinds, row.used = row.life_no + 1, row.regrinds + 1, 0.0
        row.version += 1
        row.save()
        record(
            scope, "care.tool_from_regrind", "tool", serial, None, {"life": row.life_no}, org=row.org, at=at
        )


def preset_tool(
    scope: Scope,
    serial: str,
    length_mm: float,
    radius_mm: float,
    at: datetime,
    runout_mm: float | None = None,
) -> None:
    """Keep what the presetter measured. Problems ``care.tool_unknown``, ``care.number_range``."""
    require_one(scope, *FLOOR)
    believable("length", length_mm, 0.0, MAX_LENGTH_MM)
    believable("radius", radius_mm, 0.0, MAX_LENGTH_MM)
    if runout_mm is not None:
        believable("run-out", runout_mm, 0.0, 10.0)
    with acting(scope):
        row = _present(scope, serial)
        ToolPreset(
            org=row.org, tool=row, at=at, length_mm=length_mm, radius_mm=radius_mm, runout_mm=runout_mm, by=scope.actor
        ).save(force_insert=True)  # fmt: skip
        after = {"length_mm": length_mm, "radius_mm": radius_mm, "runout_mm": runout_mm}
        record(scope, "care.tool_preset", "tool", serial, None, after, org=row.org, at=at)


def _present(scope: Scope, serial: str) -> Tool:
    row = locked_tool(scope, serial)
    if row.place == ToolPlace.GONE.value:
        raise Problem("care.tool_gone", f"Tool {serial} is out of use; nothing was saved.", serial=serial)
    return row


def _usable(scope: Scope, serial: str) -> Tool:
    row = _present(scope, serial)
    if row.state not in (ToolState.NEW.value, ToolState.IN_USE.value):
        raise Problem(
            "care.tool_worn",
            f"Tool {serial} is {row.state}; have it reground, or take another.",
            serial=serial,
        )
    return row
