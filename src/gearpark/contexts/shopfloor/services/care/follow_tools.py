"""Follows tools from machine signals: which stands in which pocket, how often it was used, when it was changed.

Uses are kept by the hour and set anew for every hour something arrived for, so late, shuffled or repeated rows give the
same figures. A tool that a machine names and nobody registered is registered by the machine's word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from gearpark.base.scope import Scope
from gearpark.base.time import from_us, to_us
from gearpark.engines.care import Use
from gearpark.kit.audit import record
from gearpark.kit.tenant import acting
from gearpark.lake.reader import Reader

from ...models import Line
from ...models.care import CareFollow, Tool, ToolClass, ToolHour, ToolLife
from ...models.care.tools import MAX_POCKET
from ...models.lines import MAX_CODE
from ...queries.care.blocks import life_limit
from ...queries.care.heard import HOUR_US, fresh_from, station_uses, tool_tags
from ...types.care import LifeEnd, ToolPlace
from ...types.lines import LineInfo
from .lives import end_life, put_in, take_out
from .usage import life_used, settle

WHAT = "tools"
MARGIN_US = HOUR_US  # read before the first hour that counts, to know which part was on the station
WHOLE = 0.95  # share of life left from which on a tool that comes in is at its life's begin
NEARLY_WORN = 0.1  # share of life left under which a tool that goes is worn
NUMBERED = re.compile(r"T0*([1-9]\d?)")
Place = tuple[str, str]  # station, pocket
Bucket = tuple[int, int, str, str, int]  # tool, life, station, pocket, hour


@dataclass
class _Hour:
    parts: int = 0
    left: float | None = None
    left_parts: int = 0


@dataclass
class _Line:
    """What is known of the tools of one line while its news are applied."""

    scope: Scope
    info: LineInfo
    row: Line
    start_us: int
    classes: dict[str, ToolClass]
    mounted: dict[Place, Tool]
    lives: dict[Place, list[ToolLife]]
    hours: dict[Bucket, _Hour] = field(default_factory=dict)
    touched: dict[int, Tool] = field(default_factory=dict)


def follow_tools(scope: Scope, lake: Reader, info: LineInfo, now: datetime) -> int:
    """Apply what arrived of one line since the last time; returns how many tools were touched."""
    now_us = to_us(now)
    with acting(scope):
        row = Line.objects.of(scope).get(pk=info.id)
        mark = mark_of(scope, row, WHAT)
        newest, start = fresh_from(lake, info.org, tool_tags(info), mark.version, now_us)
        known = None if start is None else _known(scope, info, row, start - start % HOUR_US)
        if known is not None and known.classes:
            heard = station_uses(lake, info, known.start_us - MARGIN_US, now_us + HOUR_US)
            for station, uses in sorted(heard.items()):
                _station(known, station, uses)
            _store(known)
        if newest != mark.version:
            mark.version = newest
            mark.save(update_fields=["version"])
        return len(known.touched) if known is not None else 0


def mark_of(scope: Scope, row: Line, what: str) -> CareFollow:
    """How far a line was followed, locked for this transaction."""
    marks = CareFollow.objects.of(scope)
    marks.get_or_create(line=row, what=what, defaults={"org": row.org})
    return marks.select_for_update().get(line=row, what=what)


def _known(scope: Scope, info: LineInfo, row: Line, start_us: int) -> _Line:
    classes = {kind.code: kind for kind in ToolClass.objects.of(scope).filter(org=info.org)}
    rows = Tool.objects.of(scope).filter(line=row, place=ToolPlace.STATION.value).select_related("tool_class")
    mounted = {(tool.station, tool.pocket): tool for tool in rows.select_for_update(of=("self",))}
    lives: dict[Place, list[ToolLife]] = {}
    since = from_us(start_us - MARGIN_US)
    past = ToolLife.objects.of(scope).filter(line=row).filter(Q(ended_at__gte=since) | Q(out_at__gte=since))
    for life in past.select_related("tool__tool_class").order_by("begun_at"):
        lives.setdefault((life.station, life.pocket), []).append(life)
    return _Line(scope, info, row, start_us, classes, mounted, lives)


def _station(known: _Line, station: str, uses: Sequence[Use]) -> None:
    before: dict[str, Use] = {}
    for use in uses:
        pocket = use.pocket[:MAX_POCKET]
        found = _tool_of(known, (station, pocket), use, before.get(pocket))
        before[pocket] = use
        if found is None or use.at_us < known.start_us:
            continue
        tool, life_no = found
        known.touched[tool.pk] = tool
        hour = known.hours.setdefault(
            (tool.pk, life_no, station, pocket, use.at_us - use.at_us % HOUR_US), _Hour()
        )
        hour.parts += use.counted
        if use.left is not None:
            hour.left, hour.left_parts = use.left, hour.parts


def _tool_of(known: _Line, place: Place, use: Use, before: Use | None) -> tuple[Tool, int] | None:
    """The tool and life a use belongs to; mounts and ends lives where the machine says that a tool was changed."""
    current = known.mounted.get(place)
    if current is not None and current.mounted_at is not None:
        mounted_us = to_us(current.mounted_at)
        same = not use.serial or use.serial[:MAX_CODE] == current.serial
        unseen = use.changed and before is not None and before.at_us >= mounted_us
        if same and use.at_us >= mounted_us and not (unseen and not use.serial):
            return current, current.life_no
        if use.at_us <= mounted_us:
            return _past(known, place, use) or ((current, current.life_no) if same else None)
    kind = _kind(known, place, use)
    if kind is None:
        return None
    at = from_us(use.at_us)
    if current is not None:
        _leave(known, current, at, replaced=not use.serial)
    return _mount(known, place, kind, use, first=current is None)


def _past(known: _Line, place: Place, use: Use) -> tuple[Tool, int] | None:
    """The life an older use belongs to: one that ended, or rests in the store."""
    for life in known.lives.get(place, ()):
        until = life.ended_at or life.out_at
        covers = until is not None and to_us(life.begun_at) <= use.at_us <= to_us(until)
        if covers and (not use.serial or life.tool.serial == use.serial[:MAX_CODE]):
            return life.tool, life.life_no
    return None


def _kind(known: _Line, place: Place, use: Use) -> ToolClass | None:
    """The class of a tool by the machine's word: the pocket names it, or counts it, or its serial begins with it."""
    station, pocket = place
    for word in (pocket, use.serial.rpartition("-")[0], use.serial.partition("-")[0]):
        if word in known.classes:
            return known.classes[word]
    numbered = NUMBERED.fullmatch(pocket)
    if numbered:
        op = next((s.op for s in known.info.template.stations if s.code == station), None)
        step = next((o for o in known.info.template.operations if o.op == op), None)
        codes = step.tool_classes if step else ()
        index = int(numbered[1]) - 1
        return known.classes.get(codes[index]) if index < len(codes) else None
    return None


def _leave(known: _Line, tool: Tool, at: datetime, *, replaced: bool) -> None:
    """The tool that stood there went: worn if nearly nothing was left, else into the store. One without a serial that
    the machine knows (``replaced``) is never seen again, so its life ends either way."""
    scope, mine = known.scope, ToolHour.objects.of(known.scope).filter(tool=tool, life_no=tool.life_no)
    now = {key[4]: hour for key, hour in known.hours.items() if key[:2] == (tool.pk, tool.life_no)}
    said = [now[hour].left for hour in sorted(now) if now[hour].left is not None]
    if not said:
        before = mine.filter(left_share__isnull=False, hour_us__lt=known.start_us).order_by("hour_us")
        said = list(before.values_list("left_share", flat=True))
    counted = sum(hour.parts for hour in now.values()) + sum(
        mine.filter(hour_us__lt=known.start_us).values_list("parts", flat=True)
    )
    left = said[-1] if said else 1 - counted * tool.tool_class.per_part / life_limit(tool)
    worn = left is not None and left <= NEARLY_WORN
    if worn or replaced:
        end_life(scope, tool, at, LifeEnd.WORN if worn else LifeEnd.SCHEDULED)
    else:
        take_out(scope, tool, at)
    life = (
        ToolLife.objects.of(scope)
        .filter(tool=tool, life_no=tool.life_no)
        .select_related("tool__tool_class")
        .first()
    )
    if life is not None:
        known.lives.setdefault((life.station, life.pocket), []).append(life)
    known.touched[tool.pk] = tool
    after = {"worn": worn, "left": left}
    record(scope, "care.tool_out", "tool", tool.serial, None, after, org=tool.org, at=at)


def _mount(known: _Line, place: Place, kind: ToolClass, use: Use, *, first: bool) -> tuple[Tool, int]:
    """Put the tool the machine names into the pocket. ``first``: nobody knows what stood there before."""
    station, pocket = place
    at = from_us(use.at_us)
    name = use.serial or f"{known.info.asset_of(station)}.{pocket or kind.code}.{at:%y%m%d%H%M%S}"
    rows = Tool.objects.of(known.scope).filter(org=known.info.org, serial=name[:MAX_CODE])
    tool = rows.select_related("tool_class").select_for_update(of=("self",)).first()
    new = tool is None
    if tool is None:
        tool = Tool(org=known.info.org, serial=name[:MAX_CODE], tool_class=kind, by_machine=True)
        tool.save()
    elif tool.place == ToolPlace.STATION.value and tool.line_id == known.row.pk:
        known.mounted.pop((tool.station, tool.pocket), None)
    begun = use.left < WHOLE if use.left is not None else first
    put_in(known.scope, tool, known.row, station, pocket, at, partial=new and begun)
    known.mounted[place] = known.touched[tool.pk] = tool
    after = {"station": station, "pocket": pocket, "by_machine": new}
    record(known.scope, "care.tool_in", "tool", tool.serial, None, after, org=tool.org, at=at)
    return tool, tool.life_no


def _store(known: _Line) -> None:
    """Set the hours from the first that counts on, then the use of every life they touch and what is left of it."""
    scope = known.scope
    old = ToolHour.objects.of(scope).filter(line=known.row, hour_us__gte=known.start_us)
    lives = {(key[0], key[1]) for key in known.hours} | set(old.values_list("tool_id", "life_no"))
    old.delete()
    ToolHour.objects.of(scope).bulk_create(
        ToolHour(
            org=known.info.org, tool_id=tool, life_no=life, line=known.row, station=station, pocket=pocket,
            hour_us=hour, parts=made.parts, left_share=made.left, left_parts=made.left_parts,
        )
        for (tool, life, station, pocket, hour), made in sorted(known.hours.items())
    )  # fmt: skip
    missing = {tool for tool, _life in lives} - set(known.touched)
    rows = Tool.objects.of(scope).filter(pk__in=missing).select_related("tool_class")
    known.touched.update({tool.pk: tool for tool in rows.select_for_update(of=("self",))})
    for pk, life_no in sorted(lives):
        tool = known.touched[pk]
        if life_no != tool.life_no:
            used = life_used(scope, tool, life_no)
            ToolLife.objects.of(scope).filter(tool=tool, life_no=life_no).update(used=used)
    for tool in known.touched.values():
        _say_left(known, tool)
        settle(scope, tool)


def _say_left(known: _Line, tool: Tool) -> None:
    """What the machine's table said last of the life the tool is in."""
    if tool.place != ToolPlace.STATION.value:
        return
    said = [
        (key[4], hour.left)
        for key, hour in known.hours.items()
        if key[:2] == (tool.pk, tool.life_no) and hour.left is not None
    ]
    if said:
        hour, tool.left_share = max(said)
        tool.left_at = from_us(hour)
