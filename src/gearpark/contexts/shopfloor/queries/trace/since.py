"""Since when a gauge or a tool may have been bad: the last moment it was known to be good."""

from __future__ import annotations

from datetime import datetime

from gearpark.base.scope import Scope
from gearpark.kit.tenant import acting

from ...models.care import GaugeCheck, ToolLife
from ...types.trace import FactKind


def last_good(scope: Scope, kind: FactKind, key: str, before: datetime) -> datetime | None:
    """The last good check of a gauge, or the begin of the life of a tool, before ``before``; None: nobody knows."""
    with acting(scope):
        if kind is FactKind.GAUGE:
            checks = GaugeCheck.objects.of(scope).filter(gauge__code=key, left_good=True, at__lt=before)
            return checks.order_by("-at").values_list("at", flat=True).first()
        if kind is FactKind.TOOL:
            lives = ToolLife.objects.of(scope).filter(tool__serial=key, begun_at__lt=before)
            return lives.order_by("-begun_at").values_list("begun_at", flat=True).first()
        return None
