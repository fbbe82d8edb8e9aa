"""Interlocks: why a part must not start an operation now. Machines are not asked (what they did is a fact), people are.

``gate`` reads what holds for a whole station once; ``part_blocks`` adds what holds for one part at one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ...models import Line, OperationRun, Serial, StationHold
from ...models.care import Gauge, Tool
from ...types.care import CareBlock, GaugeState, ToolPlace
from ...types.work import OPEN_ORDERS, Block, OrderStatus, RunResult, SerialStatus
from ..care import gauge_blocks, tool_blocks
from .people import operator_blocks
from .products import released_programs
from .route import Route, Step, line_row, route_of, station_of


@dataclass(frozen=True, slots=True)
class Gate:
    """What stands against any part at one station at one time.

    always    holds of the station, worn or broken tools, gauges nobody may trust
    by_step   per step: missing tools and gauges, programs, the person's skill
    """

    line: Line
    station: str
    always: tuple[Block, ...]
    by_step: dict[Step, tuple[Block, ...]] = field(default_factory=dict)

    def blocks(self, step: Step) -> list[Block]:
        return [*self.always, *self.by_step.get(step, ())]


def gate(
    scope: Scope,
    line: Line,
    station: str,
    steps: Iterable[Step],
    operator: int | None,
    at: datetime,
    *,
    people: bool = True,
) -> Gate:
    """Read the station's blocks for these steps. A fixed number of SQL queries, whatever the number of parts.

    people  False where another system reports for which nobody signs on
    """
    wanted = list(dict.fromkeys(steps))
    released = released_programs(scope, line.org, {step.program for step in wanted if step.program})
    mounted = set(
        Tool.objects.of(scope)
        .filter(line=line, station=station, place=ToolPlace.STATION.value)
        .values_list("tool_class__code", flat=True)
    )
    usable = Gauge.objects.of(scope).filter(line=line).exclude(state=GaugeState.SCRAPPED.value)
    gauges = set(usable.values_list("gauge_class__code", "station"))
    barred = {
        skill: operator_blocks(scope, line.pk, station, skill, operator, at) if people else []
        for skill in {step.skill for step in wanted}
    }
    return Gate(
        line,
        station,
        (
            *_held(scope, line, station, at),
            *map(_care, tool_blocks(scope, line.asset, station)),
            *map(_care, gauge_blocks(scope, line.asset, station, at)),
        ),
        {
            step: (
                *_program(step, released),
                *_tools(step, mounted, station),
                *_gauges(step, gauges, station),
                *barred[step.skill],
            )
            for step in wanted
        },
    )


def _held(scope: Scope, line: Line, station: str, at: datetime) -> list[Block]:
    """Holds as they stood at that time: a report that comes in late is judged by its own time."""
    rows = StationHold.objects.of(scope).filter(line=line, station=station, since_at__lte=at)
    rows = rows.filter(Q(cleared_at=None) | Q(cleared_at__gt=at))
    return [
        Block("station_held", {"station": station, "source": row.source, "reason": row.reason})
        for row in rows.order_by("since_at")
    ]


def _care(found: CareBlock) -> Block:
    return Block(found.reason.value, {"key": found.key, "kind": found.kind, "station": found.station})


def _program(step: Step, released: dict[str, str]) -> list[Block]:
    if not step.program:
        return []
    if step.program not in released:
        return [Block("program_not_released", {"program": step.program})]
    if step.program_hash and released[step.program] != step.program_hash:
        return [Block("program_changed", {"program": step.program})]
    return []


def _tools(step: Step, mounted: set[str], station: str) -> list[Block]:
    """Tools of the step that are not in the station; only where tools are kept account of at all."""
    if not mounted:
        return []
    return [
        Block("tool_absent", {"kind": code, "station": station})
        for code in step.tool_classes
        if code not in mounted
    ]


def _gauges(step: Step, gauges: set[tuple[str, str]], station: str) -> list[Block]:
    """Gauges of the step that the line has, but not here."""
    known = {code for code, _where in gauges}
    return [
        Block("gauge_absent", {"kind": code, "station": station})
        for code in step.gauge_classes
        if code in known and (code, station) not in gauges
    ]


def part_blocks(row: Serial, way: Route, step: Step, verdict: bool | None) -> list[Block]:
    """What stands against one part at one step: its order, its own state, its place on the route, its test."""
    found = [*_order(row), *_part(row, step)]
    if step.needs_test and any(item.is_test and item.op < step.op for item in way.steps) and not verdict:
        code = "test_missing" if verdict is None else "test_failed"
        found.append(Block(code, {"serial": row.serial}))
    return found


def _order(row: Serial) -> list[Block]:
    order = row.order
    if order is None or order.status in OPEN_ORDERS or order.status == OrderStatus.DONE:
        return []
    if order.status == OrderStatus.HELD:
        return [Block("order_held", {"order": order.number, "reason": order.hold_reason}, signed=False)]
    return [Block("order_not_open", {"order": order.number, "status": order.status}, signed=False)]


def _part(row: Serial, step: Step) -> list[Block]:
    if row.status == SerialStatus.HELD:
        return [Block("part_held", {"serial": row.serial}, signed=False)]
    if row.status != SerialStatus.OPEN:
        return [Block("part_left", {"serial": row.serial, "status": row.status}, signed=False)]
    if row.next_op != step.op:
        return [Block("sequence", {"op": str(step.op), "next": str(row.next_op or "–")})]
    return []


def verdicts(scope: Scope, parts: Sequence[Serial], ways: dict[int, Route]) -> dict[int, bool]:
    """Part id -> verdict of its newest test: the newest ended run at an operation that gives one.

    ways  part id -> route
    """
    tests = {step.op for way in ways.values() for step in way.steps if step.is_test}
    if not parts or not tests:
        return {}
    rows = (
        OperationRun.objects.of(scope)
        .filter(serial_id__in=[row.pk for row in parts], op__in=tests, ended_at__isnull=False)
        .exclude(result=RunResult.ABORTED.value)
        .order_by("serial_id", "ended_at", "begun_at")
        .values_list("serial_id", "op", "result")
    )
    found: dict[int, bool] = {}
    for serial_id, op, result in rows:
        step = ways[serial_id].step(op)
        if step is not None and step.is_test:
            found[serial_id] = result == RunResult.GOOD
    return found


def blocks_of(
    scope: Scope,
    row: Serial,
    line: Line,
    station: str,
    way: Route,
    step: Step,
    operator: int | None,
    at: datetime,
    *,
    people: bool = True,
) -> list[Block]:
    """Every block of one part at one station, the part's own first."""
    own = part_blocks(row, way, step, verdicts(scope, [row], {row.pk: way}).get(row.pk))
    return [*own, *gate(scope, line, station, [step], operator, at, people=people).blocks(step)]


def step_here(row: Serial, way: Route, group: str) -> Step | None:
    """The step a station of ``group`` would do for the part: its next one when it fits, else the first here."""
    here = way.at(group)
    return next((step for step in here if step.op == row.next_op), here[0] if here else None)


def blocks(
    scope: Scope,
    serial: str,
    line_asset: str,
    station: str,
    at: datetime,
    operator: int | None = None,
    *,
    people: bool = True,
) -> list[Block]:
    """Why this part must not start at this station now. NotFound for an unknown part, line or station."""
    line = line_row(scope, line_asset)
    group = station_of(line, station).group
    row = (
        Serial.objects.of(scope)
        .select_related("order__line", "product")
        .filter(org=line.org, serial=serial)
        .first()
    )
    if row is None:
        raise NotFound("work.serial_unknown", "There is no such part that you may see.")
    way = route_of(scope, row)
    step = step_here(row, way, group)
    if step is None:
        return [Block("not_on_route", {"serial": row.serial, "group": group}, signed=False)]
    return blocks_of(scope, row, line, station, way, step, operator, at, people=people)
