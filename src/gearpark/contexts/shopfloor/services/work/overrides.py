"""Overrides: a signed disposition lets one part start one operation in spite of named interlocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from gearpark.base.scope import Scope

from ...models import Line, Override, Serial
from ...types.work import Block


def spent_override(
    scope: Scope, row: Serial, line: Line, station: str, op: int, found: Sequence[Block], at: datetime
) -> set[str]:
    """Codes a signed override lifts here. The override is spent on it."""
    if not found:
        return set()
    signed = (
        Override.objects.of(scope)
        .filter(serial=row, line=line, station=station, op=op, used_at=None)
        .select_for_update()
        .first()
    )
    lifted = {block.code for block in found if block.signed} & set(signed.codes if signed else ())
    if signed is not None and lifted:
        signed.used_at = at
        signed.save(update_fields=["used_at"])
    return lifted
