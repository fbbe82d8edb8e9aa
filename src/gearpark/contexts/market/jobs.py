"""Background work of the market; the Procrastinate worker finds these."""

from __future__ import annotations

from datetime import datetime

from gearpark.kit.jobs import periodic

from .public import escalate_silent


@periodic("market.disputes", "17 * * * *", lock="market.disputes")
def disputes(now: datetime) -> None:
    """Disputes that nobody moved become the park's."""
    escalate_silent()
