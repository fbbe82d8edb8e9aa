"""Numbers of tasks, shipments and units: one counter a firm and kind, made unique by its row lock."""

from __future__ import annotations

from gearpark.base.scope import Scope

from ...models.moves import Numbering


def next_number(scope: Scope, org: str, name: str, count: int = 1) -> int:
    """The first of ``count`` fresh numbers, inside the caller's transaction."""
    Numbering.objects.of(scope).get_or_create(org=org, name=name)
    row = Numbering.objects.of(scope).select_for_update().get(org=org, name=name)
    row.last += count
    row.save(update_fields=["last"])
    return row.last - count + 1
