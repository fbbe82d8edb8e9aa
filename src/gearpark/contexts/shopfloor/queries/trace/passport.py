"""One part's life story."""

from __future__ import annotations

from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ...models import OperationRun, Serial
from ...types.trace import PartRow, Passport, RunRow, StepRow
from ..work.route import route_of
from .rows import facts_of, known_part, parts_by_id
from .up import made_of, went_into

MAX_NEIGHBOURS = 200  # parts shown one level up or down


def part_of(scope: Scope, serial: str, *, org: str = "") -> PartRow:
    """The part of this serial. NotFound ``trace.serial_unknown``."""
    with acting(scope):
        rows = Serial.objects.of(scope).filter(serial=serial)
        if org:
            rows = rows.filter(org=org)
        key = rows.order_by("pk").values_list("pk", flat=True).first()
        return known_part(scope, key or 0)


def passport(scope: Scope, serial_id: int) -> Passport:
    """Everything known of one part. NotFound ``trace.serial_unknown``."""
    with acting(scope):
        part = known_part(scope, serial_id)
        row = (
            Serial.objects.of(scope)
            .select_related("product", "order__line", "order__product")
            .get(pk=serial_id)
        )
        up = [below for _, below in made_of(scope, [serial_id])][:MAX_NEIGHBOURS]
        down = [above for _, above in went_into(scope, [serial_id])][:MAX_NEIGHBOURS]
        near = parts_by_id(scope, {*up, *down})
        runs = OperationRun.objects.of(scope).filter(serial_id=serial_id).select_related("line")
        return Passport(
            part=part,
            gtin=row.product.gtin,
            safety_part=row.product.safety_part,
            line_type=row.product.line_type,
            rework_loops=row.rework_loops,
            customer_ref=row.order.customer_ref if row.order else "",
            steps=tuple(
                StepRow(step.op, step.group, step.name_en, step.name_zh)
                for step in route_of(scope, row).steps
            ),
            runs=tuple(
                RunRow(
                    station=run.station,
                    line=run.line.asset,
                    op=run.op,
                    attempt=run.attempt,
                    begun_at=run.begun_at,
                    ended_at=run.ended_at,
                    result=run.result,
                    reason=run.reason,
                    by=run.by,
                    source=run.source,
                )
                for run in runs.order_by("begun_at", "pk")
            ),
            facts=tuple(facts_of(scope, serial_id)),
            made_of=tuple(near[key] for key in dict.fromkeys(up) if key in near),
            went_into=tuple(near[key] for key in dict.fromkeys(down) if key in near),
        )
