"""The route of an order: its routing's operations, or the line's own groups where no routing was planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope
from gearpark.engines.lines import LineTemplate, Station

from ...models import Line, Operation, Serial, WorkOrder
from ..line_types import shape, shape_of


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a route. Times in seconds."""

    op: int
    group: str
    name_en: str
    name_zh: str = ""
    cycle_s: float = 0.0
    setup_s: float = 0.0
    skill: str = ""
    program: str = ""
    program_hash: str = ""
    tool_classes: tuple[str, ...] = ()
    gauge_classes: tuple[str, ...] = ()
    is_test: bool = False
    needs_test: bool = False
    rework_to: int | None = None

    def name(self, language: str) -> str:
        return (self.name_zh if language.startswith("zh") else self.name_en) or self.name_en or f"OP{self.op}"


@dataclass(frozen=True, slots=True)
class Route:
    """The steps of one order, ascending by operation. ``routing_id`` is None where none was planned."""

    steps: tuple[Step, ...]
    routing_id: int | None = None
    ops: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "ops", tuple(step.op for step in self.steps))

    def step(self, op: int | None) -> Step | None:
        return next((step for step in self.steps if step.op == op), None)

    def at(self, group: str) -> tuple[Step, ...]:
        """Steps done at a station group."""
        return tuple(step for step in self.steps if step.group == group)

    def before(self, op: int) -> Step | None:
        """The step just before ``op``."""
        earlier = [step for step in self.steps if step.op < op]
        return earlier[-1] if earlier else None


def line_row(scope: Scope, asset: str) -> Line:
    """One line's row, or NotFound ``shopfloor.line_unknown``."""
    row = Line.objects.of(scope).filter(asset=asset).first()
    if row is None:
        raise NotFound("shopfloor.line_unknown", f"There is no line {asset!r} that you may see.")
    return row


def station_of(line: Line, code: str) -> Station:
    """A station of the line's template, or NotFound ``work.station_unknown``."""
    found = next((item for item in shape_of(line).stations if item.code == code), None)
    if found is None:
        raise NotFound("work.station_unknown", f"Line {line.asset} has no station {code!r}.")
    return found


def template_route(kind: LineTemplate) -> Route:
    """A route straight from the line type's default operations."""
    steps = [
        Step(
            op=item.op,
            group=item.group,
            name_en=item.title_en,
            name_zh=item.title_zh,
            cycle_s=item.cycle_s,
            setup_s=item.setup_s,
            is_test=item.is_test,
            rework_to=item.rework_to,
        )
        for item in kind.operations
    ]
    return Route(tuple(sorted(steps, key=lambda step: step.op)))


def routes(scope: Scope, orders: Iterable[WorkOrder]) -> dict[int, Route]:
    """Order id -> route; one query. Orders need ``line`` selected."""
    wanted = list(orders)
    keys = {order.routing_id for order in wanted if order.routing_id is not None}
    by_routing: dict[int, list[Step]] = {}
    if keys:
        for row in Operation.objects.of(scope).filter(routing_id__in=keys).order_by("routing_id", "op"):
            by_routing.setdefault(row.routing_id, []).append(step_of(row))
    return {
        order.pk: Route(tuple(by_routing.get(order.routing_id, ())), order.routing_id)
        if order.routing_id is not None
        else template_route(shape_of(order.line))
        for order in wanted
    }


def route(scope: Scope, order: WorkOrder) -> Route:
    """The route of one order."""
    return routes(scope, [order])[order.pk]


def route_of(scope: Scope, row: Serial) -> Route:
    """The route of a part (``order__line`` and ``product`` selected): its order's, else its product's kind of line."""
    if row.order is not None:
        return route(scope, row.order)
    return template_route(shape(row.product.line_type, row.org))


def step_of(row: Operation) -> Step:
    """Row -> plain data."""
    return Step(
        op=row.op,
        group=row.group,
        name_en=row.name_en,
        name_zh=row.name_zh,
        cycle_s=row.cycle_s,
        setup_s=row.setup_s,
        skill=row.skill,
        program=row.program,
        program_hash=row.program_hash,
        tool_classes=tuple(row.tool_classes),
        gauge_classes=tuple(row.gauge_classes),
        is_test=row.is_test,
        needs_test=row.needs_test,
        rework_to=row.rework_to,
    )
