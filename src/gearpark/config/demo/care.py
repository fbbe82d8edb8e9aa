"""The demo's care: tools, gauges, plans, spare parts and calls of every firm that has lines. All of it illustrative."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor import public as shopfloor
from gearpark.kit.tenant import acting


def load_care(scope: Scope, now: datetime) -> dict[str, Any]:
    """Store what is missing; returns counts by firm."""
    with acting(scope):
        firms = sorted({line.org for line in shopfloor.lines(scope)})
    return {org: shopfloor.ensure_demo_care(scope, now, org=org) for org in firms}
