"""What labels say of parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ...models import Serial


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One part as its label needs it."""

    org: str
    serial: str
    product: str
    name_en: str
    name_zh: str
    gtin: str
    lot: str


def label_rows(scope: Scope, serials: Sequence[str], order: str, limit: int) -> list[LabelRow]:
    """Parts by serial, or all of an order, at most ``limit``."""
    with acting(scope):
        rows = Serial.objects.of(scope).select_related("product").order_by("pk")
        rows = rows.filter(order__number=order) if order else rows.filter(serial__in=list(serials)[:limit])
        return [
            LabelRow(
                row.org, row.serial, row.product.code, row.product.name_en, row.product.name_zh, row.product.gtin,
                row.lot,
            )
            for row in rows[:limit]
        ]  # fmt: skip
