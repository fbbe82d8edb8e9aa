"""Products and routings."""

from __future__ import annotations

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from gearpark.base.problems import NotFound
from gearpark.base.scope import Scope

from ...models import Instruction, Operation, Product, Program, Routing
from ...types.orders import OperationWanted, RoutingInfo
from ...types.work import RoutingStatus

MAX_SHOWN = 500


def product_rows(scope: Scope) -> QuerySet[Product]:
    """Products with the revision of their released routing and how many orders stand open."""
    released = Routing.objects.of(scope).filter(product=OuterRef("pk"), status=RoutingStatus.RELEASED.value)
    return (
        Product.objects.of(scope)
        .annotate(
            released_revision=Subquery(released.values("revision")[:1]),
            open_orders=Count("orders", filter=Q(orders__status__in=("released", "running", "held"))),
        )
        .order_by("org", "code")
    )


def product_row(scope: Scope, key: int) -> Product:
    """One product, or NotFound ``work.product_unknown``."""
    row = Product.objects.of(scope).filter(pk=key).first()
    if row is None:
        raise NotFound("work.product_unknown", "There is no such product that you may see.")
    return row


def products(scope: Scope, *, active: bool = True) -> list[Product]:
    """Products to choose from."""
    rows = Product.objects.of(scope).order_by("org", "code")
    return list((rows.filter(active=True) if active else rows)[:MAX_SHOWN])


def routings(scope: Scope, product_id: int) -> list[RoutingInfo]:
    """Every revision of a product's routing, newest first."""
    rows = (
        Routing.objects.of(scope)
        .filter(product_id=product_id)
        .select_related("product")
        .annotate(used=Count("orders"))
        .order_by("-revision")
    )
    return _infos(scope, rows)


def routing(scope: Scope, key: int) -> RoutingInfo:
    """One revision, or NotFound ``work.routing_unknown``."""
    rows = Routing.objects.of(scope).filter(pk=key).select_related("product").annotate(used=Count("orders"))
    found = _infos(scope, rows)
    if not found:
        raise NotFound("work.routing_unknown", "There is no such routing that you may see.")
    return found[0]


def _infos(scope: Scope, rows: QuerySet[Routing]) -> list[RoutingInfo]:
    kept = list(rows)
    steps: dict[int, list[Operation]] = {row.pk: [] for row in kept}
    for step in Operation.objects.of(scope).filter(routing_id__in=list(steps)).order_by("routing_id", "op"):
        steps[step.routing_id].append(step)
    return [
        RoutingInfo(
            id=row.pk,
            org=row.org,
            product_id=row.product_id,
            product=row.product.code,
            line_type=row.product.line_type,
            revision=row.revision,
            status=RoutingStatus(row.status),
            note=row.note,
            released_by=row.released_by,
            released_at=row.released_at,
            changed_at=row.changed_at,
            operations=tuple(operation_of(step) for step in steps[row.pk]),
            hashes={step.op: step.program_hash for step in steps[row.pk] if step.program_hash},
            orders=row.used,  # type: ignore[attr-defined]
        )
        for row in kept
    ]


def operation_of(row: Operation) -> OperationWanted:
    """Row -> plain data."""
    return OperationWanted(
        op=row.op,
        group=row.group,
        name_en=row.name_en,
        name_zh=row.name_zh,
        cycle_s=row.cycle_s,
        setup_s=row.setup_s,
        skill=row.skill,
        program=row.program,
        tool_classes=tuple(row.tool_classes),
        gauge_classes=tuple(row.gauge_classes),
        is_test=row.is_test,
        needs_test=row.needs_test,
        rework_to=row.rework_to,
    )


def program_rows(scope: Scope) -> QuerySet[Program]:
    """The program register."""
    return Program.objects.of(scope).order_by("org", "name", "-added_at")


def released_programs(scope: Scope, org: str, names: set[str]) -> dict[str, str]:
    """Program name -> hash of its released revision, for those that have one."""
    if not names:
        return {}
    rows = Program.objects.of(scope).filter(org=org, name__in=names, status=RoutingStatus.RELEASED.value)
    return dict(rows.values_list("name", "sha256"))


def instruction_counts(scope: Scope, product_id: int) -> dict[int, tuple[int, int]]:
    """Operation -> (newest revision, released revision or 0) of a product's work instructions."""
    found: dict[int, tuple[int, int]] = {}
    rows = Instruction.objects.of(scope).filter(product_id=product_id).values_list("op", "revision", "status")
    for op, revision, status in rows:
        newest, released = found.get(op, (0, 0))
        is_released = status == RoutingStatus.RELEASED
        found[op] = (max(newest, revision), revision if is_released else released)
    return found
