"""The demo's logistics: the housing shop's places, carriers, rules and its four simulated vehicles. Illustrative."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gearpark.base.scope import Scope
from gearpark.contexts.shopfloor import public as shopfloor

ORG = "qichi"


def load_moves(scope: Scope, now: datetime) -> dict[str, Any]:
    """Store what is missing; returns counts."""
    return shopfloor.ensure_demo_logistics(scope, now, org=ORG)
