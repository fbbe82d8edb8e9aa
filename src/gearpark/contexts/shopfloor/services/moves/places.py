"""Setting a shop up: its places from the lines' templates and its own, its map and aisles."""

from __future__ import annotations

import math
from typing import Any

from gearpark.base.problems import Problem
from gearpark.base.scope import Scope
from gearpark.engines.lines import Buffer, LineTemplate, Station
from gearpark.engines.transport import Slot, cross_aisles, slot_of
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting, require

from ...models import Line
from ...models.moves import Place, Site
from ...models.moves.places import MAX_PLACE
from ...queries.moves.places import place_info, place_row
from ...queries.moves.scopes import org_scope
from ...queries.setup import line_info
from ...types.lines import EDIT, LineChanged, LineInfo
from ...types.moves import Flow, PlaceInfo, PlaceKind, PlaceWanted

MAX_METRES = 5_000.0
HANDOVER_GAP_M = 2.0  # between a line's hand-over places for blanks and for finished parts
OWN = frozenset({PlaceKind.STORE, PlaceKind.DOCK, PlaceKind.PARK, PlaceKind.HANDOVER, PlaceKind.BUFFER})
STORE = "store"


def on_line_changed(event: LineChanged) -> None:
    """Listener: a line's places follow its set-up."""
    scope = org_scope(event.org)
    with acting(scope):
        row = Line.objects.of(scope).select_related("calendar").filter(asset=event.asset).first()
        if row is not None:
            _sync(scope, row)


def sync_places(scope: Scope, line_asset: str) -> int:
    """Bring a line's places in line with its template; returns how many there are. Moved places stay where they are."""
    require(scope, EDIT)
    with acting(scope):
        row = Line.objects.of(scope).select_related("calendar").filter(asset=line_asset).first()
        return 0 if row is None else _sync(scope, row)


def _sync(scope: Scope, row: Line) -> int:
    info = line_info(row)
    wanted = line_places(info, slot_of(_index(scope, row)))
    known = {place.code: place for place in Place.objects.of(scope).filter(org=row.org, line=row)}
    for code, fields in wanted.items():
        found = known.get(code)
        if found is None:
            Place(org=row.org, code=code, line=row, **fields).save(force_insert=True)
            continue
        fixed = {name: value for name, value in fields.items() if name not in ("x_m", "y_m")}
        if any(getattr(found, name) != value for name, value in fixed.items()) or not found.active:
            for name, value in fixed.items():
                setattr(found, name, value)
            found.active = True
            found.save()
    gone = [place.pk for code, place in known.items() if code not in wanted and place.active]
    Place.objects.of(scope).filter(pk__in=gone).update(active=False)
    return len(wanted)


def _index(scope: Scope, row: Line) -> int:
    """The line's slot on the map: its rank among the firm's lines, by age."""
    return Line.objects.of(scope).filter(org=row.org, pk__lt=row.pk).count()


def line_places(info: LineInfo, slot: Slot) -> dict[str, dict[str, Any]]:
    """Code -> fields of every place a line has."""
    template = info.template
    flows = _flow_of(template)
    made: dict[str, dict[str, Any]] = {}
    for device in (*template.stations, *template.buffers):
        x, y = slot.at(device.place.x, device.place.y)
        made[info.asset_of(device.code)] = {
            "kind": (PlaceKind.BUFFER if isinstance(device, Buffer) else PlaceKind.STATION).value,
            "name_en": f"{info.name_en}: {device.title_en}"[:120],
            "name_zh": f"{info.name_zh or info.name_en}：{device.title_zh}"[:120],
            "device": device.code,
            "flow": flows.get(device.code, Flow.NONE if isinstance(device, Station) else Flow.INNER).value,
            "x_m": round(x, 2),
            "y_m": round(y, 2),
            "capacity": device.capacity if isinstance(device, Buffer) else 1,
        }
    return made | _handovers(info, slot)


def _handovers(info: LineInfo, slot: Slot) -> dict[str, dict[str, Any]]:
    """Where the line's own transport meets the shop's: below the line, at its store stop or under its end buffers."""
    template = info.template
    stop = template.stops.get(STORE)
    made: dict[str, dict[str, Any]] = {}
    for flow, word_en, word_zh, side in (
        (Flow.IN, "blanks in", "毛坯入口", -1),
        (Flow.OUT, "finished parts out", "成品出口", 1),
    ):
        x_units = stop[0] if stop is not None else _end_of(template, flow)
        x, _ = slot.at(x_units, 0)
        made[f"{info.asset}-{flow.value}"] = {
            "kind": PlaceKind.HANDOVER.value,
            "name_en": f"{info.name_en}: {word_en}"[:120],
            "name_zh": f"{info.name_zh or info.name_en}：{word_zh}"[:120],
            "device": "",
            "flow": flow.value,
            "x_m": round(x + side * HANDOVER_GAP_M, 2),
            "y_m": round(slot.aisle_y, 2),
            "capacity": None,
        }
    return made


def _flow_of(template: LineTemplate) -> dict[str, Flow]:
    """Device code -> its part in the flow, for buffers at the line's ends."""
    made: dict[str, Flow] = {}
    for flow in template.flows:
        if flow.source == STORE:
            made.update(dict.fromkeys(template.ends_of(flow.target), Flow.IN))
        if flow.target == STORE:
            made.update(dict.fromkeys(template.ends_of(flow.source), Flow.OUT))
    return made


def _end_of(template: LineTemplate, flow: Flow) -> float:
    ends = [code for code, found in _flow_of(template).items() if found is flow]
    xs = [device.place.x for device in template.devices if device.code in ends]
    return xs[0] if xs else (0.0 if flow is Flow.IN else template.width)


# --- a firm's own ---------------------------------------------------------------------------------------------------


def propose_site(scope: Scope, org: str = "") -> PlaceInfo:
    """Set logistics up with what every shop has: a blank store, a finished-goods store, a dock, a parking place.

    What is there already stays. Returns the finished-goods store.
    """
    require(scope, EDIT)
    owner = org or scope.org
    with acting(scope):
        Site.objects.of(scope).get_or_create(org=owner, defaults={"aisles": cross_aisles()})
        rows = Line.objects.of(scope).select_related("calendar").filter(org=owner)
        for row in rows.order_by("pk"):
            _sync(scope, row)
        last = slot_of(max(len(rows) - 1, 0))
        middle = (slot_of(0).aisle_y + last.aisle_y) / 2
        for code, kind, name_en, name_zh, y in (
            ("blank-store", PlaceKind.STORE, "Blank store", "毛坯库", middle - 12),
            ("finished-store", PlaceKind.STORE, "Finished goods store", "成品库", middle + 4),
            ("dock", PlaceKind.DOCK, "Shipping dock", "发货站台", middle + 20),
            ("parking", PlaceKind.PARK, "Parking and charging", "停车充电区", last.aisle_y),
        ):
            Place.objects.of(scope).get_or_create(
                org=owner,
                code=code,
                defaults={
                    "kind": kind.value,
                    "name_en": name_en,
                    "name_zh": name_zh,
                    "x_m": 8.0,
                    "y_m": round(max(2.0, y), 2),
                },
            )
        record(scope, "moves.site_set_up", "site", owner, None, {"lines": len(rows)}, org=owner)
        found = Place.objects.of(scope).select_related("line").get(org=owner, code="finished-store")
        return place_info(found)


def save_site(scope: Scope, *, gs1_prefix: str, extension: int, ship_from: str, lost_after_s: int) -> None:
    """The firm's GS1 company prefix and what else is true of its whole shop."""
    require(scope, EDIT)
    if gs1_prefix and not (gs1_prefix.isascii() and gs1_prefix.isdecimal() and 4 <= len(gs1_prefix) <= 12):
        raise Problem("moves.gs1_prefix", "A GS1 company prefix has 4 to 12 digits; nothing was changed.")
    if not 0 <= extension <= 9 or not 10 <= lost_after_s <= 3600:
        raise Problem("moves.site_range", "The extension digit is 0 to 9, the patience 10 to 3600 seconds.")
    with acting(scope):
        row, _made = Site.objects.of(scope).get_or_create(org=scope.org, defaults={"aisles": cross_aisles()})
        before = {"gs1_prefix": row.gs1_prefix, "extension": row.extension, "ship_from": row.ship_from}
        row.gs1_prefix, row.extension, row.ship_from = gs1_prefix, extension, ship_from.strip()[:120]
        row.lost_after_s = lost_after_s
        row.save()
        after = {"gs1_prefix": row.gs1_prefix, "extension": row.extension, "ship_from": row.ship_from}
        record(scope, "moves.site_changed", "site", row.org, before, after, org=row.org)


def save_place(scope: Scope, wanted: PlaceWanted, key: int | None = None) -> PlaceInfo:
    """Make a place of the shop, or change one; of a line's place only where it stands can be changed.

    Problems: ``moves.place_code``, ``moves.place_taken``, ``moves.place_range``, ``moves.place_kind``.
    """
    require(scope, EDIT)
    if (
        not (math.isfinite(wanted.x_m) and math.isfinite(wanted.y_m))
        or max(abs(wanted.x_m), abs(wanted.y_m)) > MAX_METRES
    ):
        raise Problem("moves.place_range", f"A place lies within {MAX_METRES:.0f} m of the map's corner.")
    with acting(scope):
        row = Place(org=scope.org) if key is None else place_row(scope, key)
        before = None if key is None else _facts(row)
        row.x_m, row.y_m = round(wanted.x_m, 2), round(wanted.y_m, 2)
        if row.line_id is None:
            _own(scope, row, wanted)
        row.save()
        record(scope, "moves.place_saved", "place", row.code, before, _facts(row), org=row.org)
        return place_info(row)


def _own(scope: Scope, row: Place, wanted: PlaceWanted) -> None:
    code = wanted.code.strip()
    if not code or len(code) > MAX_PLACE or not all(c.isalnum() or c in "-_." for c in code):
        raise Problem("moves.place_code", "A place's code has letters, digits and - _ . only.")
    if wanted.kind not in OWN:
        raise Problem("moves.place_kind", "Stations come with their line; choose another kind.")
    taken = Place.objects.of(scope).filter(org=row.org, code=code).exclude(pk=row.pk)
    if taken.exists():
        raise Problem("moves.place_taken", f"There is a place {code!r} already.", status=409, place=code)
    row.code, row.kind = code, wanted.kind.value
    row.name_en = wanted.name_en.strip()[:120] or code
    row.name_zh = wanted.name_zh.strip()[:120]
    row.capacity = wanted.capacity


def _facts(row: Place) -> dict[str, Any]:
    names = ("code", "kind", "name_en", "name_zh", "x_m", "y_m", "capacity", "active")
    return {name: getattr(row, name) for name in names}
